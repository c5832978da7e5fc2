package backup

import "tidemark/engine"

// Kinds are the step kinds of this package.
func Kinds() []engine.Kind {
	return []engine.Kind{VerifyBackup(), SealBackup(), PruneBackups(), ListBackups()}
}

// FactOf is the fact that a backup is saved whole on a node: "complete" with its manifest.
func FactOf(id string) string { return "backup." + id }

// Saved is the value of FactOf for a backup whose manifest is written.
const Saved = "complete"

// saved asks whether a backup is on the node, or will be when its turn comes; m is nil where it only will be.
func saved(v *engine.View, dir, id, source string) (m *Manifest, fact engine.Fact, err error) {
	fact, err = v.Fact(FactOf(id), func() (string, error) {
		m, err = Open(v, dir, id, source)
		return Saved, err
	})
	if err != nil || m != nil {
		return m, fact, err
	}
	if _, promised := v.Promised(FactOf(id)); !promised { // answered from what was seen before
		m, err = Open(v, dir, id, source)
	}
	return m, fact, err
}
