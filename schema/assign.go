package schema

import (
	"fmt"
	"reflect"
	"time"
)

// assign puts the value of an expression into a Go value of an argument. The
// types were compared at load; what is of type any there is decided here.
func assign(v reflect.Value, x any) error {
	if x == nil {
		return fmt.Errorf("the expression has no value")
	}
	if s, ok := x.(Sealed); ok && v.Type() != sealedType {
		return fmt.Errorf("the secret %q in an argument that takes none", s.Secrets()[0])
	}
	switch v.Type() {
	case durationType, sizeType, modeType, sealedType:
		return assignOwn(v, x)
	}
	switch v.Kind() {
	case reflect.Interface:
		v.Set(reflect.ValueOf(x))
		return nil
	case reflect.String:
		s, ok := x.(string)
		v.SetString(s)
		return due(ok, x, "string")
	case reflect.Bool:
		b, ok := x.(bool)
		v.SetBool(b)
		return due(ok, x, "bool")
	case reflect.Int, reflect.Int64:
		i, ok := coerceInt(x).(int)
		v.SetInt(int64(i))
		return due(ok, x, "int")
	case reflect.Float64:
		f, ok := number(x)
		v.SetFloat(f)
		return due(ok, x, "number")
	}
	return assignMany(v, plain(x))
}

func due(ok bool, x any, name string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s where %s is due", describe(x), article(name))
}

// assignOwn fills the types of the language itself; arithmetic may have led
// below zero.
func assignOwn(v reflect.Value, x any) error {
	switch v.Type() {
	case sealedType:
		s, ok := x.(Sealed)
		if text, isText := x.(string); isText {
			s, ok = SealText(text), true
		}
		v.Set(reflect.ValueOf(s))
		return due(ok, x, "string")
	case durationType:
		d, ok := x.(time.Duration)
		if d < 0 {
			return fmt.Errorf("the duration %s is below zero", d)
		}
		v.SetInt(int64(d))
		return due(ok, x, "duration")
	case sizeType:
		i, ok := coerceSize(x).(int)
		if i < 0 {
			return fmt.Errorf("the size %d is below zero", i)
		}
		v.SetInt(int64(i))
		return due(ok, x, "size")
	}
	s, _ := x.(string)
	m, err := ParseMode(s)
	v.SetUint(uint64(m))
	return err
}

func assignMany(v reflect.Value, x any) error {
	from := reflect.ValueOf(x)
	switch {
	case v.Kind() == reflect.Slice && from.Kind() == reflect.Slice:
		out := reflect.MakeSlice(v.Type(), from.Len(), from.Len())
		for i := range from.Len() {
			if err := assign(out.Index(i), from.Index(i).Interface()); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		v.Set(out)
		return nil
	case v.Kind() == reflect.Map && from.Kind() == reflect.Map:
		return assignMap(v, from)
	case v.Kind() == reflect.Struct && from.Kind() == reflect.Map:
		return assignStruct(v, from)
	}
	return fmt.Errorf("%s where %s is due", describe(x), a(typeOf(v.Type())))
}

func assignMap(v, from reflect.Value) error {
	out := reflect.MakeMapWithSize(v.Type(), from.Len())
	for it := from.MapRange(); it.Next(); {
		elem := reflect.New(v.Type().Elem()).Elem()
		if err := assign(elem, it.Value().Interface()); err != nil {
			return fmt.Errorf("%s: %w", it.Key(), err)
		}
		out.SetMapIndex(it.Key().Convert(v.Type().Key()), elem)
	}
	v.Set(out)
	return nil
}

// assignStruct refuses keys that the struct does not declare: a value never
// brings more than its place holds.
func assignStruct(v, from reflect.Value) error {
	known := map[string]field{}
	for _, f := range fieldsOf(v.Type()) {
		known[f.name] = f
	}
	for it := from.MapRange(); it.Next(); {
		f, ok := known[it.Key().String()]
		if !ok {
			return fmt.Errorf("unknown key %q", it.Key())
		}
		if it.Value().IsNil() {
			continue
		}
		if err := assign(v.FieldByIndex(f.index), it.Value().Interface()); err != nil {
			return fmt.Errorf("%s: %w", it.Key(), err)
		}
	}
	return nil
}
