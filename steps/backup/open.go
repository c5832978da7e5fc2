package backup

import "tidemark/engine"

// Open reads the manifest of a backup on this node.
func Open(a engine.Asker, dir, id, source string) (*Manifest, error) {
	return readManifest(a.Path(Path(dir, id, source)))
}
