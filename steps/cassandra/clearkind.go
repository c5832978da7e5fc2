package cassandra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
)

type clearKind struct {
	Tag string `json:"tag" help:"the snapshot's name, the backup's id" required:"true"`
	Dir string `json:"dir" help:"directory of the backups on the node, where the snapshot step noted it" default:"/var/lib/tidemark/backups"`
}

// ClearOut is what clear-snapshot cleared on one node.
type ClearOut struct {
	Cleared []string `json:"cleared" help:"tags of the snapshots that were left and are cleared now"`
}

// Check refuses what cannot be looked for or written.
func (s *clearKind) Check() error {
	return errors.Join(backup.CheckArg("tag", s.Tag), argument.Path("dir", s.Dir))
}

// ClearSnapshot is the kind clear-snapshot.
func ClearSnapshot() engine.Kind {
	return engine.Kind{
		Name: "clear-snapshot",
		Doc: "Clears the snapshot that a backup took and did not clear, since a step failed between, and removes what is half saved of it. " +
			"Where there is none it does nothing. Once this backup is sealed, what killed runs left goes, too. Only snapshots that a snapshot " +
			"step with the same dir noted on this node are touched, never those of people or other tools. It belongs into finally.",
		Example: "id: clear\nclear-snapshot: {tag: 20261122T010203Z-k7}",
		Redo:    engine.Idempotent,
		// Harmless: links that only this run could use. The sign still says "-".
		Risk:    engine.Harmless,
		New:     func() engine.Step { return &clearKind{} },
		Out:     ClearOut{},
		Version: 1,
	}
}

// Plan asks no server: the notes in the store tell what is left. Before the run they cannot tell whether a step will fail.
func (s *clearKind) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Same, Summary: fmt.Sprintf("snapshot %s is cleared", s.Tag), Out: engine.Encode(ClearOut{Cleared: []string{}})}
	left, err := s.left(v)
	if err != nil {
		return c, err
	}
	_, promised := v.Promised(factSnapshot(s.Tag))
	switch {
	case len(left) > 0:
		c = engine.Change{Sign: engine.Destroys, Summary: "clear what is left of " + strings.Join(tags(left), ", "), Data: engine.Encode(left)}
		c.Details = s.details(v, left)
	case promised:
		c = engine.Change{
			Sign: engine.NotKnown, Later: engine.AfterSteps, Summary: fmt.Sprintf("clear snapshot %s, where it is left (nodetool clearsnapshot -t %[1]s)", s.Tag),
			Unknown: []string{"whether a step that failed left the snapshot"},
		}
	}
	return c, nil
}

func (s *clearKind) details(v *engine.View, left []backup.Snapshot) []string {
	var lines []string
	for _, l := range left {
		lines = append(lines, fmt.Sprintf("- snapshot %s of %s; it keeps files that Cassandra no longer has", l.ID, strings.Join(l.Keyspaces, ", ")))
		if backup.HalfSaved(v, s.Dir, l.ID, backup.Cassandra) {
			lines = append(lines, fmt.Sprintf("- %s, half saved", backup.Path(s.Dir, l.ID, backup.Cassandra)))
		}
	}
	return lines
}

// left are the snapshots to clear: the run's own, and behind its seal those of others. This run holds the node, so no run
// that may go on has them.
func (s *clearKind) left(v *engine.View) ([]backup.Snapshot, error) {
	sealed, err := s.sealed(v)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(backup.Snapshots(v, s.Dir, v.Node), func(l backup.Snapshot) bool { return l.ID != s.Tag && !sealed }), nil
}

// sealed: nothing of an earlier run goes before the backup of this one is whole, as far as the plan can see.
func (s *clearKind) sealed(v *engine.View) (bool, error) {
	if value, ok := v.Promised(backup.FactOf(s.Tag)); ok && value == backup.Saved {
		return true, nil
	}
	seal, err := backup.ReadSeal(v.Path(backup.Path(s.Dir, s.Tag, "")))
	return seal != nil, err
}

// Apply clears what Plan listed.
func (s *clearKind) Apply(ctx context.Context, h *engine.Host, c engine.Change) (engine.Output, error) {
	var left []backup.Snapshot
	if err := json.Unmarshal(c.Data, &left); err != nil {
		return engine.Output{}, err
	}
	for _, l := range left {
		if err := clearNoted(ctx, h, s.Dir, l); err != nil {
			return engine.Output{}, err
		}
	}
	return engine.Output{Value: ClearOut{tags(left)}, Note: "cleared " + strings.Join(tags(left), ", ")}, nil
}

func tags(list []backup.Snapshot) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.ID)
	}
	return out
}
