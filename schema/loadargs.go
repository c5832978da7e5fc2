package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// stepParts checks everything that may hold expressions, and gives what
// arguments gives.
func (l *loader) stepParts(step *Step, f stepFile, scope *scope) any {
	waits := map[string]bool{}
	if f.ForEach != nil {
		scope = l.forEach(step, f, scope)
	} else if f.Key != nil {
		l.at(f.Key, codeKey, "key without for-each", "it tells the items of for-each apart")
	}
	if f.When != nil {
		step.when = l.condition(f.When, scope)
		l.reads(step.when, waits)
		step.whenLate = l.waitsFor(step.when)
	}
	if f.Retry != nil {
		step.Retry = l.retry(f.Retry, scope, waits)
	}
	args := l.arguments(step, scope, waits)
	l.repeats(step, f, args)
	if step.waits = l.within.waits(waits); len(step.waits) > 0 {
		step.late = l.lateArgs(step)
	}
	return args
}

// arguments checks the tree of arguments against the kind's struct, and gives
// a pointer to it as far as it is written out; nil where there is none.
func (l *loader) arguments(step *Step, scope *scope, waits map[string]bool) any {
	if step.args == nil {
		return nil
	}
	if isNull(step.args) {
		// `confirm:` with nothing after it has no arguments.
		step.args = &yaml.Node{Kind: yaml.MappingNode, Line: step.args.Line, Column: step.args.Column}
	}
	d := &decoder{report: l.report, scope: scope, leaves: step.leaves, conds: step.conds, what: step.Kind, args: step.kind.argsType()}
	args := reflect.New(step.kind.argsType())
	d.decode(step.args, args.Elem())
	l.argNodes(step, d.fieldsOf(d.args))
	l.argLasts(step, d.fieldsOf(d.args), args.Elem())
	for _, leaf := range step.leaves {
		for _, p := range leaf.parts {
			if p.expr != nil {
				l.reads(p.expr, waits)
			}
		}
	}
	for _, e := range step.conds {
		l.reads(e, waits)
	}
	return args.Interface()
}

// argNodes refuses nodes that the site lacks, in the arguments that name nodes.
func (l *loader) argNodes(step *Step, fields []field) {
	if l.site == nil {
		return
	}
	names := nodeNames(siteNodes(l.site))
	for _, f := range fields {
		value := valueOf(step.args, f.name)
		if !f.nodes || value == nil {
			continue
		}
		for _, n := range onNames(value) {
			if n.Kind == yaml.ScalarNode && !isTemplate(n) && n.Value != controllerName && !slices.Contains(names, n.Value) {
				l.at(n, codeGroup, fmt.Sprintf("site %s has no node %q", l.site.Name, n.Value), suggest(n.Value, "nodes", names))
			}
		}
	}
}

// outType is the kind's, made once for all of its steps.
func (l *loader) outType(k Kind) *typ {
	if l.outs[k.Name] == nil {
		l.outs[k.Name] = k.outType()
	}
	return l.outs[k.Name]
}

// remember makes the step known to those after it.
func (l *loader) remember(step *Step, here *place, skippable bool) {
	if _, taken := l.past[step.ID]; taken {
		return
	}
	b := past{step: step, place: here, out: l.outType(step.kind)}
	if step.outType != nil {
		b.out = step.outType
	}
	if step.kind.Name == "" {
		b.out = scalarType(tAny)
	}
	if skippable {
		b.out = b.out.withMaybe(step.ID)
	}
	if step.ForEach {
		b.out = eachOf(b.out)
	}
	l.past[step.ID] = b
}

// eachOf is the output of a step with for-each: one by each key.
func eachOf(t *typ) *typ { return &typ{kind: tMap, elem: t, label: "each"} }
