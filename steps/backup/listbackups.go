package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
)

type listBackups struct {
	Dir      string `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Source   string `json:"source" help:"only this part, e.g. cassandra"`
	Keyspace string `json:"keyspace" help:"only backups that hold this keyspace"`
}

// ListOut is what one node holds.
type ListOut struct {
	Dir     string         `json:"dir" help:"the directory that was read"`
	Backups []Entry        `json:"backups" help:"backups of tidemark, newest first"`
	Legacy  []LegacyBackup `json:"legacy" help:"backups of the old scripts, newest first"`
	// Snapshots are of the node, whatever keyspace is asked for: they take its space.
	Snapshots []Snapshot `json:"snapshots,omitempty" help:"snapshots that a run took for its backup and has not cleared"`
}

// Check refuses what cannot be looked for or written.
func (s *listBackups) Check() error {
	return errors.Join(argument.Path("dir", s.Dir), checkSource(s.Source))
}

// ListBackups is the kind list-backups.
func ListBackups() engine.Kind {
	return engine.Kind{
		Name: "list-backups",
		Doc: "Lists the backups on a node with their time, nodes, keyspaces, size and whether they are complete and verified. " +
			"The backups of the old scripts are listed, too, in their three shapes; they are only read.",
		Example: "id: backups\nlist-backups: {keyspace: homer}",
		Redo:    engine.Pure,
		New:     func() engine.Step { return &listBackups{} },
		Out:     ListOut{},
		Version: 1,
	}
}

// Plan reads the answer; there is nothing else to do.
func (s *listBackups) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	out := s.list(v)
	return engine.Change{Sign: engine.Same, Summary: out.summary(), Out: engine.Encode(out)}, nil
}

// Apply reads it again.
func (s *listBackups) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	out := s.list(h.View)
	return engine.Output{Value: out, Note: out.summary()}, nil
}

func (s *listBackups) list(v *engine.View) ListOut {
	out := ListOut{Dir: s.Dir, Backups: []Entry{}, Legacy: []LegacyBackup{}, Snapshots: Snapshots(v, s.Dir, v.Node)}
	for _, e := range list(v, s.Dir) {
		if (s.Source == "" || e.Source == s.Source) && (s.Keyspace == "" || slices.Contains(e.Keyspaces, s.Keyspace)) {
			out.Backups = append(out.Backups, e)
		}
	}
	for _, l := range legacyBackups(v) {
		if s.Source == "" && (s.Keyspace == "" || s.Keyspace == l.Keyspace) {
			out.Legacy = append(out.Legacy, l)
		}
	}
	return out
}

func (o ListOut) summary() string {
	whole := 0
	for _, e := range o.Backups {
		if e.Complete {
			whole++
		}
	}
	return fmt.Sprintf("%s in %s, %d of them complete; %s", engine.Count(len(o.Backups), "backup"), o.Dir, whole, engine.Count(len(o.Legacy), "legacy backup"))
}
