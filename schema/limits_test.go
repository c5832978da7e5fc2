package schema_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// hostile texts cost their writer little; each must be refused for little.
func hostile() map[string]string {
	head := "runbook: wrong\nvars:\n"
	lines := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, form, i)
		}
		return b.String()
	}
	laughs := head + "  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := 1; i < 10; i++ {
		laughs += fmt.Sprintf("  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	step := "stages:\n  - stage: s\n    on: vellum\n    steps:\n"
	return map[string]string{
		"billion laughs":      laughs,
		"wide alias":          head + "  a: &a [" + strings.Repeat("x,", 10_000) + "]\n  b: [" + strings.Repeat("*a,", 99) + "]\n",
		"nested brackets":     strings.Repeat("[", 10_000),
		"nested braces":       strings.Repeat("{a: ", 10_000),
		"nested sequences":    strings.Repeat("- ", 10_000) + "x",
		"nested keys":         strings.Repeat("? ", 10_000) + "x",
		"indented sequences":  nestedLines(1400, "- x:\n"),
		"scalar of 10 MB":     head + "  a: " + strings.Repeat("x", 10<<20),
		"scalar of 1 MB":      "runbook: " + strings.Repeat("x", 1<<20-100),
		"a million keys":      lines(1_000_000, "k%d: v\n"),
		"keys in 1 MB":        strings.Repeat("a:\n", 340_000),
		"values in brackets":  head + "  a: [" + strings.Repeat("x,", 500_000) + "]\n",
		"keys in braces":      head + "  a: {" + strings.Repeat("x,", 500_000) + "}\n",
		"duplicate keys":      head + "  a: {" + strings.Repeat("x: 1, ", 100_000) + "}\n",
		"duplicate lines":     head + strings.Repeat("  a: 1\n", 49_000),
		"unknown keys":        lines(40_000, "key%d: v\n"),
		"anchors":             head + "  a: [" + lines(60_000, "&a%d x,") + "]\n",
		"anchor in anchor":    head + "  a: " + lines(45, "&a%d [") + strings.Repeat("]", 45) + "\n",
		"comments":            strings.Repeat("#\n", 500_000),
		"control characters":  head + "  a: " + strings.Repeat("\x01", 500_000),
		"bytes not UTF-8":     head + "  a: " + strings.Repeat("\xff", 500_000),
		"open quotes":         strings.Repeat("'\n", 300_000),
		"open brackets":       head + strings.Repeat("  a: [x\n", 400) + strings.Repeat("y\n", 40_000),
		"secrets in a line":   "x: {" + strings.Repeat("password: y, ", 80_000),
		"secrets in lines":    strings.Repeat("pwd: abcd\n", 100_000) + "x: {",
		"addresses":           "x: {a" + strings.Repeat("a://b:c@", 100_000),
		"long bad expression": "runbook: wrong\n" + step + "      - {id: a, when: \"1 + " + strings.Repeat("x", 900_000) + "\", noop: {}}\n",
		"deep expression":     "runbook: wrong\n" + step + "      - id: a\n        when: " + strings.Repeat("(", 500_000) + "\n        noop: {}\n",
		"bad expressions":     "runbook: wrong\n" + step + "      - {id: a, run: [" + strings.Repeat("\"${{ x }}\",", 30_000) + "]}\n",
		"mistakes in a line":  "runbook: wrong\n" + step + "      - {id: a, run: {exits: [" + strings.Repeat("é, ", 40_000) + "]}}\n",
		"escaped in a line":   "runbook: wrong\n" + step + "      - {id: a, when: \"" + strings.Repeat(`\u0020`, 150_000) + "x\", noop: {}}\n",
	}
}

func nestedLines(n int, entry string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + entry)
	}
	return b.String()
}

func TestHostileTextsAreRefusedForLittle(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			src := schema.Source{Name: "hostile.yaml", Data: []byte(text)}
			var ds schema.Diagnostics
			var shown string
			took := allocated(func() {
				_, ds = schema.Load(schema.Sources{Runbook: src}, testKinds(), nil)
				shown = ds.Render(src)
			})
			if !ds.HasErrors() {
				t.Fatal("accepted")
			}
			if took > mostAllocated {
				t.Errorf("%d MB allocated", took>>20)
			}
			if len(ds) > 500 || len(shown) > 500_000 {
				t.Errorf("%d diagnostics, %d bytes shown", len(ds), len(shown))
			}
		})
	}
}

// BenchmarkHostile is the time and the memory for each of them, and for the short texts that are accepted.
func BenchmarkHostile(b *testing.B) {
	texts := map[string]schema.Sources{}
	for name, text := range hostile() {
		texts[name] = schema.Sources{Runbook: schema.Source{Name: "hostile.yaml", Data: []byte(text)}}
	}
	for name, src := range heavy() {
		if textSize(src) <= shortText {
			texts["accepted: "+name] = src
		}
	}
	for name, src := range texts {
		b.Run(strings.NewReplacer(" ", "-", ",", "", ":", "").Replace(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, ds := schema.Load(src, testKinds(), nil)
				_ = ds.Render(src.All()...)
			}
		})
	}
}

// TestLineEndsOfOtherSystems: a text with carriage returns before its line
// feeds has the same mistakes at the same places.
func TestLineEndsOfOtherSystems(t *testing.T) {
	site := labSite(t)
	for _, path := range append(glob(t, "ok/*.yaml", 8), glob(t, "err/*.yaml", 30)...) {
		src := read(t, path)
		if strings.HasPrefix(src.Name, "site-") || strings.HasPrefix(src.Name, "char-") {
			continue
		}
		other := schema.Source{Name: src.Name, Data: bytes.ReplaceAll(src.Data, []byte("\n"), []byte("\r\n"))}
		_, want := schema.Load(schema.Sources{Runbook: src}, testKinds(), site)
		_, got := schema.Load(schema.Sources{Runbook: other}, testKinds(), site)
		if diff := cmp.Diff(want.Render(src), got.Render(other)); diff != "" {
			t.Errorf("%s: %s", filepath.Base(path), diff)
		}
	}
}

// laughs are kinds of which each is made of so many steps of the next.
func laughs(levels, each int) []schema.Source {
	var out []schema.Source
	for i := range levels {
		var b strings.Builder
		fmt.Fprintf(&b, "kind: k%d\ndoc: Laughs.\nsteps:\n", i)
		for s := range each {
			next := fmt.Sprintf("k%d: {}", i+1)
			if i == levels-1 {
				next = "pause: 1s"
			}
			fmt.Fprintf(&b, "  - {id: s%d, %s}\n", s, next)
		}
		out = append(out, schema.Source{Name: fmt.Sprintf("kinds/k%d.yaml", i), Data: []byte(b.String())})
	}
	return out
}

// Kinds made of kinds multiply: what they unfold to is counted before it is
// read, wherever the step stands that uses them.
func TestKindsUnfoldWithinBounds(t *testing.T) {
	stage := "stages: [{stage: s, on: vellum, steps: [{id: a, k0: {}}, {id: b, k0: {}}]}]\n"
	for _, c := range []struct {
		name         string
		levels, each int
		steps        int // that are read; 0: refused
	}{
		{"two levels", 2, 30, 2 + 2*(30+900)},
		{"one step too many", 2, 39, 0},
		{"billion", 9, 9, 0},
		{"deep", 20, 1, 2 + 2*20},
		{"too deep", 21, 1, 0},
	} {
		for _, include := range []bool{false, true} {
			src := schema.Sources{Runbook: schema.Source{Name: "laugh.yaml", Data: []byte("runbook: laugh\n" + stage)}, Kinds: laughs(c.levels, c.each)}
			if include {
				src.Runbook.Data = []byte("runbook: laugh\nstages: [{include: more}]\n")
				src.Includes = []schema.Source{{Name: "include/more.yaml", Data: []byte("include: more\n" + stage)}}
			}
			var book *schema.Runbook
			var ds schema.Diagnostics
			took := allocated(func() { book, ds = schema.Load(src, testKinds(), nil) })
			switch {
			case c.steps == 0 && (len(ds) != 1 || ds[0].Code != "TM0102" || ds[0].Pos.Line == 0):
				t.Errorf("%s, include %t: %v", c.name, include, ds)
			case c.steps > 0 && (book == nil || len(book.Steps()) != c.steps):
				t.Errorf("%s, include %t: not %d steps: %v", c.name, include, c.steps, ds)
			}
			if took > mostAllocated {
				t.Errorf("%s: %d MB allocated", c.name, took>>20)
			}
		}
		_, ds := schema.Composites(laughs(c.levels, c.each), testKinds(), nil)
		if refused := ds.HasErrors(); refused != (c.steps == 0 && c.name != "one step too many") {
			t.Errorf("%s: kinds alone: %v", c.name, ds)
		}
	}
}

// patterned is a text with conditions that match so many patterns each.
func patterned(steps, each int, pattern func(i int) string) schema.Source {
	var b strings.Builder
	b.WriteString("runbook: patterns\nstages:\n  - stage: s\n    on: vellum\n    steps:\n")
	for i := range steps {
		var parts []string
		for j := range each {
			parts = append(parts, fmt.Sprintf("run.id matches %q", pattern(i*each+j)))
		}
		fmt.Fprintf(&b, "      - {id: s%d, when: '%s', pause: 1s}\n", i, strings.Join(parts, " or "))
	}
	return schema.Source{Name: "patterns.yaml", Data: []byte(b.String())}
}

// A pattern is short and its program long: all of a text together are bounded,
// and one that stands often is compiled once.
func TestPatternsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		src     schema.Source
		refused bool
	}{
		"long programs":  {patterned(240, 60, func(i int) string { return fmt.Sprintf("a{999}%d", i) }), true},
		"many":           {patterned(300, 60, func(i int) string { return fmt.Sprintf("number %d", i) }), true},
		"classes":        {patterned(300, 40, func(i int) string { return fmt.Sprint(strings.Repeat(`\p{L}`, 15), i) }), true},
		"one, often":     {patterned(300, 1, func(int) string { return "(a{100}){9}|b{900}" }), false},
		"some, ordinary": {patterned(240, 2, func(i int) string { return fmt.Sprintf("^vellum-%d$", i) }), false},
	} {
		t.Run(name, func(t *testing.T) {
			var ds schema.Diagnostics
			took := allocated(func() { _, ds = schema.Load(schema.Sources{Runbook: c.src}, testKinds(), nil) })
			if c.refused && (len(ds) == 0 || ds[0].Code != "TM0102") || !c.refused && len(ds) > 0 {
				t.Errorf("%d diagnostics: %.500s", len(ds), ds.Error())
			}
			if took > mostAllocated {
				t.Errorf("%d MB allocated", took>>20)
			}
		})
	}
}
