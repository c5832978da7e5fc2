package schema_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tidemark/schema"
)

// formatted formats a text that must be well-formed, twice: the second time changes nothing.
func formatted(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) string {
	t.Helper()
	once := format(t, text)
	if twice := format(t, once); twice != once {
		t.Fatalf("formatted again it is another text:\n%s", cmp.Diff(once, twice))
	}
	return once
}

func format(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) string {
	t.Helper()
	src := schema.Source{Name: "x.yaml", Data: []byte(text)}
	out, ds := schema.Format(src)
	if len(ds) > 0 {
		t.Fatalf("%s\n%s", ds.Render(src), text)
	}
	return string(out)
}

// Each archive holds a text and what becomes of it.
func TestFormat(t *testing.T) {
	for _, path := range glob(t, "fmt/*.txtar", 5) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive := txtar.Parse(read(t, path).Data)
			got := formatted(t, string(archive.Files[0].Data))
			archive.Files[1].Data = []byte(got)
			golden(t, path, string(txtar.Format(archive)))
		})
	}
}

// What is in order stays as it is, byte by byte.
func TestFormatKeepsWhatIsInOrder(t *testing.T) {
	for _, path := range glob(t, "../runbooks/*.yaml", 8) {
		text := string(read(t, path).Data)
		if diff := cmp.Diff(text, formatted(t, text)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestFormatEnds(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{
			"a comment behind a list that is not indented", "runbook: x\nstages:\n- stage: a\n  on: v\n  steps:\n  - {id: p, pause: 1s}\n# the end\n",
			"runbook: x\nstages:\n  - stage: a\n    on: v\n    steps:\n      - {id: p, pause: 1s}\n# the end\n",
		},
		{"no newline at the end", "runbook: x", "runbook: x\n"},
		{"blank lines at the end", "runbook: x\n\n\n", "runbook: x\n"},
		{"blank lines at the beginning", "\n\n# a\nrunbook: x", "# a\nrunbook: x\n"},
		{"a literal without a newline at the end", "runbook: x\ntitle: |\n  a", "runbook: x\ntitle: |-\n  a\n"},
		{"a literal that keeps", "runbook: x\ntitle: |+\n  a\n\n\n", "runbook: x\ntitle: |+\n  a\n\n\n"},
		{"Windows line ends", "runbook: x # c\r\ntitle: |\r\n  a\r\n  b\r\n", "runbook: x # c\ntitle: |\n  a\n  b\n"},
		{"a document mark", "--- # c\nrunbook: x\n...\n", "# c\nrunbook: x\n"},
		{"one flow value", "{title: b, runbook: x}", "runbook: x\ntitle: b\n"},
		{"many blank lines", "runbook: x\n\n\n\ntitle: b\n", "runbook: x\n\ntitle: b\n"},
		{"a byte order mark", "\ufeffrunbook: x\ntitle:  b\n", "runbook: x\ntitle: b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.out, formatted(t, c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is not well-formed is refused with its diagnostics, never written.
func TestFormatRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"runbook: [x":            "TM0114",
		"runbook: x\nrunbook: y": "TM0105",
		"runbook: !!str x":       "TM0108",
		"runbook: x\n? [a]\n: b": "TM0107",
		"thing: x":               "its first key is one of",
		"- runbook":              "its first key is one of",
		"":                       "TM0101",
	} {
		src := schema.Source{Name: "x.yaml", Data: []byte(text)}
		out, ds := schema.Format(src)
		if out != nil || !strings.Contains(ds.Render(src), want) {
			t.Errorf("%q: %q, %s", text, out, ds.Render(src))
		}
	}
}
