package schema

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// domain is what a subject can still be.
type domain struct {
	first   ast.Node // the first claim
	allowed []constant
	none    bool // allowed is empty, and not for want of a list
	others  []claim
	truth   *bool
	clash   bool
}

func (d *domain) add(c claim) {
	if d.first == nil {
		d.first = c.at
	}
	switch c.op {
	case "":
		d.clash = d.clash || d.truth != nil && *d.truth != c.truth
		d.truth = &c.truth
	case "==", "in":
		if d.allowed == nil && !d.none {
			d.allowed = c.values
		}
		d.keep(func(v constant) bool { return slices.Contains(c.values, v) })
	default:
		d.others = append(d.others, c)
	}
	d.keep(func(v constant) bool {
		return !slices.ContainsFunc(d.others, func(c claim) bool { return !c.admits(v) })
	})
}

// keep narrows the listed values.
func (d *domain) keep(fits func(constant) bool) {
	if d.allowed == nil {
		return
	}
	var left []constant
	for _, v := range d.allowed {
		if fits(v) {
			left = append(left, v)
		}
	}
	d.allowed, d.none = left, len(left) == 0
}

// admits reports whether a value can meet the claim; what cannot be compared
// may.
func (c claim) admits(v constant) bool {
	if c.op == "not in" {
		return !slices.Contains(c.values, v)
	}
	value, ok := v.holds(c.op, c.values[0])
	return value || !ok
}

// empty reports whether no value is left: none of the list, or two bounds that
// leave nothing between them.
func (d *domain) empty() bool {
	if d.clash || d.none {
		return true
	}
	for i, low := range d.others {
		for _, high := range append(d.others[:i:i], d.others[i+1:]...) {
			if low.op[0] == '>' && high.op[0] == '<' && !between(low, high) {
				return true
			}
		}
	}
	return false
}

// between reports whether a value can lie above one bound and below the other.
func between(low, high claim) bool {
	from, to := low.values[0], high.values[0]
	if from.isText != to.isText {
		return true
	}
	if below, _ := from.holds("<", to); below {
		return true
	}
	same, _ := from.holds("==", to)
	return same && low.op == ">=" && high.op == "<="
}
