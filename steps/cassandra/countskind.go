package cassandra

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cql"
)

// The bases of a count: quiet where nothing writes meanwhile.
const (
	quiet = "quiet"
	live  = "live"
)

// compareCounts compares what was restored with the backup.
type compareCounts struct {
	Keyspaces []string `json:"keyspaces" help:"keyspaces that were restored" required:"true"`
	Backup    string   `json:"backup" help:"backup id" required:"true"`
	Basis     string   `json:"basis" help:"quiet: nothing writes meanwhile, so row counts must be equal; live: they are told" default:"live" enum:"live,quiet"`
	Phase     string   `json:"phase" help:"files: before the start, names and sizes of every file; rows: counted while Cassandra serves" required:"true" enum:"files,rows"`
	SHA256    bool     `json:"sha256" help:"phase files: compare the sha256 of every file, too"`
	Dir       string   `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
}

// CountsOut is what compare-counts found on one node. Rows are those of the node's primary ranges, so the sums over
// all nodes are the tables' rows.
type CountsOut struct {
	Node       string            `json:"node" help:"node that counted"`
	Phase      string            `json:"phase" help:"files or rows"`
	Basis      string            `json:"basis" help:"quiet: nothing wrote meanwhile; live: something may have"`
	Files      int               `json:"files" help:"phase files: how many were compared"`
	SavedBasis string            `json:"saved_basis" help:"basis of the backup's counts; empty: it did not count"`
	Rows       map[string]int64  `json:"rows" help:"phase rows: rows now, by keyspace.table"`
	Saved      map[string]int64  `json:"saved" help:"rows at the backup, by keyspace.table"`
	Left       map[string]string `json:"left" help:"tables that the backup did not count, with the reason"`
	Expiring   map[string]int64  `json:"expiring" help:"rows of the backup that had a time to live: up to so many fewer are no loss"`
}

// Check refuses what cannot be looked for or written.
func (s *compareCounts) Check() error {
	return errors.Join(backup.CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), argument.DataKeyspaces("keyspaces", s.Keyspaces), s.checkPhase())
}

func (s *compareCounts) checkPhase() error {
	if s.SHA256 && s.Phase == "rows" {
		return schema.WrongArgs([]string{"sha256", "phase"}, "sha256 is of files: it goes with phase: files")
	}
	return nil
}

// CompareCounts is the kind compare-counts.
func CompareCounts() engine.Kind {
	return engine.Kind{
		Name: "compare-counts",
		Doc: "Compares what was restored on this node with the backup. " +
			"Phase files, before Cassandra starts: the live directories hold exactly the files of the manifest. Phase rows, while it serves: counts the rows of the " +
			"node's primary ranges page by page at LOCAL_QUORUM; sum-counts compares the sums over all nodes.",
		Example: "id: files\ncompare-counts: {keyspaces: [homer], backup: 20261122T010203Z-k7, phase: files}",
		Redo:    engine.Pure,
		New:     func() engine.Step { return &compareCounts{} },
		Reads:   cql.Reads(),
		Out:     CountsOut{},
		Version: 1,
	}
}

// Plan compares files on the actual state; it is not knowable before the restore has run. Rows are counted by Apply,
// since reading them takes long.
func (s *compareCounts) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	if s.Phase == "rows" {
		return engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "count the rows of this node's primary ranges in " + strings.Join(s.Keyspaces, ", ")}, nil
	}
	if !v.Actual {
		return engine.Change{Sign: engine.NotKnown, Later: engine.AfterSteps, Summary: "compare the live files with backup " + s.Backup + ", once they are exchanged"}, nil
	}
	out, err := s.files(ctx, v)
	if err != nil {
		return engine.Change{}, err
	}
	return engine.Change{Sign: engine.Same, Summary: fmt.Sprintf("%d live files are those of backup %s", out.Files, s.Backup), Out: engine.Encode(out)}, nil
}

// Apply counts rows, or compares files again where Plan was not asked on the actual state.
func (s *compareCounts) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	if s.Phase == "files" {
		out, err := s.files(ctx, h.View)
		return engine.Output{Value: out}, err
	}
	m, err := backup.Open(h, s.Dir, s.Backup, backup.Cassandra)
	if err != nil {
		return engine.Output{}, err
	}
	out := s.out(h.View)
	if err := s.rows(ctx, h, m, &out); err != nil {
		return engine.Output{}, err
	}
	var total int64
	for _, n := range out.Rows {
		total += n
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s in %s on this node's primary ranges", engine.Count(int(total), "row"), engine.Count(len(out.Rows), "table"))}, nil
}

func (s *compareCounts) out(v *engine.View) CountsOut {
	return CountsOut{Node: v.Node, Phase: s.Phase, Basis: s.Basis, Rows: map[string]int64{}, Saved: map[string]int64{}, Left: map[string]string{}, Expiring: map[string]int64{}}
}
