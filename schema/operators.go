package schema

import (
	"fmt"
	"math"
	"time"

	"github.com/expr-lang/expr/vm/runtime"
)

// What does not fit is an error: a number that silently turned negative would
// decide a condition.
var (
	errInt      = &refusal{"the result is no whole number of 64 bits: it lies beyond 9223372036854775807", "calculate with smaller numbers, or with float()"}
	errDuration = &refusal{"the result is no duration: it lies beyond 292 years", "calculate with a smaller number, or a shorter time"}
	errZero     = &refusal{"division by zero", "divide by something that is never 0, or ask for it first: n == 0 ? 0 : x / n"}
)

// add is +. The length of text is counted before it is made.
func add(m *meter, args []any) (any, error) {
	l, left := args[0].(string)
	r, right := args[1].(string)
	if left && right {
		if err := m.make(len(l) + len(r)); err != nil {
			return nil, err
		}
		return l + r, nil
	}
	if a, b, ok := wholes(args); ok {
		return whole(a+b, (a^(a+b))&(b^(a+b)) < 0, args)
	}
	return runtime.Add(args[0], args[1]), nil
}

// subtract is -.
func subtract(_ *meter, args []any) (any, error) {
	if a, b, ok := wholes(args); ok {
		return whole(a-b, (a^b)&(a^(a-b)) < 0, args)
	}
	return runtime.Subtract(args[0], args[1]), nil
}

// negate is - before a number.
func negate(_ *meter, args []any) (any, error) {
	if args[0] == math.MinInt64 {
		return nil, errInt
	}
	return runtime.Negate(args[0]), nil
}

// makeAbs is a number without its sign.
func makeAbs(m *meter, args []any) (any, error) {
	if f, ok := number(args[0]); ok && f < 0 {
		return negate(m, args)
	}
	return args[0], nil
}

// sumUp adds the elements of a list.
func sumUp(m *meter, args []any) (any, error) {
	list, ok := args[0].([]any)
	if !ok {
		return nil, fmt.Errorf("%s where a list is due", describe(args[0]))
	}
	if err := m.spend(len(list) * elemWeight); err != nil {
		return nil, err
	}
	var total any = 0
	for i, e := range list {
		if _, ok := number(e); !ok {
			return nil, fmt.Errorf("element %d is %s: only numbers can be added", i, describe(e))
		}
		var err error
		if total, err = add(m, []any{total, e}); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// multiply is *: a duration times a number is a duration.
func multiply(_ *meter, args []any) (any, error) {
	for i, a := range args {
		d, ok := a.(time.Duration)
		factor, number := number(args[1-i])
		if _, both := args[1-i].(time.Duration); ok && number && !both {
			return lasting(float64(d) * factor)
		}
	}
	if a, b, ok := wholes(args); ok {
		return whole(a*b, a != 0 && (a*b/a != b || a == -1 && b == math.MinInt64), args)
	}
	return runtime.Multiply(args[0], args[1]), nil
}

// divide is /: by a duration it gives how often, by a number a share.
func divide(_ *meter, args []any) (any, error) {
	by, ok := number(args[1])
	if ok && by == 0 {
		return nil, errZero
	}
	d, ok := args[0].(time.Duration)
	if _, both := args[1].(time.Duration); ok && !both {
		return lasting(float64(d) / by)
	}
	l, _ := number(args[0])
	return l / by, nil
}

// modulo is %.
func modulo(_ *meter, args []any) (any, error) {
	a, b, ok := wholes(args)
	switch {
	case !ok:
		return nil, fmt.Errorf("%% between %s and %s", describe(args[0]), describe(args[1]))
	case b == 0:
		return nil, errZero
	}
	return int(a % b), nil
}

// wholes gives both sides where they are whole numbers, or both durations.
func wholes(args []any) (a, b int64, ok bool) {
	switch l := args[0].(type) {
	case int:
		r, ok := args[1].(int)
		return int64(l), int64(r), ok
	case time.Duration:
		r, ok := args[1].(time.Duration)
		return int64(l), int64(r), ok
	}
	return 0, 0, false
}

// whole is a result of the operands' type, an error where it does not fit.
func whole(result int64, over bool, args []any) (any, error) {
	_, isDuration := args[0].(time.Duration)
	switch {
	case over && isDuration:
		return nil, errDuration
	case over:
		return nil, errInt
	case isDuration:
		return time.Duration(result), nil
	}
	return int(result), nil
}

// lasting is a duration that was calculated.
func lasting(d float64) (any, error) {
	if !(math.Abs(d) < math.MaxInt64) {
		return nil, errDuration
	}
	return time.Duration(d), nil
}
