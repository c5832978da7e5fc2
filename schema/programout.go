package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"
)

// FromProgram reads what a program left as outputs into a value of the type of out. A key that was not declared and a
// value of another type are errors; what is missing holds its zero value.
func FromProgram(raw []byte, out any) (any, error) {
	v := reflect.New(reflect.TypeOf(out)).Elem()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var x any
	if err := dec.Decode(&x); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text behind the JSON value")
	}
	err := fromProgram(x, v)
	return v.Interface(), err
}

func fromProgram(x any, v reflect.Value) error {
	switch x := x.(type) {
	case string:
		if v.Kind() == reflect.String {
			v.SetString(x)
			return nil
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(x)
			return nil
		}
	case json.Number:
		return numberFrom(x, v)
	case []any:
		return listFrom(x, v)
	case map[string]any:
		return objectFrom(x, v)
	}
	return fmt.Errorf("%s where %s is due", programWord(x), article(typeOf(v.Type()).String()))
}

// programWord names a JSON value.
func programWord(x any) string {
	switch x.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a bool"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

func numberFrom(x json.Number, v reflect.Value) error {
	i, notInt := x.Int64()
	f, notFloat := x.Float64()
	switch {
	case v.Type() == durationType && notFloat == nil && math.Abs(f) < 1<<33:
		v.SetInt(int64(f * float64(time.Second)))
		return nil
	case v.Type() == durationType:
		return fmt.Errorf("%s is no number of seconds", x)
	case v.CanInt() && notInt == nil && !v.OverflowInt(i):
		v.SetInt(i)
		return nil
	case v.CanFloat() && notFloat == nil:
		v.SetFloat(f)
		return nil
	}
	return fmt.Errorf("%s where %s is due", x, article(typeOf(v.Type()).String()))
}

func listFrom(x []any, v reflect.Value) error {
	if v.Kind() != reflect.Slice {
		return fmt.Errorf("a list where %s is due", article(typeOf(v.Type()).String()))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(x), len(x)))
	for i := range x {
		if err := fromProgram(x[i], v.Index(i)); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	return nil
}

func objectFrom(x map[string]any, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Map:
		v.Set(reflect.MakeMapWithSize(v.Type(), len(x)))
	case reflect.Struct:
	default:
		return fmt.Errorf("an object where %s is due", article(typeOf(v.Type()).String()))
	}
	for _, key := range slices.Sorted(maps.Keys(x)) {
		if err := memberFrom(key, x[key], v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func memberFrom(key string, x any, v reflect.Value) error {
	if v.Kind() == reflect.Map {
		elem := reflect.New(v.Type().Elem()).Elem()
		err := fromProgram(x, elem)
		v.SetMapIndex(reflect.ValueOf(key), elem)
		return err
	}
	all := fieldsOf(v.Type())
	i := slices.IndexFunc(all, func(f field) bool { return f.name == key })
	if i < 0 {
		return errors.New("not among the declared outputs")
	}
	return fromProgram(x, v.FieldByIndex(all[i].index))
}
