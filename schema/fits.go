package schema

import (
	"fmt"
	"reflect"
)

// unfit says why a value of that static type cannot fill the Go type.
func unfit(from *typ, to reflect.Type) (message, help string) {
	due, ok := fits(from, to)
	if ok {
		return "", ""
	}
	switch to {
	case durationType:
		help = "duration(text) makes a duration of text"
	case sizeType:
		help = "size(text) makes a size of text"
	}
	if from.hint != "" {
		help = from.hint
	}
	if due == "string" && from.kind == tList {
		help = `join(list, ", ") makes text of a list`
	}
	if due == "string" && from.scalar() {
		help = "string(x) makes text of a value"
	}
	return fmt.Sprintf("%s where %s is due", a(from), article(due)), help
}

// fits compares a static type with a Go type and names what is due.
func fits(from *typ, to reflect.Type) (due string, ok bool) {
	is := func(kinds ...typeKind) bool {
		if from.kind == tAny {
			return true
		}
		for _, k := range kinds {
			if from.kind == k {
				return true
			}
		}
		return false
	}
	switch to {
	case sealedType:
		return "string", is(tString)
	case durationType:
		return "duration", is(tDuration)
	case sizeType:
		return "size", is(tInt, tSize)
	case modeType:
		return `mode ("0640")`, is(tString)
	}
	switch to.Kind() {
	case reflect.Interface:
		return "value", true
	case reflect.String:
		return "string", is(tString)
	case reflect.Bool:
		return "bool", is(tBool)
	case reflect.Int, reflect.Int64:
		return "int", is(tInt, tSize)
	case reflect.Float64:
		return "number", is(tInt, tFloat, tSize)
	case reflect.Slice:
		return fitsElem(from, to, tList)
	case reflect.Map:
		return fitsElem(from, to, tMap)
	}
	return "mapping", fitsStruct(from, to)
}

func fitsElem(from *typ, to reflect.Type, kind typeKind) (due string, ok bool) {
	prefix := map[typeKind]string{tList: "list of ", tMap: "map of "}[kind]
	elem := scalarType(tAny)
	if from.kind == kind {
		elem = from.elem
	}
	due, ok = fits(elem, to.Elem())
	if from.kind == tObject && kind == tMap {
		return prefix + due, objectFits(from, to.Elem())
	}
	return prefix + due, ok && (from.kind == kind || from.kind == tAny)
}

func objectFits(from *typ, to reflect.Type) bool {
	for _, f := range from.fields {
		if _, ok := fits(f, to); !ok {
			return false
		}
	}
	return true
}

// fitsStruct accepts an object whose fields the struct declares.
func fitsStruct(from *typ, to reflect.Type) bool {
	if from.kind == tAny {
		return true
	}
	if to.Kind() != reflect.Struct || from.kind != tObject {
		return false
	}
	known := map[string]reflect.Type{}
	for _, f := range fieldsOf(to) {
		known[f.name] = f.typ
	}
	for name, f := range from.fields {
		t := known[name]
		if t == nil {
			return false
		}
		if _, ok := fits(f, t); !ok {
			return false
		}
	}
	return true
}

// exposes reports whether a value of that type would bring a secret to a place
// that takes none.
func exposes(from *typ, to reflect.Type) bool {
	switch {
	case to == sealedType, from.carries() == "":
		return false
	case from.secret != "":
		return true
	}
	switch to.Kind() {
	case reflect.Slice, reflect.Map:
		return exposesBelow(from, to.Elem())
	case reflect.Struct:
		for _, f := range fieldsOf(to) {
			if below := from.fields[f.name]; below != nil && exposes(below, f.typ) {
				return true
			}
		}
		return false
	}
	return true
}

func exposesBelow(from *typ, to reflect.Type) bool {
	if from.elem != nil {
		return exposes(from.elem, to)
	}
	for _, f := range from.fields {
		if exposes(f, to) {
			return true
		}
	}
	return false
}
