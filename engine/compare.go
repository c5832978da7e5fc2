package engine

import (
	"fmt"
	"slices"
	"strings"
)

// Compare tells why the real change is not the approved one, or nil. Compared are sign, risk, the exact argv and
// those facts that no earlier task of the run touched; never summary, details, bytes or times. A real Same is
// always allowed; where the approved sign was not knowable, anything of no higher risk is.
func Compare(approved, real Change, touched []string) error {
	if real.Sign == Same {
		return nil
	}
	if real.Risk > approved.Risk {
		return Failf(ClassPrecondition, "the change would now be of a higher risk than the one approved: %s", real.Summary)
	}
	if approved.Sign == NotKnown {
		return nil
	}
	if real.Sign != approved.Sign {
		return Failf(ClassPrecondition, "approved was %q %s, now it would be %q %s", approved.Sign, approved.Summary, real.Sign, real.Summary)
	}
	if len(approved.Argv) > 0 && !slices.Equal(approved.Argv, real.Argv) {
		return Failf(ClassPrecondition, "approved was the command %q, now it would be %q", approved.Argv, real.Argv)
	}
	if d := drift(approved.Pre, real.Pre, touched); len(d) > 0 {
		return WithNext(Failf(ClassPrecondition, "facts changed since approval: %s", strings.Join(d, "; ")),
			"find out what changed it: what is no longer as approved takes a new run, with a new plan; only where a server is just starting or stopping, wait for that")
	}
	return nil
}

// drift lists the facts that differ, except touched ones, as sentences.
func drift(approved, real []Fact, touched []string) []string {
	was := map[string]string{}
	for _, f := range approved {
		was[f.Key] = f.Value
	}
	var out []string
	for _, f := range real {
		old, ok := was[f.Key]
		if ok && old != f.Value && !slices.Contains(touched, f.Key) {
			out = append(out, fmt.Sprintf("%s was %s, is %s", f.Key, old, f.Value))
		}
	}
	return out
}
