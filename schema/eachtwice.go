package schema

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// eachTwice refuses items that are written out and have one key: no plan can
// be made of them on any node. Keys that read more than the item are left to
// the plan.
func (l *loader) eachTwice(step *Step, before int) {
	values, ok := step.writtenItems()
	if !ok || l.failed(before) {
		return
	}
	first := map[string]*yaml.Node{}
	for i, v := range values {
		key, ok := step.writtenKey(v)
		at := step.eachNode(i, len(values))
		switch other := first[key]; {
		case !ok:
			return
		case other == nil:
			first[key] = at
		case other == at:
			l.at(at, codeKey, fmt.Sprintf("two items have the key %q", key), twoKeysHelp)
		default:
			l.at(at, codeKey, fmt.Sprintf("two items have the key %q", key), twoKeysHelp+"; the first is at "+l.where(other, at))
		}
	}
}

const twoKeysHelp = "keys tell the tasks apart: take one out, or add key: with what differs"

// writtenItems are the items of a list, or of an expression, that reads nothing.
func (s *Step) writtenItems() ([]any, bool) {
	d := &decoder{report: &report{docs: s.docs}, env: Env{}.roots()}
	switch e := s.each.expr; {
	case e != nil && (e.program == nil || len(e.refs.roots) > 0), e == nil && hasExpr(s.each.list, anyType):
		return nil, false
	}
	return s.values(d)
}

// writtenKey is the key of an item, if nothing but the item is read for it.
func (s *Step) writtenKey(item any) (string, bool) {
	if s.key == nil {
		return scalarText(item)
	}
	l := s.leaves[s.key]
	if l == nil {
		return "", false
	}
	for _, e := range l.exprs() {
		if _, reads := e.refs.roots["item"]; e.program == nil || !reads || len(e.refs.roots) > 1 {
			return "", false
		}
	}
	v, ok := l.eval(&report{docs: s.docs}, Env{Item: item}.roots())
	if !ok {
		return "", false
	}
	return scalarText(v)
}
