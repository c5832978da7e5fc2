package backup

import (
	"context"

	"tidemark/engine"
)

// Depth is how deep a backup is verified.
type Depth string

// The depths: names and sizes; and the sha256 of every byte.
const (
	Sizes     Depth = "sizes"
	Checksums Depth = "checksums"
)

// Progress reports done of total bytes and the file at hand; see engine.Host.Progress.
type Progress func(done, total int64, text string)

// Verify compares the files below root (the source's directory in the store, through engine.Asker.Path) with the
// manifest: missing and surplus files, sizes, and with Checksums the sha256 of every file. The error names
// each file with what was expected and what was found. progress may be nil.
func (m *Manifest) Verify(ctx context.Context, root string, depth Depth, progress Progress) error {
	return engine.Failf(engine.ClassPrecondition, "not written yet")
}
