package schema

import (
	"cmp"
	"reflect"
	"slices"
)

// sealedType is what an argument is declared as that takes secrets.
var sealedType = reflect.TypeFor[Sealed]()

// walkSealed calls visit for every sealed text below v; the entries of a map
// by their keys.
func walkSealed(v reflect.Value, visit func(Sealed)) {
	if !v.IsValid() {
		return
	}
	if v.Type() == sealedType {
		visit(v.Interface().(Sealed))
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		walkSealed(v.Elem(), visit)
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			walkSealed(v.FieldByIndex(f.index), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkSealed(v.Index(i), visit)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, key := range keys {
			walkSealed(v.MapIndex(key), visit)
		}
	}
}

// takers names the arguments below a type that take secrets.
func takers(t reflect.Type, prefix string) []string {
	switch {
	case t == sealedType:
		return []string{prefix}
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Map:
		return takers(t.Elem(), prefix)
	case t.Kind() != reflect.Struct:
		return nil
	}
	var out []string
	for _, f := range fieldsOf(t) {
		name := f.name
		if prefix != "" {
			name = prefix + "." + name
		}
		out = append(out, takers(f.typ, name)...)
	}
	return out
}

// SecretsIn gives the names of all secrets that a pointer to arguments holds,
// each once, in the order of the fields.
func SecretsIn(args any) []string {
	var out []string
	walkSealed(reflect.ValueOf(args), func(s Sealed) {
		for _, name := range s.Secrets() {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	})
	return out
}
