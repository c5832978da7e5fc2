package schema

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	exprcheck "github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	"gopkg.in/yaml.v3"
)

// maxExprNodes bounds the size of one expression.
const maxExprNodes = 500

// maxExprBytes bounds its text: the parser goes as deep as brackets nest.
const maxExprBytes = 4096

// Expr is one compiled expression and where it stands.
type Expr struct {
	text    string
	node    *yaml.Node // the scalar it stands in
	off     int        // characters of the scalar before it
	tree    ast.Node
	program *vm.Program
	typ     *typ
	refs    refs
}

// refs is what an expression reads from.
type refs struct {
	inputs map[string]bool
	steps  map[string]bool
	vars   map[string]bool // allVars where they are read as a whole
	roots  map[string]*typ
}

// String gives the expression as it was written.
func (e *Expr) String() string { return strings.TrimSpace(e.text) }

// compile checks text, which stands off characters into a scalar, against the
// scope. Mistakes are reported at their place inside the expression; the
// result then has type any and cannot be evaluated.
func (r *report) compile(n *yaml.Node, off int, text string, s *scope) *Expr {
	e := &Expr{text: text, node: n, off: off, typ: scalarType(tAny)}
	if !e.readable(r) || r.hyphenNode(n, off, text) {
		return e
	}
	tree, err := parser.ParseWithConfig(text, r.config())
	if err != nil {
		e.failed(r, codeExpr, err)
		return e
	}
	c := &checker{report: r, expr: e, scope: s}
	before := r.mistakes
	e.tree = tree.Node
	e.typ = c.final(tree.Node)
	e.refs = c.refs
	if r.failed(before) || r.patterns.told {
		return e
	}
	if e.constants(r); r.failed(before) {
		return e
	}
	if e.program, err = program(text, r.config(), &r.patterns); err != nil {
		e.failed(r, codeExpr, err)
	}
	return e
}

// readable refuses a text that the parser has no use for, or too much.
func (e *Expr) readable(r *report) bool {
	switch {
	case strings.TrimSpace(e.text) == "":
		e.report(r, codeExpr, "an empty expression", "")
	case len(e.text) > maxExprBytes:
		e.report(r, codeExpr, fmt.Sprintf("an expression of more than %d bytes", maxExprBytes), "split the condition over several steps, or put data into a var")
	default:
		return true
	}
	return false
}

// program compiles a checked text. It is parsed afresh: the patcher changes
// the tree, and the one that traces are printed from stays as written.
func program(text string, c *conf.Config, p *patterns) (*vm.Program, error) {
	tree, err := parser.ParseWithConfig(text, c)
	if err != nil {
		return nil, err
	}
	return compiled(tree, c, p)
}

// compiled patches and compiles a tree. The library would check it before and
// after a patch of its own, and compile each pattern both times.
func compiled(tree *parser.Tree, c *conf.Config, p *patterns) (*vm.Program, error) {
	ast.Walk(&tree.Node, patcher{p})
	if _, err := exprcheck.Check(tree, c); err != nil {
		return nil, err
	}
	return compiler.Compile(tree, c)
}

// compileBare compiles a scalar that is an expression as a whole.
func (r *report) compileBare(n *yaml.Node, s *scope) *Expr {
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(strings.TrimLeft(n.Value, "\"' \t\n"), "${{") {
		r.at(n, codeExpr, "the expression stands here without ${{ }}", "write only what is between the braces")
		return &Expr{node: n, typ: scalarType(tAny)}
	}
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		help := "write it behind the colon, or remove the key"
		if n.Kind != yaml.ScalarNode {
			help = "write one expression as text: inputs.a and inputs.b > 2"
		}
		r.at(n, codeShape, "an expression is due here", help)
		return &Expr{node: n, typ: scalarType(tAny)}
	}
	return r.compile(n, 0, n.Value, s)
}

// config is shared by all expressions of one reading: building it costs more
// than compiling with it.
func (r *report) config() *conf.Config {
	if r.conf == nil {
		r.conf = exprConfig()
	}
	return r.conf
}

// eval runs the expression; ok is false after a mistake, reported.
func (e *Expr) eval(r *report, env map[string]any) (v any, ok bool) {
	v, err := expr.Run(e.program, e.values(env))
	if err != nil {
		e.failed(r, evaluationCode(err), err)
		return nil, false
	}
	if weight(v, maxValue) > maxValue {
		e.report(r, codeTooMuch, fmt.Sprintf("the value has more than %s", Size(maxValue)), "let the step read what is that large from a file")
		return nil, false
	}
	return coerce(v, e.typ), true
}

// values gives the roots that the expression reads in the form their types
// promise, and nothing else.
func (e *Expr) values(env map[string]any) map[string]any {
	out := make(map[string]any, len(e.refs.roots)+1)
	out[meterRoot] = &meter{}
	for name, t := range e.refs.roots {
		v := env[name]
		if name == "secrets" || name == "inputs" {
			v = sealOf(env).put(v, t)
		}
		out[name] = coerce(v, t)
	}
	return out
}
