package cassandra

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// schemaSum is the sha256, in hex, of what the server says of the keyspaces and their tables.
func (r *ring) schemaSum() string {
	keyspaces := slices.SortedFunc(slices.Values(r.keyspaces), func(a, b cql.Keyspace) int { return cmp.Compare(a.Name, b.Name) })
	return fmt.Sprintf("%x", sha256.Sum256(engine.Encode([]any{keyspaces, r.tables})))
}

// sameSchema refuses to save a snapshot whose keyspaces were altered since it was taken. The manifest would hold the columns of
// now beside the files and statements of then, which no restore accepts; and a table that was dropped would be left out though
// the snapshot has it. A snapshot that no step noted, or not with these keyspaces, cannot be compared.
func (s *saveSnapshot) sameSchema(h *engine.Host, r *ring) error {
	note, err := backup.SnapshotOf(h, s.Dir, s.Tag, h.Node)
	if err != nil || note == nil || note.Schema == "" || note.Schema == r.schemaSum() {
		return err
	}
	if !slices.Equal(slices.Sorted(slices.Values(note.Keyspaces)), slices.Sorted(slices.Values(s.Keyspaces))) {
		return nil
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "the schema of %s was changed since snapshot %s was taken: its files and the tables of now do not belong together",
		strings.Join(s.Keyspaces, ", "), s.Tag), "take another backup, with a run of its own")
}
