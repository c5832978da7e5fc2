package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/expr-lang/expr/ast"
	"gopkg.in/yaml.v3"
)

// entries reads a mapping; names nil accepts every key. Unknown and duplicate
// keys are reported and left out.
func (d *decoder) entries(n *yaml.Node, names []string) (map[string]*yaml.Node, bool) {
	if n.Kind != yaml.MappingNode {
		return nil, d.wrongShape(n, "mapping")
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case d.full():
			return nil, false
		case key.Kind != yaml.ScalarNode:
			d.at(key, codeShape, "a key is plain text", "")
		case isMerge(key): // refused when the text was read
		case names == nil && unvalued(n, i) != "":
			d.at(key, codeSpace, "a key without a colon and a space behind it", unvalued(n, i))
		case names == nil && d.expr(key):
			d.at(key, codeNotHere, "no expressions in a key", "write the name out; an expression can be its value")
		case names != nil && !slices.Contains(names, key.Value):
			d.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q%s", key.Value, d.inside()), cmp.Or(afterColon(key), d.stepsOwn(key), afterComma(n, i), suggest(key.Value, "allowed", names)))
		case out[key.Value] != nil:
			d.at(key, codeDuplicateKey, fmt.Sprintf("duplicate key %q", key.Value), "")
		default:
			out[key.Value] = value
		}
	}
	return out, true
}

// inside says whose keys are meant.
func (d *decoder) inside() string {
	if d.what == "" {
		return ""
	}
	return " in " + d.what
}

// stepsOwn is for a key of the step among the arguments of its kind.
func (d *decoder) stepsOwn(key *yaml.Node) string {
	if d.args == nil || !isStepKey(key.Value) {
		return ""
	}
	return fmt.Sprintf("it belongs to the step: write it beside %s, not in it", d.what)
}

// field fills one field and checks it against its enum and its bounds.
func (d *decoder) field(n *yaml.Node, v reflect.Value, f field) {
	target := v.FieldByIndex(f.index)
	if f.is == "name" && isNumber(n) {
		d.at(n, codeName, fmt.Sprintf("%q is no name", n.Value), helpName)
		return
	}
	if len(f.enum) > 0 && target.Kind() == reflect.String && n.Kind == yaml.ScalarNode && !isNull(n) && !isTemplate(n) && !slices.Contains(f.enum, n.Value) {
		d.at(n, codeEnum, fmt.Sprintf("%q is not allowed here", n.Value), enumHelp(n.Value, f.enum))
		return
	}
	switch ok := d.decode(n, target); {
	case !ok:
		return
	case d.env == nil && d.expr(n):
		d.enumWritten(n, f.enum)
		return
	}
	if len(f.enum) > 0 {
		d.enum(n, target, f.enum)
	}
	if !f.holds(target) {
		d.at(n, codeRange, fmt.Sprintf("%s is %s to %s", f.name, f.min, f.max), "")
	}
}

func (d *decoder) enum(n *yaml.Node, v reflect.Value, allowed []string) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			at := elementAt(n, i, v.Len())
			if d.env == nil && d.expr(at) {
				d.enumWritten(at, allowed)
				continue
			}
			d.enum(at, v.Index(i), allowed)
		}
		return
	}
	value := fmt.Sprint(v.Interface())
	if t, ok := v.Interface().(text); ok {
		value = t.Value
	}
	if !slices.Contains(allowed, value) {
		d.at(n, codeEnum, fmt.Sprintf("%q is not allowed here", value), enumHelp(value, allowed))
	}
}

func enumHelp(word string, allowed []string) string {
	if len(allowed) == 1 {
		return "the only word here is " + allowed[0] + ": write it, or remove the key"
	}
	return suggest(word, "allowed", allowed)
}

// enumWritten reports words that an expression may give and the enum lacks.
func (d *decoder) enumWritten(n *yaml.Node, allowed []string) {
	l := d.leaves[n]
	if l == nil || !l.whole() || len(allowed) == 0 {
		return
	}
	c := &checker{report: d.report, expr: l.parts[0].expr}
	for _, word := range wordsGiven(c.expr.tree, nil) {
		if !slices.Contains(allowed, word.Value) {
			c.error(word, codeEnum, fmt.Sprintf("%q is not allowed here", word.Value), enumHelp(word.Value, allowed))
		}
	}
}

// wordsGiven are the written texts that can be the value of an expression.
func wordsGiven(n ast.Node, out []*ast.StringNode) []*ast.StringNode {
	switch n := n.(type) {
	case *ast.StringNode:
		return append(out, n)
	case *ast.ConditionalNode:
		return wordsGiven(n.Exp2, wordsGiven(n.Exp1, out))
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return wordsGiven(n.Right, wordsGiven(n.Left, out))
		}
	}
	return out
}

// misspelt reports whether an unknown key is a slip of this name, or may stand
// for it, as a merge key does: then it is not missing as well.
func misspelt(n *yaml.Node, names []string, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if isMerge(key) || !slices.Contains(names, key.Value) && Nearest(key.Value, names) == name {
			return true
		}
	}
	return false
}

// isMerge tells a merge key, which was refused when the text was read.
func isMerge(key *yaml.Node) bool { return key.ShortTag() == "!!merge" }

// merges reports a mapping that is not known as a whole.
func merges(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && slices.ContainsFunc(n.Content, isMerge)
}
