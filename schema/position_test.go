package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// slips are mistakes inside an expression; « and » stand around the token that each is shown at.
func slips() map[string]struct{ text, code string } {
	return map[string]struct{ text, code string }{
		"unknown name":     {"inputs.«wrong»", "TM0402"},
		"unknown root":     {"«wrongs».count", "TM0402"},
		"unknown field":    {"len(inputs.count) + node.«wrong»", "TM0402"},
		"wrong type":       {"inputs.count «-» 1", "TM0403"},
		"not a bool":       {"(«not» inputs.count)", "TM0403"},
		"unknown function": {"len(inputs.count) + «wrong»(1)", "TM0404"},
		"strange operator": {"inputs.count «===» inputs.count", "TM0401"},
		"no number":        {"len(inputs.count) + «99999999999999999999»", "TM0306"},
	}
}

// forms are the ways to write a scalar; @ is the expression with the mistake, count is an input.
func forms() map[string]string {
	return map[string]string{
		"plain":                   `${{ @ }}`,
		"plain, text before":      `it is ${{ @ }}`,
		"plain over lines":        "one\n  two ${{ inputs.count }} and\n  ${{ @ }}",
		"plain, expression cut":   "one ${{ inputs.count ==\n  @ }}",
		"double quotes":           `"${{ @ }}"`,
		"escapes":                 `"\t\"a\" \u00e9 \x41 \U0001F600 \\ ${{ @ }}"`,
		"escapes inside":          `"${{ \"a\\\"\" == \"b\" or @ }}"`,
		"double quotes, folded":   "\"one\n  two\n\n  three ${{ @ }}\"",
		"double quotes, cut":      "\"one \\\n  two ${{ @ }}\"",
		"double quotes, slash n":  `"a\nb\n${{ @ }}"`,
		"single quotes":           `'${{ @ }}'`,
		"quotes in single quotes": `'it''s ''${{ '''' == ''x'' or @ }}'`,
		"single quotes, folded":   "'one\n  two\n\n  ${{ @ }}'",
		"literal":                 "|\n  one\n  two ${{ @ }}",
		"literal, stripped":       "|-\n  ${{ inputs.count }}\n\n    ${{ @ }}\n",
		"literal, indentation":    "|2\n    indented\n   ${{ @ }}",
		"literal, kept":           "|+\n  a\n\n\n  ${{ @ }}\n\n",
		"literal, expression cut": "|\n  ${{ inputs.count ==\n      @ }}",
		"folded":                  ">\n  one\n  two\n  ${{ @ }}",
		"folded, paragraphs":      ">-\n  one\n\n  two\n  three ${{ @ }}",
		"folded, indented lines":  ">\n  one\n    two\n    ${{ @ }}\n  three",
		"folded, expression cut":  ">\n  ${{ inputs.count ==\n  @ }}",
		"multi-byte before":       `größe 𝄞 日本 ${{ @ }}`,
		"multi-byte, quoted":      `"größe 𝄞 ${{ \"é𝄞\" == \"日本\" or @ }}"`,
		"multi-byte, block":       "|\n  größe\n  𝄞 ${{ 'é' == '日' or @ }}",
		"anchor":                  `&a "${{ @ }}"`,
		"anchor, literal":         "&a |\n  x ${{ @ }}",
		"second of two":           `${{ inputs.count }}${{ @ }}`,
		"in a string":             `${{ "}} ${{" == "a" or @ }}`,
		"comment behind":          `"${{ @ }}" # ${{ @ }}`,
		"comment in the header":   "| # a comment\n  ${{ @ }}",
		"tab in literal":          "|\n  a\tb\t${{ @ }}",
		"in brackets":             `[a, "${{ @ }}", b]`,
		"in braces, deep":         `{größe: [x, {y: 'it''s ${{ @ }}'}], z: 1}`,
		"in brackets, over lines": "[a, 'one\n  two ${{ @ }}',\n  b]",
	}
}

// places are the texts that hold a scalar at # with the indentation of the line, each in a file of its own.
func places() map[string]schema.Sources {
	const book = "runbook: r\ninputs: {count: {type: string, default: x}}\nstages:\n"
	const step = "- stage: s\n  on: vellum\n  steps:\n  - id: a\n    run:\n      extra: ${{ inputs.count }}\n      argv:\n      - x\n"
	at := func(name, text string) schema.Source { return schema.Source{Name: name, Data: []byte(text)} }
	return map[string]schema.Sources{
		"runbook": {Runbook: at("r.yaml", strings.Replace(book+step, "extra: ${{ inputs.count }}\n", "extra: #\n", 1))},
		"overlay": {
			Runbook:  at("r.yaml", book+step),
			Overlays: []schema.Source{at("overlays/o.yaml", "overlay: o\nof: r\nchanges:\n- because: größe\n  set: s/a.run.extra\n  to: #\n")},
		},
		"kind": {
			Runbook: at("r.yaml", "runbook: r\nstages:\n- {stage: s, on: vellum, steps: [{id: a, mine: {}}]}\n"),
			Kinds:   []schema.Source{at("kinds/mine.yaml", "kind: mine\ndoc: 日本.\ninputs: {count: {type: string, default: x}}\nsteps:\n- id: i\n  run:\n    argv: [x]\n    extra: #\n")},
		},
		"list of stages": {
			Runbook:  at("r.yaml", "runbook: r\nstages:\n- include: more\n"),
			Includes: []schema.Source{at("include/more.yaml", "include: more\ninputs: {count: {type: string, default: x}}\nstages:\n"+strings.Replace(step, "extra: ${{ inputs.count }}\n", "extra: #\n", 1))},
		},
	}
}

// A mistake inside an expression is shown at its token, from its first character to its last, however the scalar is
// written and wherever it stands.
func TestPositionsInsideScalars(t *testing.T) {
	for place, src := range places() {
		for form, scalar := range forms() {
			for slip, s := range slips() {
				t.Run(place+"/"+form+"/"+slip, func(t *testing.T) { shownAtToken(t, src, scalar, s.text, s.code) })
			}
		}
	}
}

func shownAtToken(t *testing.T, src schema.Sources, scalar, slip, code string) {
	t.Helper()
	want := ""
	lists := [][]schema.Source{{src.Runbook}, src.Overlays, src.Includes, src.Kinds}
	for i, list := range lists {
		lists[i] = nil
		for _, s := range list {
			text, at := filled(string(s.Data), strings.Replace(scalar, "@", slip, 1))
			if at != "" {
				want = s.Name + ":" + at
			}
			lists[i] = append(lists[i], schema.Source{Name: s.Name, Data: []byte(text)})
		}
	}
	src = schema.Sources{Runbook: lists[0][0], Overlays: lists[1], Includes: lists[2], Kinds: lists[3]}
	_, ds := schema.Load(src, testKinds(), nil)
	if len(ds) != 1 || ds[0].Code != code {
		t.Fatalf("%v\n%s", ds, ds.Render(src.All()...))
	}
	if got := fmt.Sprintf("%s %d", ds[0].Pos, ds[0].Width); got != want {
		t.Errorf("at %s, want %s\n%s", got, want, ds.Render(src.All()...))
	}
}

// filled is a text with the scalar in the place of #, and the place and width of the token that « and » stand around.
func filled(text, scalar string) (filled, at string) {
	before, behind, found := strings.Cut(text, "#")
	if !found {
		return text, ""
	}
	line := before[strings.LastIndex(before, "\n")+1:]
	indent := "\n" + strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " ")))
	before += strings.ReplaceAll(scalar, "\n", indent)
	whole := before + behind
	head, rest, _ := strings.Cut(whole, "«")
	token, tail, _ := strings.Cut(rest, "»")
	line = head[strings.LastIndex(head, "\n")+1:]
	return head + token + tail, fmt.Sprintf("%d:%d %d", strings.Count(head, "\n")+1, len([]rune(line))+1, len([]rune(token)))
}
