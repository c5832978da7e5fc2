package schema

import (
	"encoding/json"
	"reflect"
	"time"
)

func keysOf(t reflect.Type, expr bool) []Key {
	var out []Key
	for _, f := range fieldsOf(t) {
		out = append(out, Key{
			Name: f.name, Help: f.help, Type: declared(f, expr), Required: f.required, Short: f.short,
			HasDefault: f.hasDef, Default: f.def, Enum: f.enum, Min: f.min, Max: f.max,
		})
	}
	return out
}

// declared is the type of a field: by its tag `is` where the Go type does not
// say it.
func declared(f field, expr bool) Type {
	if f.is != "" {
		return languageType(f.is)
	}
	return goDeclared(f.typ, expr)
}

func goDeclared(t reflect.Type, expr bool) Type {
	switch t {
	case durationType:
		return Type{Form: FormDuration, Expr: expr}
	case sizeType:
		return Type{Form: FormSize, Expr: expr}
	case modeType:
		return Type{Form: FormMode, Expr: expr}
	case condType:
		return Type{Form: FormCondition}
	case sealedType:
		return Type{Form: FormString, Expr: expr, Secret: true}
	case reflect.TypeFor[text](), reflect.TypeFor[time.Time]():
		return Type{Form: FormString, Expr: expr}
	case nodeType, reflect.TypeFor[json.RawMessage]():
		return Type{Form: FormAny, Expr: expr}
	}
	return kindDeclared(t, expr)
}

func kindDeclared(t reflect.Type, expr bool) Type {
	switch t.Kind() {
	case reflect.Pointer:
		return goDeclared(t.Elem(), expr)
	case reflect.Bool:
		return Type{Form: FormBool, Expr: expr}
	case reflect.Float32, reflect.Float64:
		return Type{Form: FormFloat, Expr: expr}
	case reflect.String:
		return Type{Form: FormString, Expr: expr}
	case reflect.Slice:
		elem := goDeclared(t.Elem(), expr)
		return Type{Form: FormList, Elem: &elem, Expr: expr}
	case reflect.Map:
		elem := goDeclared(t.Elem(), expr)
		return Type{Form: FormMap, Elem: &elem, Expr: expr}
	case reflect.Struct:
		return Type{Form: FormObject, Keys: keysOf(t, expr), Expr: expr}
	case reflect.Interface:
		return Type{Form: FormAny, Expr: expr}
	}
	return Type{Form: FormInt, Expr: expr}
}
