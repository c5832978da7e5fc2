package backup

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Missing counts the files of the manifest that are not below root, of all that should be; root is as for Verify. Whatever
// else is wrong with names and sizes there is a *Damage: a copy adds what is missing and mends nothing. Names that begin with
// a dot are no files of a backup but what an unfinished copy left, which the next one takes up.
func (m *Manifest) Missing(root string) (missing, all int, err error) {
	found, err := walk(filepath.Join(root, dataName))
	if err != nil {
		return 0, 0, fmt.Errorf("backup %s: %w", m.Backup, err)
	}
	problems, want := m.sealed(root), m.expected()
	for _, e := range want {
		if _, ok := found[e.rel]; !ok {
			missing++
		} else if p := e.compare(found); p != "" {
			problems = append(problems, p)
		}
		delete(found, e.rel)
	}
	for rel := range found {
		if !strings.HasPrefix(filepath.Base(rel), ".") {
			problems = append(problems, surplusFile(rel))
		}
	}
	return missing, len(want), m.damage(problems)
}
