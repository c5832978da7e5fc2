package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// evaluated gives an expression's value over inputs, or what is wrong with it.
func evaluated(t *testing.T, text string, inputs map[string]any) (any, Diagnostics) {
	t.Helper()
	types := object("input", map[string]*typ{})
	for name, v := range inputs {
		types.fields[name] = typeOfValue(v)
	}
	doc := &document{src: Source{Name: "x"}, lines: []string{text}}
	r := &report{docs: docsOf(doc)}
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text, Line: 1, Column: 1}
	e := r.compile(n, 0, text, stageScope(types, object("var", nil), secretsType(&Site{})))
	if r.list.HasErrors() {
		return nil, r.list
	}
	v, _ := e.eval(r, Env{Inputs: inputs}.roots())
	return v, r.list
}

// shown writes a value as Gives does: a single one as text, all else as JSON.
func shown(v any) string {
	if text, ok := scalarText(v); ok {
		return text
	}
	data, _ := json.Marshal(v)
	return string(data)
}

// Every function has a sentence and an example, which gives what is said.
func TestFunctionExamples(t *testing.T) {
	if len(Functions()) < 30 {
		t.Fatalf("%d functions", len(Functions()))
	}
	for _, f := range Functions() {
		v, ds := evaluated(t, f.Example, nil)
		if ds.HasErrors() {
			t.Errorf("%s: %v", f.Name, ds)
			continue
		}
		if got := shown(v); got != f.Gives {
			t.Errorf("%s: %s gives %s, not %s", f.Name, f.Example, got, f.Gives)
		}
		if !strings.HasSuffix(f.Doc, ".") || f.Args == "" || !strings.Contains(f.Example, f.Name+"(") {
			t.Errorf("%s: a sentence, arguments and an example are due", f.Name)
		}
	}
}

// What would give another value each time, shows Go's notation, or works
// without bound is no function of the language.
func TestNoOtherFunctions(t *testing.T) {
	for _, name := range []string{
		"now", "date", "repeat", "toJSON", "fromJSON", "toBase64", "fromBase64", "type", "timezone", "get", "take", "flatten",
		"find", "findLast", "groupBy", "sortBy", "reduce", "mean", "median", "toPairs", "fromPairs", "bitand", "env", "let",
	} {
		if _, ds := evaluated(t, name+"(1)", nil); !ds.HasErrors() {
			t.Errorf("%s() is accepted", name)
		}
	}
	for _, text := range []string{"1..5", "let x = 1; x", "any([1], any([2], # > 1))", "inputs.a.String()", "$env", "$env.inputs", `"a" | upper().x`, "[1] | map(# .. 5)"} {
		if v, ds := evaluated(t, text, map[string]any{"a": 1}); !ds.HasErrors() {
			t.Errorf("%s is accepted and gives %v", text, v)
		}
	}
}

func TestArithmetic(t *testing.T) {
	for text, want := range map[string]string{
		`duration("1m") * 1.5`: "1m30s", `2 * duration("1m")`: "2m0s", `duration("1m") / 4`: "15s", `duration("3m") / duration("2m")`: "1.5",
		`duration("1m") - duration("10s")`: "50s", `duration("1h") > duration("59m")`: "true",
		`size("1GiB") / 2`: "536870912", `size("1KiB") * 1.0005`: "1024", `size("3GiB") / size("2GiB")`: "1.5", `size("1KiB") - size("1B")`: "1023",
		`size("2KiB") > 2000`: "true", `1 / 4`: "0.25", `7 % 4`: "3", `2 ** 10`: "1024", `-size("1B")`: "-1", `"a" + "b"`: "ab",
		`sum([size("1KiB"), size("1KiB")])`: "2048", `max(size("1KiB"), size("2KiB"))`: "2048",
	} {
		if v, ds := evaluated(t, text, nil); ds.HasErrors() || shown(v) != want {
			t.Errorf("%s gives %v, not %s %v", text, v, want, ds)
		}
	}
	for _, text := range []string{
		`duration("1m") + 5`, `duration("1m") * duration("1m")`, `size("1B") * size("1B")`, `5 / duration("1m")`, `duration("1m") == 60`, `size("1B") == "1B"`,
		`1 / 0`, `duration("1m") / 0`, `duration("x")`, `size("-1B")`, `int("x")`, `string([1])`,
	} {
		if v, ds := evaluated(t, text, nil); !ds.HasErrors() {
			t.Errorf("%s gives %v", text, v)
		}
	}
}

// Whatever an expression does with large inputs, it is refused before it makes
// or looks at more than the limits.
func TestExpressionsAreBounded(t *testing.T) {
	list := make([]any, 20_000)
	for i := range list {
		list[i] = fmt.Sprintf("element %d", i)
	}
	inputs := map[string]any{"list": list, "text": strings.Repeat("a,", 200_000), "small": []any{"x", "y"}}
	double := "inputs.text"
	for range 40 {
		double = "(" + double + " + " + "inputs.text)"
	}
	grow := `join(inputs.small)`
	for range 30 {
		grow = `join(map(["1", "2", "3", "4"], "` + "x" + `"), ` + grow + `)`
	}
	nested := "inputs.list"
	for range 12 {
		nested = "map(inputs.list, " + nested + ")"
		nested = strings.Replace(nested, "map(inputs.list, map(", "concat(map(", 1)
	}
	for name, text := range map[string]string{
		"concatenation":         double,
		"join":                  grow,
		"replace":               `replace(inputs.text, "a", inputs.text)`,
		"split":                 `split(inputs.text, "")`,
		"concat":                `concat(concat(inputs.list, inputs.list, inputs.list, inputs.list), inputs.list)`,
		"concat in a predicate": `map(inputs.list, # + inputs.text)`,
		"list of lists":         `map(inputs.list, inputs.list)`,
		"look in a predicate":   `count(inputs.list, inputs.text contains #)`,
		"in in a predicate":     `count(inputs.list, # in inputs.list)`,
		"regular expression":    `count(inputs.list, inputs.text matches "(a,)+$")`,
		"compare lists":         `count(inputs.list, inputs.list == inputs.list)`,
		"sort in a predicate":   `count(inputs.list, first(sort(inputs.list)) == #)`,
		"large value":           `inputs.list`,
		"many keys":             `map(inputs.list, [#, #, #, #, #, #, #, #])`,
	} {
		v, ds := evaluated(t, text, inputs)
		if name == "large value" {
			if ds.HasErrors() {
				t.Errorf("%s: %v", name, ds)
			}
			continue
		}
		if !ds.HasErrors() {
			t.Errorf("%s: made a value of weight %d", name, weight(v, 1<<40))
			continue
		}
		if ds[0].Code != codeTooMuch && !strings.Contains(ds[0].Message, "memory budget") {
			t.Errorf("%s: %v", name, ds)
		}
	}
}

// The meter refuses before memory is taken: an expression that would make 80
// GB allocates less than a few of its limits.
func TestRefusedBeforeItIsMade(t *testing.T) {
	inputs := map[string]any{"text": strings.Repeat("a", 300_000)}
	text := `replace(inputs.text, "a", inputs.text)`
	took := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, ds := evaluated(t, text, inputs); !ds.HasErrors() {
				b.Fatal("made")
			}
		}
	})
	if bytes := took.AllocedBytesPerOp(); bytes > 4*maxValue {
		t.Errorf("%d bytes", bytes)
	}
}

func TestExpressionsHaveFewNodes(t *testing.T) {
	if _, ds := evaluated(t, strings.Repeat("1+", 600)+"1", nil); !ds.HasErrors() || !strings.Contains(ds[0].Message, "nodes") {
		t.Errorf("%v", ds)
	}
}
