package schema

import (
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// exprConfig is that of every expression: the allow-list, a bound on its size,
// and no view of the environment beyond what values gives it. Disabled
// builtins are plain names for the parser, so that the checker sees them.
func exprConfig() *conf.Config {
	options := []expr.Option{
		expr.DisableAllBuiltins(), expr.MaxNodes(maxExprNodes),
		expr.Env(map[string]any{}), expr.AllowUndefinedVariables(), expr.Function(meteredName, metered),
	}
	for name, f := range allowList {
		if f.call == nil {
			options = append(options, expr.EnableBuiltin(name))
			continue
		}
		options = append(options, own(name, f.call))
	}
	for operator, call := range ownOperators() {
		options = append(options, own(operator, call))
	}
	c := conf.CreateNew()
	for _, option := range options {
		option(c)
	}
	for name := range c.Disabled {
		delete(c.Builtins, name)
	}
	return c
}

// meteredName is no name that an expression can write, nor is ownName.
const meteredName = "metered value"

func ownName(name string) string { return "our " + name }

// own makes a function known whose first argument is the meter.
func own(name string, call func(*meter, []any) (any, error)) expr.Option {
	return expr.Function(ownName(name), func(params ...any) (any, error) { return call(params[0].(*meter), params[1:]) })
}

func ownOperators() map[string]func(*meter, []any) (any, error) {
	return map[string]func(*meter, []any) (any, error){
		"+": add, "-": subtract, "*": multiply, "/": divide, "%": modulo, "matches": matchText,
		negative: negate, "sum": sumUp,
	}
}

// negative is the - before a number, which has the name of another operator.
const negative = "negative"

// isOwn tells the operators that are functions of ours.
func isOwn(operator string) bool { return strings.Contains(" + - * / % matches ", " "+operator+" ") }

// controllerRoot holds what nodes["controller"] gives: the controller is no
// node, so iterating over nodes must not meet it.
const controllerRoot = "nodes.controller"

// isController recognises nodes.controller and nodes["controller"].
func isController(n *ast.MemberNode) bool {
	root, ok := n.Node.(*ast.IdentifierNode)
	name, isText := n.Property.(*ast.StringNode)
	return ok && isText && root.Value == "nodes" && name.Value == controllerName
}

// controllerName is the reserved name of the place where controller steps run.
const controllerName = "controller"
