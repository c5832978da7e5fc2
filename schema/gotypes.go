package schema

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// typeOf is the static type of Go values as encoding/json writes them.
func typeOf(t reflect.Type) *typ { return typeWithin(t, nil) }

func typeWithin(t reflect.Type, above []reflect.Type) *typ {
	switch t {
	case sealedType:
		return secretNamed("")
	case durationType:
		return scalarType(tDuration)
	case sizeType:
		return scalarType(tSize)
	case modeType, reflect.TypeFor[time.Time]():
		return scalarType(tString)
	case reflect.TypeFor[json.RawMessage]():
		return scalarType(tAny)
	}
	switch t.Kind() {
	case reflect.Bool:
		return scalarType(tBool)
	case reflect.String:
		return scalarType(tString)
	case reflect.Float32, reflect.Float64:
		return scalarType(tFloat)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return scalarType(tInt)
	case reflect.Slice, reflect.Array:
		return listOf(typeWithin(t.Elem(), above))
	case reflect.Map:
		return &typ{kind: tMap, elem: typeWithin(t.Elem(), above)}
	case reflect.Pointer:
		return typeWithin(t.Elem(), above)
	case reflect.Struct:
		return objectType(t, above)
	}
	return scalarType(tAny)
}

// objectType is any where a struct contains itself: types here are finite.
func objectType(t reflect.Type, above []reflect.Type) *typ {
	if slices.Contains(above, t) {
		return scalarType(tAny)
	}
	out := &typ{kind: tObject, fields: map[string]*typ{}, fill: true}
	for _, f := range fieldsOf(t) {
		out.fields[f.name] = typeWithin(f.typ, append(above, t))
	}
	return out
}

// scalarKind is the type of a single value from YAML, any of all others.
func scalarKind(v any) typeKind {
	switch v.(type) {
	case string:
		return tString
	case int:
		return tInt
	case bool:
		return tBool
	}
	return tAny
}

// typeOfValue is the static type of a value from YAML.
func typeOfValue(v any) *typ {
	switch v := v.(type) {
	case nil:
		return scalarType(tNil)
	case []any:
		elem := scalarType(tNil)
		for _, e := range v {
			if k := scalarKind(e); k != tAny && k == elem.kind {
				continue // long lists hold one type
			}
			if elem = join(elem, typeOfValue(e)); elem == nil {
				return listOf(scalarType(tAny))
			}
		}
		if elem.kind == tNil {
			elem = scalarType(tAny)
		}
		return listOf(elem)
	case map[string]any:
		out := &typ{kind: tObject, fields: map[string]*typ{}}
		for name, e := range v {
			out.fields[name] = typeOfValue(e)
		}
		return out
	}
	return typeOf(reflect.TypeOf(v))
}
