package schema

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// refusal is an expression without a result: why, and what to do.
type refusal struct{ why, help string }

func (r *refusal) Error() string { return r.why }

// helped is an error that says what to do, by itself or by the help.
func helped(err error, help string) error {
	if errors.As(err, new(*refusal)) {
		return err
	}
	return &refusal{err.Error(), help}
}

func makeDuration(_ *meter, args []any) (any, error) {
	texts, err := allTexts(args)
	if err != nil {
		return nil, err
	}
	d, err := parseDuration(texts[0])
	if err != nil {
		return nil, helped(err, helpDuration)
	}
	return d, nil
}

func makeSize(_ *meter, args []any) (any, error) {
	texts, err := allTexts(args)
	if err != nil {
		return nil, err
	}
	s, err := ParseSize(texts[0])
	if err != nil {
		return nil, helped(err, helpSize)
	}
	return int(s), nil
}

// makeInt drops the fraction of a number.
func makeInt(_ *meter, args []any) (any, error) {
	switch v := args[0].(type) {
	case int:
		return v, nil
	case string:
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, &refusal{fmt.Sprintf("%q is no whole number", v), `only digits can be read: int("12")`}
		}
		return n, nil
	}
	f, err := plainNumber(args[0])
	if err == nil && !(math.Abs(f) < math.MaxInt64) {
		err = errInt
	}
	return int(f), err
}

func makeFloat(_ *meter, args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return plainNumber(args[0])
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, &refusal{fmt.Sprintf("%q is no number", text), `only digits and a point can be read: float("0.5")`}
	}
	return f, nil
}

// plainNumber is a number as it is; a time is none.
func plainNumber(v any) (float64, error) {
	f, ok := number(v)
	if _, lasting := v.(time.Duration); !ok || lasting {
		return 0, &refusal{describe(v) + " is no number", `divide a duration by another: d / duration("1s")`}
	}
	return f, nil
}
