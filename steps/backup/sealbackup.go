package backup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
)

type sealBackup struct {
	Backup    string            `json:"backup" help:"backup id" required:"true"`
	Dir       string            `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Source    string            `json:"source" help:"which part of the backup" default:"cassandra"`
	Nodes     []string          `json:"nodes" names:"nodes" help:"all nodes of the set" required:"true"`
	Manifests map[string]string `json:"manifests" help:"sha256 of each node's manifest, by node, as verify-backup gave it"`
	Snapshots map[string]string `json:"snapshots" help:"time of each node's snapshot, by node, as verify-backup gave it"`
}

// SealOut is what seal-backup wrote.
type SealOut struct {
	Backup   string   `json:"backup" help:"backup id"`
	Nodes    []string `json:"nodes" help:"all nodes of the set"`
	Manifest string   `json:"manifest_sha256" help:"sha256 of this node's manifest, in hex"`
}

// Check refuses what cannot be looked for or written.
func (s *sealBackup) Check() error {
	return errors.Join(CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), checkSource(s.Source), CheckNodes(s.Nodes))
}

// SealBackup is the kind seal-backup.
func SealBackup() engine.Kind {
	return engine.Kind{
		Name: "seal-backup",
		Doc: "Writes set.json beside a verified backup: all nodes of the set have theirs. It is the last thing a backup does, in a stage " +
			"of its own after the one that verified all nodes; a backup without it is not complete and is never the latest.",
		Example: "id: seal\nseal-backup: {backup: 20261122T010203Z-k7, nodes: [vellum-1, vellum-2]}",
		Redo:    engine.Idempotent,
		New:     func() engine.Step { return &sealBackup{} },
		Out:     SealOut{},
		Version: 1,
	}
}

// Plan refuses a set that this node's manifest does not agree with.
func (s *sealBackup) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Creates, Summary: fmt.Sprintf("seal backup %s of %s", s.Backup, strings.Join(s.Nodes, ", "))}
	m, fact, err := saved(v, s.Dir, s.Backup, s.Source)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{fact}
	if m == nil {
		return c, nil
	}
	seal, err := s.seal(m)
	if err != nil {
		return c, err
	}
	old, err := ReadSeal(v.Path(filepath.Join(s.Dir, s.Backup)))
	if err != nil {
		return c, err
	}
	if old != nil && slices.Equal(old.Nodes, seal.Nodes) {
		c.Sign, c.Summary = engine.Same, fmt.Sprintf("backup %s is sealed already", s.Backup)
		c.Out = engine.Encode(SealOut{s.Backup, s.Nodes, m.Sum()})
	}
	return c, nil
}

// Apply seals only what is verified as it is now.
func (s *sealBackup) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	m, err := Open(h, s.Dir, s.Backup, s.Source)
	if err != nil {
		return engine.Output{}, err
	}
	seal, err := s.seal(m)
	if err != nil {
		return engine.Output{}, err
	}
	v, err := ReadVerified(h.Path(Path(s.Dir, s.Backup, s.Source)))
	if err != nil {
		return engine.Output{}, err
	}
	if !v.good(m) || v.Depth != Checksums {
		return engine.Output{}, engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s is not verified by checksums on %s", s.Backup, h.Node),
			"run verify-backup with depth: checksums first")
	}
	if _, err := writeJSON(h.Path(filepath.Join(s.Dir, s.Backup, setName)), seal); err != nil {
		return engine.Output{}, err
	}
	return engine.Output{
		Value: SealOut{s.Backup, s.Nodes, m.Sum()},
		Note:  fmt.Sprintf("backup %s is complete: %s", s.Backup, strings.Join(s.Nodes, ", ")),
	}, nil
}

func (s *sealBackup) seal(m *Manifest) (Seal, error) {
	seal := Seal{Format: Format, Backup: s.Backup, Time: time.Now().UTC()}
	nodes := merge(nil, s.Nodes...)
	if expected := merge(nil, append(slices.Clone(m.Nodes), m.Node)...); !slices.Equal(nodes, expected) {
		return seal, engine.Failf(engine.ClassPrecondition, "backup %s was taken on %s, so it cannot be sealed as a set of %s",
			s.Backup, strings.Join(expected, ", "), strings.Join(nodes, ", "))
	}
	for _, n := range nodes {
		seal.Nodes = append(seal.Nodes, SealedNode{n, s.Manifests[n]})
	}
	own := seal.Node(m.Node)
	if own.Manifest != "" && own.Manifest != m.Sum() {
		return seal, engine.Failf(engine.ClassPrecondition, "backup %s: the manifest of %s was verified with sha256 %s, now it has %s", s.Backup, m.Node, own.Manifest, m.Sum())
	}
	own.Manifest = m.Sum()
	seal.Skew = s.skew(nodes)
	return seal, nil
}

// skew is how many seconds the nodes' snapshots are apart; nil unless all times are known.
func (s *sealBackup) skew(nodes []string) *float64 {
	var first, last time.Time
	for _, n := range nodes {
		t, err := time.Parse(time.RFC3339Nano, s.Snapshots[n])
		if err != nil {
			return nil
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
		if t.After(last) {
			last = t
		}
	}
	seconds := last.Sub(first).Seconds()
	return &seconds
}
