package schema

import "strings"

// AtDesk gives the mistakes in arguments that are known before a run: those
// whose expressions read nothing but vars, the site, and defaults of inputs. A
// plan meets them one at a time, at the first node. A default is only warned
// of: who starts a run may give another value. Steps that may be passed over
// are left out, as a condition can keep a value away from them.
func (r *Runbook) AtDesk(site *Site) Diagnostics {
	x := &explainer{book: r, site: site, seen: map[*frame][]string{}}
	var out Diagnostics
	for _, s := range r.Stages {
		out = append(out, x.unusable(s.Steps)...)
	}
	return append(out, x.unusable(r.Finally)...).sorted()
}

// unusable looks at steps and at those that they are made of.
func (x *explainer) unusable(steps []*Step) Diagnostics {
	var out Diagnostics
	for _, s := range steps {
		if s.when != nil || s.ForEach || s.Skip != "" {
			continue
		}
		out = append(out, x.arguments(s)...)
		out = append(out, x.unusable(s.inner)...)
	}
	return out
}

// arguments evaluates those of one step, if all that they read is known.
func (x *explainer) arguments(s *Step) Diagnostics {
	at := s.stand()
	exprs := s.exprsIn(s.args)
	given := false
	for _, e := range exprs {
		if !x.atDesk(e, at) {
			return nil
		}
		given = given || x.givenByRun(e, at)
	}
	if len(exprs) == 0 || len(s.conds) > 0 {
		return nil
	}
	_, found := s.Resolve(x.env(at))
	for i := range found {
		if found[i].Help += usedBy(s); given {
			found[i].Severity = Warning
			found[i].Message = "with the defaults of the inputs: " + found[i].Message
		}
	}
	return found
}

// givenByRun reports whether who starts the run decides what an expression
// reads, by way of the inputs around it or not.
func (x *explainer) givenByRun(e *Expr, at stand) bool {
	for name := range e.refs.inputs {
		g := at.given(name)
		if g == nil {
			return true
		}
		for _, inner := range g.exprs {
			if x.givenByRun(inner, g.at) {
				return true
			}
		}
	}
	return false
}

// usedBy shows the steps around one that is part of another.
func usedBy(s *Step) string {
	var out strings.Builder
	for around := s.outer; around != nil; around = around.outer {
		out.WriteString("\nused at " + around.docs.of(around.entry).shown(around.entry))
	}
	return out.String()
}
