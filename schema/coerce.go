package schema

import (
	"encoding/json"
	"math"
	"reflect"
	"time"
)

// coerce brings a value into the form its static type promises to
// expressions. Outputs come back from JSON: an int is a float64 there, a
// duration a number, and an empty field is missing.
func coerce(x any, t *typ) any {
	if x == nil {
		return nil
	}
	switch t.kind {
	case tInt:
		return coerceInt(x)
	case tFloat:
		if f, ok := number(x); ok {
			return f
		}
	case tSize:
		return coerceSize(x)
	case tDuration:
		return coerceDuration(x)
	case tList:
		return coerceList(x, t)
	case tMap, tObject:
		return coerceMap(plain(x), t)
	}
	return x
}

func coerceInt(x any) any {
	if v := reflect.ValueOf(x); v.CanInt() {
		return int(v.Int())
	}
	if f, ok := number(x); ok && f == math.Trunc(f) && math.Abs(f) < 1<<62 {
		return int(f)
	}
	return x
}

// coerceSize drops what is less than a byte: a share of a size has fractions.
func coerceSize(x any) any {
	if f, ok := number(x); ok && math.Abs(f) < 1<<62 {
		return coerceInt(math.Trunc(f))
	}
	return x
}

// number reads any Go number.
func number(x any) (float64, bool) {
	if n, ok := x.(json.Number); ok {
		f, err := n.Float64()
		return f, err == nil
	}
	v := reflect.ValueOf(x)
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

func coerceDuration(x any) any {
	if s, ok := x.(string); ok {
		if d, err := parseDuration(s); err == nil {
			return d
		}
		return x
	}
	if f, ok := number(x); ok {
		return time.Duration(f)
	}
	return x
}

func coerceList(x any, t *typ) any {
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Slice {
		return x
	}
	out := make([]any, v.Len())
	for i := range out {
		out[i] = coerce(v.Index(i).Interface(), t.elem)
	}
	return out
}

// coerceMap gives an object all its declared fields: JSON leaves out empty
// ones, their zero value is meant. What else is missing stays missing.
func coerceMap(x any, t *typ) any {
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String {
		return x
	}
	out := make(map[string]any, v.Len())
	for it := v.MapRange(); it.Next(); {
		elem := t.elem
		if t.kind == tObject {
			elem = t.fields[it.Key().String()]
		}
		if elem == nil {
			elem = scalarType(tAny)
		}
		out[it.Key().String()] = coerce(it.Value().Interface(), elem)
	}
	for name, f := range t.fields {
		if t.fill && out[name] == nil {
			out[name] = zero(f)
		}
	}
	return out
}

// zero is what a Go zero value reads as.
func zero(t *typ) any {
	switch t.kind {
	case tBool:
		return false
	case tInt, tSize:
		return 0
	case tFloat:
		return 0.0
	case tString:
		return ""
	case tDuration:
		return time.Duration(0)
	case tList:
		return []any{}
	case tMap, tObject:
		return coerceMap(map[string]any{}, t)
	}
	return nil
}

// plain gives Go structs the form they have after a trip through JSON.
func plain(x any) any {
	v := reflect.ValueOf(x)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return x
	}
	out := map[string]any{}
	for _, f := range fieldsOf(v.Type()) {
		out[f.name] = v.FieldByIndex(f.index).Interface()
	}
	return out
}
