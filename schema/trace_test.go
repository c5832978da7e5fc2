package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// The tree says of each part what it was, of those that others left undecided
// that they were not evaluated, and cuts what is long.
func TestTrace(t *testing.T) {
	inputs := map[string]any{"a": 1, "b": "x", "list": []any{1, 2}, "long": strings.Repeat("0123456789", 50)}
	types := object("input", map[string]*typ{})
	for name, v := range inputs {
		types.fields[name] = typeOfValue(v)
	}
	for text, want := range map[string]string{
		`inputs.a > 1 and inputs.b == "x"`: `
inputs.a > 1 and inputs.b == "x" = false
  inputs.a > 1 = false
    inputs.a = 1
  inputs.b == "x" = not evaluated`,
		`inputs.a == 1 or len(inputs.list) > 2`: `
inputs.a == 1 or len(inputs.list) > 2 = true
  inputs.a == 1 = true
    inputs.a = 1
  len(inputs.list) > 2 = not evaluated`,
		`inputs.a == 2 ? inputs.b == "y" : all(inputs.list, # > 1)`: `
inputs.a == 2 ? inputs.b == "y" : all(inputs.list, # > 1) = false
  inputs.a == 2 = false
    inputs.a = 1
  inputs.b == "y" = not evaluated
  all(inputs.list, # > 1) = false
    inputs.list = [1,2]`,
		`not (inputs.b in ["x", "y"])`: `
not (inputs.b in ["x", "y"]) = false
  inputs.b in ["x", "y"] = true
    inputs.b = "x"
    ["x", "y"] = ["x","y"]`,
		`hasPrefix(inputs.long, "1")`: `
hasPrefix(inputs.long, "1") = false
  inputs.long = "` + strings.Repeat("0123456789", 12) + `…"`,
	} {
		r := &report{docs: docsOf(&document{src: Source{Name: "x"}, lines: []string{text}})}
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: text, Line: 1, Column: 1}
		e := r.compile(n, 0, text, stageScope(types, object("var", nil), secretsType(&Site{})))
		if r.list.HasErrors() {
			t.Errorf("%v", r.list)
			continue
		}
		if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), e.trace(Env{Inputs: inputs}.roots())); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
	}
}
