package schema

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// ArgError is what the Check of a kind's arguments has against some of them.
// Several mistakes are joined with errors.Join, and each is told at its place.
type ArgError struct {
	// Args are the arguments that it is about, as the kind declares them. An
	// element of a list or a map is written ports[0] or env[NAME]. It is shown
	// at the first of them that is written out; while the value of one is known
	// only later, it says nothing.
	Args []string
	Err  error
}

// Error is the sentence alone: its place names the argument.
func (e *ArgError) Error() string { return e.Err.Error() }

// Unwrap gives the sentence.
func (e *ArgError) Unwrap() error { return e.Err }

// WrongArg refuses one argument for what it says.
func WrongArg(arg, format string, args ...any) error {
	return &ArgError{Args: []string{arg}, Err: fmt.Errorf(format, args...)}
}

// WrongArgs refuses arguments that do not go together, the culprit first.
func WrongArgs(names []string, format string, args ...any) error {
	return &ArgError{Args: names, Err: fmt.Errorf(format, args...)}
}

// check runs the struct's own rules, at load as far as the values that they are
// about are known.
func (d *decoder) check(n *yaml.Node, v reflect.Value) bool {
	c, ok := v.Addr().Interface().(checkable)
	if !ok {
		return true
	}
	before := d.mistakes
	for _, err := range apart(c.Check()) {
		if at := d.culprit(n, v.Type(), err); at != nil && !d.inBraces(at) {
			d.at(at, codeCheck, err.Error(), d.argsHelp())
		}
	}
	return !d.failed(before)
}

// apart gives the errors that were joined.
func apart(err error) (out []error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			out = append(out, apart(e)...)
		}
		return out
	}
	if err != nil {
		out = append(out, err)
	}
	return out
}

func (d *decoder) argsHelp() string {
	if d.what == "" {
		return ""
	}
	return "its arguments are explained by: tidemark steps " + d.what
}

// culprit is the value that an error is shown at, nil while what it is about is
// not known.
func (d *decoder) culprit(n *yaml.Node, t reflect.Type, err error) *yaml.Node {
	var wrong *ArgError
	if !errors.As(err, &wrong) {
		if d.env == nil && hasExpr(n, t) {
			return nil
		}
		return n
	}
	at := n
	for _, arg := range slices.Backward(wrong.Args) {
		value, typ := d.argument(n, t, arg)
		switch {
		case value == nil:
		case d.env == nil && hasExpr(value, typ):
			return nil
		default:
			at = value
		}
	}
	return at
}

// argument finds the value of a field, or of an element in it, as it is
// written, and the field's type; nil where it is left out.
func (d *decoder) argument(n *yaml.Node, t reflect.Type, arg string) (*yaml.Node, reflect.Type) {
	name, elem, inside := strings.Cut(strings.TrimSuffix(arg, "]"), "[")
	fields := d.fieldsOf(t)
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return nil, nil
	}
	value := valueOf(n, name)
	if n.Kind != yaml.MappingNode && fields[i].short {
		value = n
	}
	if value == nil || !inside {
		return value, fields[i].typ
	}
	return element(value, elem), anyType
}

// element is an element of a list, or the key of one of a map; the whole where
// they are not written out.
func element(n *yaml.Node, name string) *yaml.Node {
	switch i, err := strconv.Atoi(name); {
	case n.Kind == yaml.SequenceNode && err == nil && i < len(n.Content):
		return n.Content[i]
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i]
			}
		}
	}
	return n
}
