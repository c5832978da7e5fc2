package view

import (
	"io"
	"strings"

	"tidemark/schema"
)

// Arg is one declared key for readers: an argument of a kind, a part of its output, a key of a file.
type Arg struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Required bool     `json:"required,omitempty"`
	Default  string   `json:"default,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Bounds   string   `json:"bounds,omitempty"` // of a number: "1 to 100"
	Help     string   `json:"help,omitempty"`
}

// Args lists keys; those of objects within are named "outer.inner".
func Args(keys []schema.Key) []Arg { return args(keys, "") }

func args(keys []schema.Key, prefix string) []Arg {
	out := []Arg{}
	for _, k := range keys {
		a := Arg{
			Name: prefix + k.Name, Type: k.Type.String(), Required: k.Required, Default: k.Default, Enum: k.Enum, Help: k.Help,
		}
		if k.Min != "" {
			a.Bounds = k.Min + " to " + k.Max
		}
		out = append(out, a)
		t := &k.Type
		for t.Elem != nil {
			t = t.Elem
		}
		if t.Name == "" {
			out = append(out, args(t.Keys, a.Name+".")...)
		}
	}
	return out
}

// Values says what may stand there: the type, or the words or bounds that narrow it.
func (a Arg) Values() string {
	switch {
	case len(a.Enum) > 0:
		return strings.Join(a.Enum, "|")
	case a.Bounds != "":
		return a.Type + " " + a.Bounds
	}
	return a.Type
}

// Given says whether it must be written, else what holds without it.
func (a Arg) Given() string {
	if a.Required {
		return "required"
	}
	return a.Default
}

// ArgsTable writes arguments as a table.
func ArgsTable(w io.Writer, list []Arg) {
	var rows [][]string
	for _, a := range list {
		rows = append(rows, []string{a.Name, a.Values(), a.Given(), a.Help})
	}
	Table(w, []string{"ARGUMENT", "TYPE", "DEFAULT", "MEANING"}, rows)
}

// OutputsTable writes what later steps may read, as a table.
func OutputsTable(w io.Writer, list []Arg) {
	var rows [][]string
	for _, a := range list {
		rows = append(rows, []string{a.Name, a.Type, a.Help})
	}
	Table(w, []string{"OUTPUT", "TYPE", "MEANING"}, rows)
}
