package backup

import (
	"path/filepath"
	"strings"
)

// OpenIn reads the manifest of a backup whose directory lies at base, wherever that is: a copy, perhaps not complete
// yet. base is a real path, through engine.Asker.Path.
func OpenIn(base, source string) (*Manifest, error) {
	return readManifest(filepath.Join(base, source, manifestName))
}

// IsNote tells whether name, below a backup's directory, is a note that speaks of the machine it was written on: that its files
// were verified, that a restore there uses them, that a snapshot there is to be cleared. Copies leave it out: brought in elsewhere,
// nobody would end such a use.
func IsNote(name string) bool {
	return filepath.Base(name) == verifiedName && filepath.Dir(filepath.Dir(name)) == "." ||
		filepath.Dir(name) == "." && (name == snapshotName || strings.HasPrefix(name, usePrefix))
}
