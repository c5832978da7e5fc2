package schema

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// gated warns of a step that overwrites or removes data although nothing
// before it could refuse. args points to its arguments as far as they are
// written out.
func (l *loader) gated(step *Step, key *yaml.Node, args any, here *place) {
	// Inside a composite kind nothing is known of the runbook: the step that
	// uses it is asked, and a gate among its own steps counts.
	if l.within.step != nil || step.kind.Gate || !l.destroys(step, args) {
		return
	}
	var poor []string
	for _, b := range l.past {
		if !b.step.kind.Gate {
			continue
		}
		why := l.passes(b, step, here)
		if why == "" {
			return
		}
		poor = append(poor, fmt.Sprintf("%s %s", b.step.ID, why))
	}
	slices.Sort(poor)
	message := fmt.Sprintf("%s overwrites or removes data, and nothing before it could refuse", step.Kind)
	if len(poor) > 0 {
		message = fmt.Sprintf("%s overwrites or removes data, and no gate always stands before it: %s", step.Kind, strings.Join(poor, "; "))
	}
	l.warn(key, codeNoGate, message, "put a gate into an earlier stage: "+strings.Join(l.gates(), ", "))
}

// passes says why the destroying step may be reached without that gate, "" where
// it cannot. A gate with the same condition is there whenever it is needed.
func (l *loader) passes(gate past, step *Step, here *place) string {
	switch {
	case gate.step.Skip != "":
		return "is skipped"
	case gate.step.when != nil && (step.when == nil || gate.step.when.String() != step.when.String()):
		return "runs only when its condition holds"
	case l.site != nil && !gate.place.control() && !gate.runsAt(here):
		return "does not run on every node of this step"
	}
	return ""
}

// gates are the kinds that can refuse, sorted.
func (l *loader) gates() []string {
	var out []string
	for name, k := range l.kinds {
		if k.Gate {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// destroys reports whether the kind does so always, or this step says so, or
// may say so once its arguments are known.
func (l *loader) destroys(s *Step, args any) bool {
	if s.kind.DestroysIf == nil || args == nil {
		return s.kind.Destroys
	}
	var late []string
	for _, f := range l.fieldsOf(s.kind.argsType()) {
		if value := s.argument(f); value != nil && hasExpr(value, f.typ) {
			late = append(late, f.name)
		}
	}
	return s.kind.DestroysIf(args, late)
}
