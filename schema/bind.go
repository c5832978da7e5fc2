package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// commandLine is the file name of diagnostics about given inputs.
const commandLine = "--input"

// BindInputs gives every input its value: what was given as text, else the
// default. A list given as text is comma-separated or YAML in brackets. An
// input that is missing, unknown or of the wrong type is a diagnostic.
func (r *Runbook) BindInputs(given map[string]string, site *Site) (map[string]any, Diagnostics) {
	b := &binder{book: r, site: site, out: map[string]any{}}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if r.input(name) == nil {
			b.refuse(name, codeInputUnknown, fmt.Sprintf("runbook %s has no input %q", r.Name, name), suggest(name, "inputs", r.inputNames()))
		}
	}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		text, ok := given[in.Name]
		switch {
		case ok:
			b.given(in, text)
		case in.HasDefault:
			b.fallback(in)
		default:
			b.missing(in)
		}
	}
	if b.list.HasErrors() {
		return nil, b.list.sorted()
	}
	return b.out, b.list.sorted()
}

// missing are the inputs that must be given and are not; of a runbook with mistakes no more can be said of inputs.
func (r *Runbook) missing(given map[string]string) Diagnostics {
	if r == nil {
		return nil
	}
	b := &binder{}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if _, ok := given[in.Name]; in.Required && !in.HasDefault && !ok {
			b.missing(in)
		}
	}
	return b.list
}

type binder struct {
	book *Runbook
	site *Site
	out  map[string]any
	list Diagnostics
}

func (b *binder) refuse(name, code, message, help string) {
	b.list = append(b.list, Diagnostic{Pos: Pos{File: commandLine + " " + name}, Width: 1, Code: code, Message: message, Help: help})
}

func (b *binder) missing(in *Input) {
	b.refuse(in.Name, codeInputMissing, fmt.Sprintf("input %q is missing", in.Name), needed(in))
}

func (r *Runbook) inputNames() []string {
	out := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		out[i] = in.Name
	}
	return out
}

func needed(in *Input) string {
	help := fmt.Sprintf("add --input %s=%s", in.Name, strings.ToUpper(in.Type))
	if in.Help != "" {
		help += "\n" + in.Help
	}
	return help
}

// given reads the text of the command line by the decoder of the language.
func (b *binder) given(in *Input, text string) {
	v := in.value()
	n, why := textNode(in, text)
	rep := &report{docs: docsOf(&document{src: Source{Name: commandLine}})}
	d := &decoder{report: rep, literal: true}
	if at := notText(text); at >= 0 {
		b.refuse(in.Name, codeInputType, fmt.Sprintf("byte %d of the value is no text", at+1), "values are UTF-8 text without NUL bytes: give the path of a file instead")
		return
	}
	if n == nil {
		b.refuse(in.Name, codeInputType, fmt.Sprintf("%.60q is no %s%s", text, in.Type, why), formOf(in))
		return
	}
	if d.decode(n, v) {
		d.allowed(n, v, in, b.site)
	}
	for _, bad := range rep.list {
		b.refuse(in.Name, codeInputType, naming(text, bad.Message), bad.Help)
	}
	b.out[in.Name] = plainValue(v)
}

// fallback evaluates the default; it was checked at load against this site's
// vars, or accepts what it finds when there was no site.
func (b *binder) fallback(in *Input) {
	rep := &report{docs: b.book.docs}
	b.out[in.Name] = in.fallback(rep, Env{Site: b.site.Env(), Vars: b.book.VarsFor(nil, b.site)}, b.site)
	b.list = append(b.list, rep.list...)
}

// plainValue is the value as expressions and JSON hold it: sizes are ints,
// secrets their names.
func plainValue(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case Size:
		return int(x)
	case Sealed:
		if len(x.parts) == 1 && x.parts[0].secret != "" {
			return x.parts[0].secret
		}
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		return reflect.MakeSlice(v.Type(), 0, 0).Interface()
	}
	return v.Interface()
}
