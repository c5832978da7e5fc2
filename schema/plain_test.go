package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlainReadsAMapping(t *testing.T) {
	got, err := Plain([]byte("# comment\nname: a\nport: 9042\ndirs:\n  - /x\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"name": "a", "port": 9042, "dirs": []any{"/x"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got, err := Plain([]byte("# nothing\n")); err != nil || len(got) != 0 {
		t.Errorf("empty file: %v, %v", got, err)
	}
}

func TestPlainRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"list":          "- a\n",
		"scalar":        "a\n",
		"duplicate key": "a: 1\na: 2\n",
		"two documents": "a: 1\n---\nb: 2\n",
		"torn":          "a: [1\n",
		"binary":        "\x00\x01",
		"too long":      "a: " + strings.Repeat("x", maxPlain),
	} {
		if got, err := Plain([]byte(text)); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}
