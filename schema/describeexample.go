package schema

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// exampleHead is the runbook that an example stands in while it is checked, up to its first line.
const exampleHead = "runbook: example\nstages:\n  - stage: example\n    on: PLACE\n    steps:\n      - "

// example checks the example of a description as a step, and shows its mistakes in its text. What expressions may
// refer to is not known; they are not checked.
func (d *describer) example(n *yaml.Node, k Kind) {
	place := "nodes"
	if k.OnController {
		place = controllerName
	}
	head := strings.Replace(exampleHead, "PLACE", place, 1)
	above := strings.Count(head, "\n")
	margin := len(head) - strings.LastIndex(head, "\n") - 1
	lines := strings.Split(strings.TrimRight(n.Value, "\n"), "\n")
	text := head + strings.Join(lines, "\n"+strings.Repeat(" ", margin)) + "\n"
	_, ds := Load(Sources{Runbook: Source{Name: "example", Data: []byte(text)}}, []Kind{k}, nil)
	for _, found := range ds {
		line := found.Pos.Line - above - 1
		if found.Severity == Warning || strings.HasPrefix(found.Code, "TM04") || line < 0 || line >= len(lines) {
			continue
		}
		off := max(0, found.Pos.Col-1-margin)
		for _, before := range lines[:line] {
			off += len([]rune(before)) + 1
		}
		d.within(n, off, found.Width, found.Code, "in the example: "+found.Message, found.Help)
	}
}
