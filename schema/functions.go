package schema

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Function is one entry of the allow-list of functions in expressions. Nothing
// in it looks at a clock or a random number, or writes Go's own notation.
type Function struct {
	Name string
	// Args names the arguments as a reader sees them; those in brackets may be left out.
	Args string
	Doc  string // one sentence
	// Example is an expression without inputs; Gives is its value as text, of a list as JSON.
	Example, Gives string

	min, max  int
	predicate bool // the second argument is a predicate over the first
	keeps     bool // moves values without looking at them: secrets may pass
	result    func(c *checker, n ast.Node, args []*typ) *typ
	call      func(m *meter, args []any) (any, error) // nil: the library's own
}

// Functions gives the allow-list, sorted by name: all functions that an
// expression can call.
func Functions() []Function {
	out := slices.Concat(predicates(), listFunctions(), textFunctions(), numberFunctions())
	slices.SortFunc(out, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// allowList is built once and never changed.
var allowList = byName(Functions())

func byName(list []Function) map[string]Function {
	out := make(map[string]Function, len(list))
	for _, f := range list {
		out[f.Name] = f
	}
	return out
}

// takes fills in how many arguments there are and what the result is.
func (f Function) takes(least, most int, result func(*checker, ast.Node, []*typ) *typ) Function {
	f.min, f.max, f.result = least, most, result
	return f
}

// fixed is takes for arguments and a result of fixed types.
func (f Function) fixed(least, most int, gives typeKind, due ...typeKind) Function {
	return f.takes(least, most, signature(scalarType(gives), due...))
}

// moving marks a function that does not look at the values it moves.
func (f Function) moving() Function {
	f.keeps = true
	return f
}

// over is takes for a function with a predicate.
func (f Function) over(least int, result func(*checker, ast.Node, []*typ) *typ) Function {
	f = f.takes(least, 2, result)
	f.predicate = true
	return f
}

// by gives the function an implementation of ours.
func (f Function) by(call func(m *meter, args []any) (any, error)) Function {
	f.call = call
	return f
}
