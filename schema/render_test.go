package schema_test

import (
	"strings"
	"testing"

	"tidemark/schema"
)

// TestExcerptsFitTheScreen: a long line is cut to the terminal, and the caret stands under the mistake on the same screen line.
func TestExcerptsFitTheScreen(t *testing.T) {
	text := strings.Repeat("a", 165) + "WRONG" + strings.Repeat("b", 50)
	ds := schema.Diagnostics{{Pos: schema.Pos{File: "f", Line: 1, Col: 166}, Width: 5, Code: "TM0104", Message: "no"}}
	for _, screen := range []int{40, 80, 200, 5, 0} {
		lines := strings.Split(ds.RenderWithin(screen, schema.Source{Name: "f", Data: []byte(text)}), "\n")
		from := strings.Index(lines[1], "WRONG")
		if from < 0 || strings.Index(lines[2], "^^^^^") != from {
			t.Errorf("%d columns:\n%s\n%s", screen, lines[1], lines[2])
		}
		if screen > 30 && len(lines[1]) > screen {
			t.Errorf("%d columns: the line has %d", screen, len(lines[1]))
		}
	}
}
