package schema

import "github.com/expr-lang/expr/ast"

// signature is a function with fixed argument types.
func signature(out *typ, due ...typeKind) func(*checker, ast.Node, []*typ) *typ {
	return func(c *checker, n ast.Node, args []*typ) *typ {
		for i, t := range args {
			k := due[min(i, len(due)-1)]
			if k != tAny && t.kind != tAny && t.kind != k && (k != tFloat || t.kind != tInt) {
				c.mismatch(n, i, t, scalarType(k).String())
			}
		}
		return out
	}
}

// list reports an argument 0 that is no list, and gives its element.
func (c *checker) list(n ast.Node, args []*typ) *typ {
	switch args[0].kind {
	case tList:
		return args[0].elem
	case tAny:
	case tMap:
		c.mismatch(n, 0, args[0], "list (values(…) gives one)")
	default:
		c.mismatch(n, 0, args[0], "list")
	}
	return scalarType(tAny)
}

func boolPredicate(c *checker, n ast.Node, args []*typ) *typ {
	c.list(n, args)
	if last := args[len(args)-1]; last.kind != tBool && last.kind != tAny {
		c.mismatch(n, len(args)-1, last, "bool")
	}
	return scalarType(tBool)
}

func filterResult(c *checker, n ast.Node, args []*typ) *typ {
	boolPredicate(c, n, args)
	if args[0].kind == tList {
		return args[0]
	}
	return listOf(scalarType(tAny))
}

func mapResult(c *checker, n ast.Node, args []*typ) *typ {
	c.list(n, args)
	return listOf(args[1])
}

func countResult(c *checker, n ast.Node, args []*typ) *typ {
	if len(args) == 1 {
		if elem := c.list(n, args); elem.kind != tBool && elem.kind != tAny {
			c.mismatch(n, 0, args[0], "list of bool")
		}
		return scalarType(tInt)
	}
	boolPredicate(c, n, args)
	return scalarType(tInt)
}

func sumResult(c *checker, n ast.Node, args []*typ) *typ {
	t := c.list(n, args)
	if len(args) == 2 {
		t = args[1]
	}
	if !t.number() && t.kind != tAny {
		return c.mismatch(n, len(args)-1, t, "number")
	}
	return t
}

func lenResult(c *checker, n ast.Node, args []*typ) *typ {
	switch args[0].kind {
	case tList, tMap, tObject, tString, tAny:
	default:
		c.mismatch(n, 0, args[0], "list, map or string")
	}
	return scalarType(tInt)
}

func keysResult(c *checker, n ast.Node, args []*typ) *typ {
	if k := args[0].kind; k != tMap && k != tObject && k != tAny {
		c.mismatch(n, 0, args[0], "map")
	}
	return listOf(scalarType(tString))
}

func valuesResult(c *checker, n ast.Node, args []*typ) *typ {
	switch args[0].kind {
	case tMap:
		return listOf(args[0].elem)
	case tObject, tAny:
	default:
		c.mismatch(n, 0, args[0], "map")
	}
	return listOf(scalarType(tAny))
}

func elemResult(c *checker, n ast.Node, args []*typ) *typ { return c.list(n, args) }

func sameList(c *checker, n ast.Node, args []*typ) *typ {
	for i := range args {
		if args[i].kind != tList && args[i].kind != tAny {
			return c.mismatch(n, i, args[i], "list")
		}
	}
	out := args[0]
	for _, t := range args[1:] {
		if out = join(out, t); out == nil {
			return listOf(scalarType(tAny))
		}
	}
	return out
}

func sameNumber(c *checker, n ast.Node, args []*typ) *typ {
	if !args[0].number() && args[0].kind != tAny {
		return c.mismatch(n, 0, args[0], "number")
	}
	return args[0]
}

// extreme is min and max: over several numbers, or over one list of them.
func extreme(c *checker, n ast.Node, args []*typ) *typ {
	out := args[0]
	if len(args) == 1 && out.kind == tList {
		out = out.elem
	}
	for i, t := range append([]*typ{out}, args[1:]...) {
		if !t.number() && t.kind != tAny {
			return c.mismatch(n, i, t, "number")
		}
		out = join(out, t)
	}
	return out
}

func stringResult(c *checker, n ast.Node, args []*typ) *typ {
	if !args[0].scalar() && args[0].kind != tAny {
		c.mismatch(n, 0, args[0], "single value")
	}
	return scalarType(tString)
}

func joinResult(c *checker, n ast.Node, args []*typ) *typ {
	if elem := c.list(n, args); elem.kind != tString && elem.kind != tAny {
		c.mismatch(n, 0, args[0], "list of string")
	}
	if len(args) == 2 && args[1].kind != tString && args[1].kind != tAny {
		c.mismatch(n, 1, args[1], "string")
	}
	return scalarType(tString)
}
