package schema_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// For any text, formatting changes no value and loses no comment; formatted again it stays as it is.
func TestFormatChangesNoMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &untidy{T: t}
		w.runbook()
		text := w.String()
		var before, after any
		if err := yaml.Unmarshal([]byte(text), &before); err != nil {
			t.Fatalf("the test wrote no YAML: %v\n%s", err, text)
		}
		got := formatted(t, text)
		if err := yaml.Unmarshal([]byte(got), &after); err != nil {
			t.Fatalf("%v\n%s", err, got)
		}
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("another meaning:\n%s\n---\n%s", text, got)
		}
		if n := strings.Count(got, "# remark"); n != w.remarks {
			t.Fatalf("%d remarks of %d:\n%s\n---\n%s", n, w.remarks, text, got)
		}
	})
}

// untidy writes a runbook as nobody should.
type untidy struct {
	*rapid.T
	strings.Builder
	remarks int
}

func (w *untidy) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, "one") }

func (w *untidy) chance(n int) bool { return rapid.IntRange(1, n).Draw(w.T, "chance") == 1 }

// end ends a line, perhaps with a comment, and perhaps writes lines between.
func (w *untidy) end() {
	if w.chance(6) {
		w.remarks++
		w.WriteString(w.one(" ", "   ") + "# remark " + w.one("x", "- {a: b}", "'", "# y"))
	}
	w.WriteString(w.one("", "", " ") + "\n")
	for w.chance(6) {
		if w.chance(2) {
			w.WriteString("\n")
			continue
		}
		w.remarks++
		w.WriteString(strings.Repeat(" ", rapid.IntRange(0, 9).Draw(w.T, "indent")) + "# remark\n")
	}
}

func (w *untidy) runbook() {
	w.end()
	step := func(in int) { w.mapping(in, 0, []string{"timeout", "id", "when", "noop", "retry"}) }
	for _, key := range rapid.Permutation([]string{"runbook", "title", "vars", "stages", "finally"}).Draw(w.T, "keys") {
		w.WriteString(key + ":")
		if key == "stages" || key == "finally" {
			w.end()
			for range rapid.IntRange(1, 3).Draw(w.T, "n") {
				w.WriteString("  -   ")
				step(6)
			}
			continue
		}
		w.value(0, 0)
	}
}

// value writes what stands behind a colon or a dash, and the end of the line.
func (w *untidy) value(indent, depth int) {
	switch kind := rapid.IntRange(0, 6).Draw(w.T, "kind"); {
	case kind == 0 && depth < 4:
		w.end()
		in := indent + rapid.IntRange(1, 5).Draw(w.T, "more")
		w.WriteString(strings.Repeat(" ", in))
		w.mapping(in, depth+1, names(rapid.IntRange(1, 4).Draw(w.T, "n")))
	case kind == 1 && depth < 4:
		w.end()
		in := indent + rapid.IntRange(1, 5).Draw(w.T, "more")
		for range rapid.IntRange(1, 4).Draw(w.T, "n") {
			w.WriteString(strings.Repeat(" ", in) + "-")
			w.value(in, depth+1)
		}
	case kind == 2:
		w.literal(indent)
	case kind == 3:
		w.WriteString(" " + w.flow(indent, 0))
		w.end()
	default:
		w.WriteString(" " + w.scalar())
		w.end()
	}
}

func (w *untidy) mapping(indent, depth int, keys []string) {
	for i, key := range keys {
		if i > 0 {
			w.WriteString(strings.Repeat(" ", indent))
		}
		w.WriteString(w.one(key, strconv.Quote(key), "'"+key+"'") + w.one(":", " :"))
		w.value(indent, depth)
	}
}

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("k%d", n-i)
	}
	return out
}

// flow writes a value in brackets, perhaps over several lines with comments.
func (w *untidy) flow(indent, depth int) string {
	if depth > 2 || w.chance(3) {
		return w.scalar()
	}
	space := func() string {
		if !w.chance(8) {
			return w.one("", " ")
		}
		out := ""
		if w.chance(2) {
			w.remarks++
			out = " # remark"
		}
		return out + "\n" + strings.Repeat(" ", indent+1+rapid.IntRange(0, 9).Draw(w.T, "indent"))
	}
	var parts []string
	n := rapid.IntRange(0, 4).Draw(w.T, "n")
	if w.chance(2) {
		for range n {
			parts = append(parts, space()+w.flow(indent, depth+1)+space())
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	for _, key := range names(n) {
		parts = append(parts, space()+key+": "+w.flow(indent, depth+1)+space())
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (w *untidy) scalar() string {
	if w.chance(2) {
		return w.one("a", "yes", "12", "0640", "1.50", "null", "~", "a b", "a#b", "http://x", "-x", "'it''s'", `"a\tb"`, `'# no'`, `": "`, "''", `"${{ item }}"`, "2026-11-22")
	}
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab :#-'\"\\{}[],&*!|>%@`üé€\t\n😀")), 0, 60, -1).Draw(w.T, "text")
	if !strings.ContainsAny(text, "\n\t") && w.chance(2) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return strconv.Quote(text)
}

// literal writes a block scalar.
func (w *untidy) literal(indent int) {
	in := indent + rapid.IntRange(1, 5).Draw(w.T, "more")
	first, sign := "", ""
	if w.chance(4) {
		first, sign = "  ", strconv.Itoa(in-indent)
	}
	w.WriteString(" " + w.one("|", ">") + sign + w.one("", "-", "+"))
	if w.chance(4) {
		w.remarks++
		w.WriteString(" # remark")
	}
	w.WriteString("\n")
	for i := range rapid.IntRange(1, 4).Draw(w.T, "n") {
		line := w.one("a", "# no comment", "b: c", "  deeper", "  - x", "", "   ", "ü ")
		if i == 0 {
			line = first + "a"
		}
		if strings.TrimSpace(line) == "" && w.chance(2) {
			w.WriteString("\n")
			continue
		}
		w.WriteString(strings.Repeat(" ", in) + line + "\n")
	}
}

// The test's texts have what it is about.
func TestUntidyTextsAreUntidy(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		w := &untidy{T: t}
		w.runbook()
		for name, form := range map[string]string{
			"comment on a line": `(?m)^ *# remark`, "comment behind": `\S +# remark`, "literal": `[|>]\d?[-+]?\n`, "comment behind a sign": `[|>]\d?[-+]? # remark`,
			"flow over lines": `\[[^\]\n]*\n`, "comment in flow": `\[[^\]\n]*# remark`, "blank line": `\n\n`,
		} {
			if regexp.MustCompile(form).MatchString(w.String()) {
				seen[name] = true
			}
		}
	})
	if len(seen) < 7 {
		t.Errorf("only %v", seen)
	}
}
