package schema

import (
	"bytes"
	"fmt"
)

// sized looks for what would cost the YAML library more than the text is
// worth, before it gets it: it is quadratic in depth, and a node takes a
// hundred times the bytes it is written with. Marks inside text count as well,
// so the bounds here are wider than those of bounded.
func (d *document) sized(r *report) bool {
	if line := tooDeep(d.src.Data); line > 0 {
		d.line(r, line, codeTooLarge, fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
		return false
	}
	if tooMany(d.src.Data) {
		d.line(r, 1, codeTooLarge, fmt.Sprintf("more than %d keys and values", maxNodes), "split the runbook, or keep data in files of its own")
		return false
	}
	return true
}

// tooDeep gives the line where brackets or list marks nest beyond the limit.
func tooDeep(data []byte) int {
	depth, marks, line := 0, 0, 1
	for i, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			line++
			marks = 0
		case '-', '?':
			if i+1 < len(data) && data[i+1] == ' ' {
				marks++
			}
		case ' ':
		default:
			marks = 0
		}
		if depth > 10*maxDepth || marks > 10*maxDepth {
			return line
		}
	}
	return 0
}

// tooMany counts what keys and values are parted by.
func tooMany(data []byte) bool {
	count := 0
	for _, mark := range []string{"\n", ",", "[", "{", ": ", ":\n", "- ", "? ", "#"} {
		count += bytes.Count(data, []byte(mark))
	}
	return count > maxNodes*3/2
}
