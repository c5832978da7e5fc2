package backup

import "path/filepath"

// OpenIn reads the manifest of a backup whose directory lies at base, wherever that is: a copy, perhaps not complete
// yet. base is a real path, through engine.Asker.Path.
func OpenIn(base, source string) (*Manifest, error) {
	return readManifest(filepath.Join(base, source, manifestName))
}

// IsNote tells whether name, below a backup's directory, is the note of a verification: it speaks of the files of
// the machine it was written on, so copies leave it out.
func IsNote(name string) bool {
	return filepath.Base(name) == verifiedName && filepath.Dir(filepath.Dir(name)) == "."
}
