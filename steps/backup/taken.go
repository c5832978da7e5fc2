package backup

import (
	"fmt"

	"tidemark/engine"
)

// Taken says in lines what the store dir holds on this node: the complete backups together, each other one with its state
// and its path, since such a one is a person's to judge.
func Taken(a engine.Asker, dir string) []string {
	var lines []string
	var whole int
	var bytes int64
	for _, e := range list(a, dir) {
		if e.Complete {
			whole++
			bytes += e.Bytes
			continue
		}
		lines = append(lines, e.remains())
	}
	if whole > 0 {
		lines = append(lines, fmt.Sprintf("%s in %s, %s", engine.Count(whole, "complete backup"), dir, engine.Bytes(bytes)))
	}
	return lines
}
