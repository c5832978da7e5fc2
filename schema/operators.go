package schema

import (
	"errors"
	"time"

	"github.com/expr-lang/expr/vm/runtime"
)

// add is +. The length of text is counted before it is made.
func add(m *meter, args []any) (any, error) {
	l, left := args[0].(string)
	r, right := args[1].(string)
	if !left || !right {
		return runtime.Add(args[0], args[1]), nil
	}
	if err := m.make(len(l) + len(r)); err != nil {
		return nil, err
	}
	return l + r, nil
}

// multiply is *: a duration times a number is a duration.
func multiply(_ *meter, args []any) (any, error) {
	for i, a := range args {
		d, ok := a.(time.Duration)
		factor, number := number(args[1-i])
		if _, both := args[1-i].(time.Duration); ok && number && !both {
			return time.Duration(float64(d) * factor), nil
		}
	}
	return runtime.Multiply(args[0], args[1]), nil
}

// divide is /: by a duration it gives how often, by a number a share.
func divide(_ *meter, args []any) (any, error) {
	by, ok := number(args[1])
	if ok && by == 0 {
		return nil, errors.New("division by zero")
	}
	d, ok := args[0].(time.Duration)
	if _, both := args[1].(time.Duration); ok && !both {
		return time.Duration(float64(d) / by), nil
	}
	l, _ := number(args[0])
	return l / by, nil
}
