package reference

import (
	"fmt"
	"slices"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

// section is an object of a file that has keys of its own.
type section struct {
	name string
	keys []schema.Key
}

// filePage explains a sort of file from its top to what stands within.
func filePage(f schema.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# %s\n\n%s\n", made, f.Name, f.Doc)
	fmt.Fprintf(&b, "\nEditors know it by `tidemark schema %s`; see [editors](../editors.md). The types are [here](README.md#how-values-are-written).\n", f.Name)
	sections := within(f.Keys(), []section{{"", f.Keys()}})
	for _, s := range sections {
		if s.name != "" {
			fmt.Fprintf(&b, "\n## %s\n", s.name)
		}
		b.WriteString("\n")
		argsTable(&b, "Key", view.Args(s.keys))
		if s.name == "step" {
			b.WriteString("\nBeside these keys a step has exactly one kind, with its arguments: see [kinds](kinds.md).\n")
		}
	}
	return b.String()
}

// within adds the sections that stand at or below keys, each once, those of a section behind it.
func within(keys []schema.Key, known []section) []section {
	for _, k := range keys {
		t := &k.Type
		for t.Elem != nil {
			t = t.Elem
		}
		for ; t != nil; t = t.Or {
			s := section{t.Name, t.Keys}
			if t.Form == schema.FormStep {
				s = section{"step", schema.StepKeys()}
			}
			if s.name == "" || slices.ContainsFunc(known, func(have section) bool { return have.name == s.name }) {
				continue
			}
			known = within(s.keys, append(known, s))
		}
	}
	return known
}

// says is what a form of values is.
type says struct {
	form schema.Form
	says string
}

// forms are all forms, the plain ones first.
func forms() []says {
	return []says{
		{schema.FormString, "text; what YAML would read as a number, a bool or nothing needs quotes"},
		{schema.FormInt, "a whole number"},
		{schema.FormFloat, "a number"},
		{schema.FormBool, "`true` or `false`"},
		{schema.FormDuration, "a number with its unit: `30s`, `5m`, `1h30m`"},
		{schema.FormSize, "a number with its unit: `512MiB`, `12GiB`"},
		{schema.FormMode, "permission bits as quoted octal: `\"0640\"`"},
		{schema.FormCondition, "a bare [expression](expressions.md) that is true or false, without `${{ }}`"},
		{schema.FormAny, "any value"},
		{schema.FormList, "`[a, b]`, or a line with `- ` for each"},
		{schema.FormMap, "`{name: value}` with names of your own"},
		{schema.FormObject, "`{key: value}` with the keys that are named"},
		{schema.FormName, "a letter, then a-z, 0-9 and `_`: it is used in expressions, where a hyphen would subtract"},
		{schema.FormWord, "letters, digits, `.`, `_` and `-`, beginning with a letter or digit"},
		{schema.FormAddress, "a host name or an address"},
		{schema.FormShare, "`all`, a number above 0, or a percentage: `10%`"},
		{schema.FormPlace, "a group or node, a list of them, `{group: NAME, pick: one}` for one node of it, or `controller`"},
		{schema.FormItems, "a bare expression that gives a list, or a list"},
		{schema.FormKey, "text with an expression in it"},
		{schema.FormStep, "an object of the step keys and one kind"},
	}
}
