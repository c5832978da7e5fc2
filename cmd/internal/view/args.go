package view

import (
	"io"
	"reflect"
	"strings"
	"time"

	"tidemark/schema"
)

// Arg is one argument of a kind, from the tags of its struct.
type Arg struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Required bool     `json:"required,omitempty"`
	Default  string   `json:"default,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Help     string   `json:"help,omitempty"`
}

// Args lists the arguments of a step; those of nested structs are named "outer.inner".
func Args(step any) []Arg { return args(reflect.TypeOf(step), "") }

func args(t reflect.Type, prefix string) []Arg {
	out := []Arg{}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return out
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || name == "" || name == "-" {
			continue
		}
		a := Arg{Name: prefix + name, Type: typeName(f.Type), Required: f.Tag.Get("required") == "true", Default: f.Tag.Get("default"), Help: f.Tag.Get("help")}
		if e := f.Tag.Get("enum"); e != "" {
			a.Enum = strings.Split(e, ",")
		}
		out = append(out, a)
		if inner := nested(f.Type); inner != nil {
			out = append(out, args(inner, a.Name+".")...)
		}
	}
	return out
}

func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "duration"
	case reflect.TypeFor[schema.Size]():
		return "size"
	case reflect.TypeFor[schema.Mode]():
		return "mode"
	case reflect.TypeFor[schema.Cond]():
		return "condition"
	case reflect.TypeFor[schema.Sealed]():
		return "string, also secret"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Slice:
		return "list of " + typeName(t.Elem())
	case reflect.Map:
		return "map of " + typeName(t.Elem())
	case reflect.Struct:
		return "object"
	case reflect.Int64:
		return "int"
	case reflect.Float64:
		return "float"
	case reflect.Interface:
		return "any"
	}
	return t.Kind().String()
}

// nested is the struct whose fields are arguments of their own.
func nested(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[schema.Cond]() || t == reflect.TypeFor[schema.Sealed]() || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	return t
}

// ArgsTable writes arguments as a table.
func ArgsTable(w io.Writer, list []Arg) {
	var rows [][]string
	for _, a := range list {
		value := a.Default
		if a.Required {
			value = "required"
		}
		kind := a.Type
		if len(a.Enum) > 0 {
			kind = strings.Join(a.Enum, "|")
		}
		rows = append(rows, []string{a.Name, kind, value, a.Help})
	}
	Table(w, []string{"ARGUMENT", "TYPE", "DEFAULT", "MEANING"}, rows)
}
