package cassandra

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// compareCounts compares what was restored with the backup.
type compareCounts struct {
	Keyspaces []string `json:"keyspaces" help:"keyspaces that were restored" required:"true"`
	Backup    string   `json:"backup" help:"backup id" required:"true"`
	Basis     string   `json:"basis" help:"quiet: nothing writes meanwhile, so row counts must be equal; live: they are told" default:"live" enum:"live,quiet"`
	Phase     string   `json:"phase" help:"files: before the start, names and sizes of every file; rows: counted while Cassandra serves" required:"true" enum:"files,rows"`
	SHA256    bool     `json:"sha256" help:"phase files: compare the sha256 of every file, too"`
	Dir       string   `json:"dir" help:"store of backups on the node" default:"/var/lib/tidemark/backups"`
}

// CountsOut is what compare-counts found on one node. Rows are those of the node's primary ranges, so the sums over
// all nodes are the tables' rows.
type CountsOut struct {
	Phase string `json:"phase"`
	Basis string `json:"basis"`
	Files int    `json:"files"`
	// Rows are counted now, Saved at the backup where it counted, both by `<keyspace>.<table>`.
	Rows  map[string]int64 `json:"rows"`
	Saved map[string]int64 `json:"saved"`
	// TTL are tables whose rows expire by the table's default; fewer there is no loss.
	TTL []string `json:"ttl"`
}

// CompareCounts is the kind compare-counts.
func CompareCounts() engine.Kind {
	return engine.Kind{
		Name: "compare-counts",
		Doc: "Compares what was restored on this node with the backup. " +
			"Phase files, before Cassandra starts: the live directories hold exactly the files of the manifest. Phase rows, while it serves: counts the rows of the " +
			"node's primary ranges page by page at LOCAL_QUORUM; the sums over all nodes are compared by a later step.",
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
		return engine.Change{Sign: engine.NotKnown, Summary: "count the rows of this node's primary ranges in " + strings.Join(s.Keyspaces, ", ")}, nil
	}
	if !v.Actual {
		return engine.Change{Sign: engine.NotKnown, Summary: "compare the live files with backup " + s.Backup, Unknown: []string{"the live files: exchanged by restore-keyspace"}}, nil
	}
	out, err := s.files(ctx, v)
	if err != nil {
		return engine.Change{}, err
	}
	return engine.Change{Sign: engine.Same, Summary: fmt.Sprintf("%d live files are those of backup %s", out.Files, s.Backup), Out: encode(out)}, nil
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
	out := s.out()
	if err := s.rows(ctx, h, m, &out); err != nil {
		return engine.Output{}, err
	}
	var total int64
	for _, n := range out.Rows {
		total += n
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%d rows in %d tables on this node's primary ranges", total, len(out.Rows))}, nil
}

func (s *compareCounts) out() CountsOut {
	return CountsOut{Phase: s.Phase, Basis: s.Basis, Rows: map[string]int64{}, Saved: map[string]int64{}, TTL: []string{}}
}

// files compares each live directory with the manifest, exactly; Cassandra must be stopped, or it compacts meanwhile.
func (s *compareCounts) files(ctx context.Context, v *engine.View) (CountsOut, error) {
	out := s.out()
	conf, err := readConfig(v)
	if err != nil {
		return out, err
	}
	if standing, err := conf.Standing(ctx, v); err != nil || len(standing) > 0 {
		if err == nil {
			err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "files are compared while Cassandra is stopped: %s", strings.Join(standing, ", ")), "use phase: rows after the start")
		}
		return out, err
	}
	m, err := backup.Open(v, s.Dir, s.Backup, backup.Cassandra)
	if err != nil {
		return out, err
	}
	rec, err := readRecord(v, conf.DataDirs, v.Run)
	if err != nil {
		return out, err
	}
	var wrong []string
	for _, k := range s.Keyspaces {
		found, err := s.keyspace(ctx, v, conf, m, rec, k, &out)
		if err != nil {
			return out, err
		}
		wrong = append(wrong, found...)
	}
	if len(wrong) > 0 {
		return out, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the live files are not those of backup %s: %s", s.Backup, listed(wrong)),
			"do not start Cassandra; resume the run, it exchanges what is not restored")
	}
	return out, nil
}

func (s *compareCounts) keyspace(ctx context.Context, v *engine.View, conf cassconf.Config, m *backup.Manifest, rec *swapRecord, keyspace string, out *CountsOut) ([]string, error) {
	tables, without := tablesOf(m, rec, keyspace, conf.DataDirs)
	var wrong []string
	for _, t := range without {
		wrong = append(wrong, fmt.Sprintf("%s.%s: not restored by run %s", keyspace, t, v.Run))
	}
	for _, t := range tables {
		for i, a := range areasOf(v, conf.DataDirs, v.Run) {
			dir := place{a, t.Keyspace, t.live}.live()
			found, err := contents(dir)
			if err != nil {
				return nil, engine.Fail(engine.ClassIO, err)
			}
			for _, d := range differences(found, sizes(t.files[i])) {
				wrong = append(wrong, fmt.Sprintf("%s.%s: %s", t.Keyspace, t.Name, d))
			}
			sums, err := s.sums(ctx, dir, t.files[i], found)
			if err != nil {
				return nil, engine.Fail(engine.ClassIO, err)
			}
			for _, d := range sums {
				wrong = append(wrong, fmt.Sprintf("%s.%s: %s", t.Keyspace, t.Name, d))
			}
			out.Files += len(t.files[i])
		}
	}
	return wrong, nil
}

func (s *compareCounts) sums(ctx context.Context, dir string, files []backup.File, found map[string]int64) ([]string, error) {
	var wrong []string
	for _, f := range files {
		if _, ok := found[filepath.Clean(f.Name)]; !ok || !s.SHA256 {
			continue
		}
		_, sum, err := backup.Hash(ctx, filepath.Join(dir, f.Name), nil)
		if err != nil {
			return nil, err
		}
		if sum != f.SHA256 {
			wrong = append(wrong, fmt.Sprintf("%s: sha256 %s, expected %s", f.Name, sum, f.SHA256))
		}
	}
	return wrong, nil
}

func listed(lines []string) string {
	const most = 20
	if len(lines) > most {
		return fmt.Sprintf("%s; and %d more", strings.Join(lines[:most], "; "), len(lines)-most)
	}
	return strings.Join(lines, "; ")
}

// rows counts each saved table in the node's primary ranges; the pages of one read bound memory and load.
func (s *compareCounts) rows(ctx context.Context, h *engine.Host, m *backup.Manifest, out *CountsOut) error {
	r, err := askRing(ctx, h, s.Keyspaces)
	if err != nil {
		return err
	}
	server := cql.At(h, r.conf.CQLAddress())
	peers, err := server.Peers(ctx)
	if err != nil {
		return err
	}
	var others [][]string
	for _, p := range peers {
		others = append(others, p.Tokens)
	}
	ranges, err := primaryRanges(r.local.Tokens, others...)
	if err != nil {
		return err
	}
	var tables []backup.Table
	for _, t := range m.Tables {
		if slices.Contains(s.Keyspaces, t.Keyspace) {
			tables = append(tables, t)
		}
	}
	for i, t := range tables {
		name := t.Keyspace + "." + t.Name
		h.Progress(int64(i), int64(len(tables)), name)
		n := int64(0)
		if err := server.Rows(ctx, t.Keyspace, t.Name, keysOf(&t), ranges, "LOCAL_QUORUM", func(engine.Row) error { n++; return nil }); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		out.Rows[name] = n
		if t.Rows != nil {
			out.Saved[name] = *t.Rows
		}
		if t.DefaultTTL > 0 {
			out.TTL = append(out.TTL, name)
		}
	}
	return nil
}
