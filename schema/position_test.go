package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// A mistake inside an expression is shown at its token, however the scalar is
// written: the table's texts have the wrong name where the caret is due.
func TestPositionsInsideScalars(t *testing.T) {
	for name, scalar := range map[string]string{
		"plain":                   `${{ inputs.wrong }}`,
		"plain, text before":      `it is ${{ inputs.wrong }}`,
		"plain over lines":        "one\n  two ${{ inputs.count }} and\n  ${{ inputs.wrong }}",
		"plain, expression cut":   "one ${{ inputs.count +\n  inputs.wrong }}",
		"double quotes":           `"${{ inputs.wrong }}"`,
		"escapes":                 `"\t\"a\" \u00e9 \x41 \U0001F600 \\ ${{ inputs.wrong }}"`,
		"escapes inside":          `"${{ \"a\\\"\" + inputs.wrong }}"`,
		"double quotes, folded":   "\"one\n  two\n\n  three ${{ inputs.wrong }}\"",
		"double quotes, cut":      "\"one \\\n  two ${{ inputs.wrong }}\"",
		"double quotes, slash n":  `"a\nb\n${{ inputs.wrong }}"`,
		"single quotes":           `'${{ inputs.wrong }}'`,
		"quotes in single quotes": `'it''s ''${{ '''' + inputs.wrong }}'`,
		"single quotes, folded":   "'one\n  two\n\n  ${{ inputs.wrong }}'",
		"literal":                 "|\n  one\n  two ${{ inputs.wrong }}",
		"literal, stripped":       "|-\n  ${{ inputs.count }}\n\n    ${{ inputs.wrong }}\n",
		"literal, indentation":    "|2\n    indented\n   ${{ inputs.wrong }}",
		"literal, kept":           "|+\n  a\n\n\n  ${{ inputs.wrong }}\n\n",
		"literal, expression cut": "|\n  ${{ inputs.count +\n      inputs.wrong }}",
		"folded":                  ">\n  one\n  two\n  ${{ inputs.wrong }}",
		"folded, paragraphs":      ">-\n  one\n\n  two\n  three ${{ inputs.wrong }}",
		"folded, indented lines":  ">\n  one\n    two\n    ${{ inputs.wrong }}\n  three",
		"folded, expression cut":  ">\n  ${{ inputs.count +\n  inputs.wrong }}",
		"multi-byte before":       `größe 𝄞 日本 ${{ inputs.wrong }}`,
		"multi-byte, quoted":      `"größe 𝄞 ${{ \"é𝄞\" + inputs.wrong }}"`,
		"multi-byte, block":       "|\n  größe\n  𝄞 ${{ 'é' + inputs.wrong }}",
		"anchor":                  `&a "${{ inputs.wrong }}"`,
		"anchor, literal":         "&a |\n  x ${{ inputs.wrong }}",
		"second of two":           `${{ inputs.count }}${{ inputs.wrong }}`,
		"in a string":             `${{ "}} ${{" + inputs.wrong }}`,
		"comment behind":          `"${{ inputs.wrong }}" # inputs.wrong`,
		"comment in the header":   "| # a comment\n  ${{ inputs.wrong }}",
		"tab in literal":          "|\n  a\tb\t${{ inputs.wrong }}",
	} {
		t.Run(name, func(t *testing.T) {
			text := "runbook: r\ninputs: {count: {type: string, default: x}}\nstages:\n- stage: s\n  on: vellum\n  steps:\n  - id: a\n    run:\n      argv:\n      - x\n      - " +
				strings.ReplaceAll(scalar, "\n", "\n      ") + "\n      - ${{ inputs.count }}\n"
			_, ds := schema.Load(schema.Sources{Runbook: schema.Source{Name: "r", Data: []byte(text)}}, testKinds(), nil)
			if len(ds) != 1 || ds[0].Code != "TM0402" {
				t.Fatalf("%v\n%s", ds, text)
			}
			got := fmt.Sprintf("%d:%d", ds[0].Pos.Line, ds[0].Pos.Col)
			if want := placeOf(text, "wrong"); got != want {
				t.Errorf("at %s, want %s\n%s", got, want, ds.Render(schema.Source{Name: "r", Data: []byte(text)}))
			}
		})
	}
}

// placeOf is line:column of the first place of a word, columns in characters.
func placeOf(text, word string) string {
	before, _, _ := strings.Cut(text, word)
	line := before[strings.LastIndex(before, "\n")+1:]
	return fmt.Sprintf("%d:%d", strings.Count(before, "\n")+1, len([]rune(line))+1)
}
