package schema

import (
	"fmt"
	"reflect"
	"slices"
)

// checkStruct refuses a declaration that the decoder cannot fill.
func checkStruct(t reflect.Type, above []reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("%s is no struct", t)
	}
	if slices.Contains(above, t) {
		return fmt.Errorf("%s contains itself", t)
	}
	for _, f := range fieldsOf(t) {
		if err := checkType(f.typ, append(above, t)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if _, _, bounded := f.bounds(); !bounded && f.min+f.max != "" {
			return fmt.Errorf("%s: a number has both min and max", f.name)
		}
		if err := setDefault(reflect.New(f.typ).Elem(), f); err != nil {
			return fmt.Errorf("%s: default: %w", f.name, err)
		}
	}
	return nil
}

func checkType(t reflect.Type, above []reflect.Type) error {
	switch t {
	case durationType, sizeType, modeType, condType, sealedType:
		return nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Float64, reflect.Bool, reflect.Interface:
		return nil
	case reflect.Slice:
		return checkType(t.Elem(), above)
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return checkType(t.Elem(), above)
		}
	case reflect.Struct:
		return checkStruct(t, above)
	}
	return fmt.Errorf("type %s is not part of the language", t)
}
