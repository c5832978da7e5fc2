package schema

import (
	"errors"
	"fmt"
	"reflect"
)

// Limits of one evaluation. A value is what a leaf holds or anything made on
// the way to it; work is the sum of all bytes that were made or looked at.
const (
	maxValue = 1 << 20
	maxWork  = 32 << 20
)

// meter counts what one evaluation makes and looks at, so that no expression
// grows or works without bound, whatever its inputs.
type meter struct {
	work int

	last     *pattern // the pattern that was compiled last, see meter.pattern
	lastText string
}

// tooMuch is the refusal of an expression that goes beyond the limits.
type tooMuch string

func (t tooMuch) Error() string { return string(t) }

// meterRoot is where an environment keeps its meter; expressions cannot write it.
const meterRoot = "meter"

// spend counts work.
func (m *meter) spend(bytes int) error {
	if m.work += bytes; m.work > maxWork {
		return tooMuch(fmt.Sprintf("the expression works on more than %s in all", Size(maxWork)))
	}
	return nil
}

// make counts a value before it is made.
func (m *meter) make(bytes int) error {
	if bytes > maxValue {
		return tooMuch(fmt.Sprintf("the expression makes a value of more than %s", Size(maxValue)))
	}
	return m.spend(bytes)
}

// look counts a value that is looked at as a whole.
func (m *meter) look(x any) error { return m.spend(weight(x, maxWork)) }

// elemWeight is what an element costs beside its own bytes.
const elemWeight = 16

// weight is about how many bytes a value takes when it is written out; it
// stops counting beyond limit, since shared parts may make that endless work.
func weight(x any, limit int) int {
	switch x := x.(type) {
	case string:
		return len(x)
	case nil, bool, int, float64:
		return elemWeight
	}
	return weigh(reflect.ValueOf(x), limit)
}

func weigh(v reflect.Value, limit int) int {
	n := elemWeight
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Slice:
		for i := 0; i < v.Len() && n <= limit; i++ {
			n += elemWeight + weight(v.Index(i).Interface(), limit-n)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next() && n <= limit; {
			n += elemWeight + it.Key().Len() + weight(it.Value().Interface(), limit-n)
		}
	}
	return n
}

// metered passes its second argument on, counted by the first.
func metered(params ...any) (any, error) {
	m, ok := params[0].(*meter)
	if !ok || len(params) != 2 {
		return nil, errors.New("an evaluation without its meter")
	}
	return params[1], m.look(params[1])
}
