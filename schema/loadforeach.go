package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"sync"

	"gopkg.in/yaml.v3"
)

// each is a compiled for-each: an expression or a written list.
type each struct {
	expr *Expr
	list *yaml.Node
}

// forEach reads for-each and key, and gives the scope that has item. Items
// are fixed in the plan, so nothing that a step puts out can be in them.
func (l *loader) forEach(step *Step, f stepFile, scope *scope) *scope {
	fixed := scope.without("the items are fixed in the plan, before any step ran", "steps", "nodes", controllerRoot, "run")
	fixed = fixed.keepClosed("items and keys are part of task ids, which are shown and kept")
	step.ForEach, step.each = true, &each{}
	before := l.mistakes
	elem := scalarType(tAny)
	if f.ForEach.Kind == yaml.SequenceNode {
		step.each.list = f.ForEach
		elem = l.eachList(step, fixed)
	} else if l.isWords(f.ForEach) {
		step.each.expr = &Expr{node: f.ForEach, typ: elem}
	} else {
		e := l.compileBare(f.ForEach, fixed)
		step.each.expr = e
		l.reads(e, nil)
		l.fixed(e)
		switch {
		case e.typ.kind == tList:
			elem = e.typ.elem
		case e.typ.kind != tAny && !l.failed(before):
			e.report(l.report, codeMismatch, fmt.Sprintf("for-each goes over a list, this is %s", a(e.typ)), listHelp(e.typ))
		}
	}
	l.eachKey(step, f, fixed.with("item", elem), elem)
	l.eachTwice(step, before)
	return scope.with("item", elem)
}

// isWords reports words with commas between them, which are no expression.
func (l *loader) isWords(n *yaml.Node) bool {
	d := &decoder{report: l.report}
	switch {
	case n.Kind == yaml.MappingNode:
		d.misshapen(n, "list", "write [a, b], or an expression that gives a list: keys(inputs.m) for the keys of a map")
	case n.Style == 0 && wordsForm().MatchString(n.Value):
		d.misshapen(n, "list", d.listed(n, true))
	default:
		return false
	}
	return true
}

var wordsForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w-]+(\s*,\s*[\w-]+)+$`) })

// listHelp says how a list is made of what is none.
func listHelp(t *typ) string {
	switch t.kind {
	case tString:
		return `split(text, ",") makes a list of text`
	case tMap, tObject:
		return "keys(…) or values(…) makes a list of it"
	}
	return "write [a, b] for these items"
}

// eachList checks a written list; its leaves may be expressions.
func (l *loader) eachList(step *Step, scope *scope) *typ {
	d := &decoder{report: l.report, scope: scope, leaves: step.leaves, conds: step.conds}
	var list []any
	v := reflect.ValueOf(&list).Elem()
	d.decode(step.each.list, v)
	for n, leaf := range step.leaves {
		if hasNode(step.each.list, n) {
			for _, p := range leaf.parts {
				if p.expr != nil {
					l.reads(p.expr, nil)
					l.fixed(p.expr)
				}
			}
		}
	}
	if hasExpr(step.each.list, v.Type()) {
		return scalarType(tAny)
	}
	return typeOfValue(list).elem
}

func hasNode(n, leaf *yaml.Node) bool {
	for _, c := range n.Content {
		if c == leaf || hasNode(c, leaf) {
			return true
		}
	}
	return false
}

func (l *loader) eachKey(step *Step, f stepFile, scope *scope, elem *typ) {
	if f.Key == nil {
		if elem.kind != tAny && !elem.scalar() {
			l.at(f.ForEach, codeKey, fmt.Sprintf("each item is %s: nothing tells them apart", a(elem)), `add key: "${{ item.… }}"`)
		}
		return
	}
	step.key = f.Key
	d := &decoder{report: l.report, scope: scope, leaves: step.leaves, conds: step.conds}
	var key string
	if d.decode(f.Key, reflect.ValueOf(&key).Elem()) && !isTemplate(f.Key) {
		l.at(f.Key, codeKey, "the same key for every item", `write it with the item: "${{ item.… }}"`)
	}
}

// retry reads when a failed attempt is repeated.
func (l *loader) retry(n *yaml.Node, scope *scope, waits map[string]bool) *Retry {
	var f retryFile
	l.decode(n, reflect.ValueOf(&f).Elem())
	out := &Retry{Attempts: f.Attempts, Backoff: f.Backoff, Factor: f.Factor, Max: f.Max, Jitter: f.Jitter, docs: l.docs, frame: l.frame}
	if longest := valueOf(n, "max"); longest != nil && f.Max > 0 && f.Max < f.Backoff {
		l.at(longest, codeRange, fmt.Sprintf("the longest wait, %s, is shorter than the first, %s", DurationText(f.Max), DurationText(f.Backoff)), "make max longer than backoff")
	}
	if f.If != nil {
		out.If = l.condition(f.If, scope.retryScope())
		l.reads(out.If, waits)
	}
	return out
}
