package cassandra

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// discard gives the space of a half-saved backup back when the disk is full, its snapshot's with it where that is noted as
// the run's own: on a full disk no later step could even begin. Any other failure leaves what is saved for the next
// attempt. Nothing but this run's own tree without a manifest is touched. The error names what still takes space.
func (s *saveSnapshot) discard(ctx context.Context, h *engine.Host, cause error) error {
	if engine.ClassOf(cause) != engine.ClassSpace {
		return cause
	}
	if err := backup.Discard(h, s.Dir, s.Tag, backup.Cassandra); err != nil {
		return errors.Join(cause, err)
	}
	_ = os.Remove(h.Path(filepath.Join(s.Dir, s.Tag))) // other sources of the backup may keep it
	if !s.Keep {
		if err := s.clearNoted(ctx, h); err != nil {
			h.Log("clear snapshot %s: %v", s.Tag, err)
		}
	}
	return stillTaken(h, s.Dir, cause)
}

func (s *saveSnapshot) clearNoted(ctx context.Context, h *engine.Host) error {
	note, err := backup.SnapshotOf(h, s.Dir, s.Tag, h.Node)
	if err != nil || note == nil {
		return err
	}
	return clearNoted(ctx, h, s.Dir, *note)
}

// stillTaken adds to a failure for want of space what of ours takes some in the store and may go.
func stillTaken(h *engine.Host, dir string, cause error) error {
	var lines []string
	for _, s := range backup.Snapshots(h, dir, h.Node) {
		lines = append(lines, fmt.Sprintf("snapshot %s (goes with: %s)", s.ID, clearCommand(s)))
	}
	lines = append(lines, backup.Taken(h, dir)...)
	if len(lines) == 0 {
		return cause
	}
	return fmt.Errorf("%w; what takes space: %s", cause, strings.Join(lines, "; "))
}
