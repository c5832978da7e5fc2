package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// unusedVars warns of vars of the runbook that nothing reads; those of a site
// serve other runbooks as well. An overlay may take the use of a var away, or
// bring it: then only vars are told that an overlay brings.
func (l *loader) unusedVars(n *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode || l.list.HasErrors() || l.varsRead[allVars] {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		brought := l.docs.of(key) != l.docs.main
		if l.varsRead[key.Value] || len(l.sources.Overlays) > 0 && !brought {
			continue
		}
		help := "remove it, or use it as vars." + key.Value
		if !brought {
			l.warn(key, codeUnused, fmt.Sprintf("var %q is used nowhere", key.Value), help)
			continue
		}
		others := slices.DeleteFunc(slices.Sorted(maps.Keys(l.book.Vars)), func(v string) bool { return v == key.Value })
		if near := Nearest(key.Value, others); near != "" {
			help = fmt.Sprintf("did you mean %q? else %s", near, help)
		}
		l.warn(key, codeUnused, fmt.Sprintf("var %q is used nowhere", key.Value), help)
	}
}

// allVars marks an expression that reads vars as a whole; no var has this name.
const allVars = "*"

// repeats checks that a failed attempt may be repeated, and that all of them
// fit into the run. args points to the arguments as far as they are written.
func (l *loader) repeats(step *Step, f stepFile, args any) {
	if step.Retry == nil || step.Retry.Attempts < 2 || step.kind.made != nil { // see compositeRules
		return
	}
	rule := step.kind.Redo
	if step.kind.RedoOf != nil && args != nil {
		rule = step.kind.RedoOf(args)
	}
	if rule == "manual" {
		l.at(f.Retry, codeRetry, fmt.Sprintf("%s is not safe to repeat: after a failure only a person can tell what was done", step.Kind), step.kind.redoHelp())
	}
	if total := step.longest(); l.book.Deadline > 0 && total > l.book.Deadline && step.Timeout <= l.book.Deadline {
		l.warn(f.Retry, codeTooLong, fmt.Sprintf("all %d attempts may last %s, longer than the deadline of the run, %s",
			step.Retry.Attempts, spanText(total), DurationText(l.book.Deadline)), "fewer attempts, a shorter timeout, or a later deadline")
	}
}

// redoHelp says how a step of the kind can be made safe to repeat.
func (k Kind) redoHelp() string {
	if i := slices.IndexFunc(fieldsOf(k.argsType()), func(f field) bool { return f.name == "redo" }); i >= 0 {
		return "say what an unknown outcome means, e.g. redo: idempotent, where it may run again; or remove retry"
	}
	return "remove retry"
}

// forever is the longest time that is counted, 146 years.
const forever = time.Duration(1 << 62)

func spanText(d time.Duration) string {
	if d == forever {
		return "more than 100 years"
	}
	return DurationText(d)
}

// longest is how long all attempts and the waits between them can last, at most forever.
func (s *Step) longest() time.Duration {
	total, wait := float64(s.Timeout)*float64(s.Retry.Attempts), float64(s.Retry.Backoff)
	for range s.Retry.Attempts - 1 {
		if s.Retry.Max > 0 {
			wait = min(wait, float64(s.Retry.Max))
		}
		total += wait
		wait *= s.Retry.Factor
	}
	return time.Duration(min(total, float64(forever)))
}

// narrowed checks that a step stays on the nodes of its stage.
func (l *loader) narrowed(step *Step, on *yaml.Node, s *Stage) {
	names, pick := l.on(on)
	step.On = names
	if pick != "" {
		l.at(on, codeNarrow, "a step does not pick a node: its stage does", "make a stage of its own with on: {group: …, pick: one}")
		return
	}
	if s.ID == finallyID {
		return
	}
	if s.Pick != "" {
		l.at(on, codeNarrow, fmt.Sprintf("stage %q runs on one node of its group: a step may not be on it", s.ID), "remove on from the step")
		return
	}
	for _, t := range onNames(on) {
		switch {
		case !l.outside(t.Value, s):
		case s.node == nil: // a kind that is read by itself
			l.at(t, codeNarrow, fmt.Sprintf("the steps of kind %s run on the controller, not on %s", s.ID, t.Value), "one of them can run nowhere else: make a kind of its own for the nodes")
		default:
			l.at(t, codeNarrow, fmt.Sprintf("stage %q does not run on %s", s.ID, t.Value),
				fmt.Sprintf("a step runs on nodes of its stage, which is on %s; make a stage of its own for others", strings.Join(s.On, ", ")))
		}
	}
}

// onNames are the nodes in which an `on:` names groups and nodes.
func onNames(on *yaml.Node) []*yaml.Node {
	if on.Kind == yaml.SequenceNode {
		return on.Content
	}
	return []*yaml.Node{on}
}

// outside reports a name that means a node on which the stage does not run.
// Without a site that is known of the controller alone.
func (l *loader) outside(name string, s *Stage) bool {
	if len(s.On) == 0 { // a kind that is read by itself
		return false
	}
	if name == controllerName || s.OnController() {
		return !slices.Equal(s.On, []string{name})
	}
	if l.site == nil {
		return false
	}
	in := l.site.Select(s.On)
	return slices.ContainsFunc(l.site.Select([]string{name}), func(n *Node) bool { return !slices.Contains(in, n) })
}
