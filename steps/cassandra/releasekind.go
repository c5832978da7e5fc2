package cassandra

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// releaseRestore deletes what a restore kept.
type releaseRestore struct {
	Run string `json:"run" help:"run whose kept sets are deleted" required:"true"`

	Nodes []string `json:"nodes" help:"the nodes that are released in this run: all that the restore ran on must be among them"`
	Gone  []string `json:"gone" help:"nodes of the restore that no longer exist; the ring must have let go of them"`
}

// ReleaseOut is what release-restore freed on one node.
type ReleaseOut struct {
	Run    string   `json:"run" help:"run that was released"`
	Backup string   `json:"backup" help:"backup that it had restored"`
	Sets   []string `json:"sets" help:"what was deleted, a line each"`
	Freed  int64    `json:"freed" help:"bytes that are no longer used; files that the backup shares are not counted"`
}

// Check refuses what cannot be looked for or written.
func (s *releaseRestore) Check() error {
	return checkRun(s.Run)
}

// ReleaseRestore is the kind release-restore.
func ReleaseRestore() engine.Kind {
	return engine.Kind{
		Name: "release-restore",
		Doc: "Deletes what a restore kept of the data before it, and says how much space that frees. " +
			"After it the restore cannot be undone. All nodes that the restore ran on are released in one run. An exchange that is half-way is refused; other tools' snapshots are never deleted.",
		Example: "id: release\nrelease-restore: {run: 20261122T010203Z-k7}",
		Redo:    engine.Idempotent,
		Risk:    engine.Overwrites,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &releaseRestore{} },
		Out:     ReleaseOut{},
		Version: 1,
	}
}

// Plan lists the sets with their sizes.
func (s *releaseRestore) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	conf, rec, err := s.open(v)
	if err != nil {
		return engine.Change{}, err
	}
	sets, freed, err := s.measure(v, conf, rec)
	if err != nil {
		return engine.Change{}, err
	}
	if len(sets) == 0 && (rec == nil || rec.State == stateReleased && !rec.holds(v)) {
		return engine.Change{Sign: engine.Same, Summary: "run " + s.Run + " keeps nothing here", Out: engine.Encode(ReleaseOut{Run: s.Run, Sets: []string{}})}, nil
	}
	c := engine.Change{
		Sign: engine.Destroys, Risk: engine.Overwrites, Bytes: 0,
		Summary: fmt.Sprintf("delete what run %s kept: %s; %s", s.Run, engine.Bytes(freed), rec.price()),
	}
	if rec != nil && rec.held() {
		at := attendance{s.Nodes, s.Gone}
		unchecked, err := rec.whole(at, "the restore could then be taken back neither here nor as a whole")
		if err != nil {
			return engine.Change{}, err
		}
		ring, err := at.left(ctx, v, conf)
		if err != nil {
			return engine.Change{}, err
		}
		c.Unknown = said(unchecked, ring)
	}
	for _, set := range sets {
		c.Details = append(c.Details, "- "+set)
	}
	if rec != nil && rec.holds(v) {
		c.Details = append(c.Details, "~ retention may have backup "+rec.Backup+" again")
	}
	return c, nil
}

// open reads the record and refuses an open swap, and sets that hold what belongs to another tool.
func (s *releaseRestore) open(a engine.Asker) (cassconf.Config, *swapRecord, error) {
	conf, rec, err := restoreOf(a, s.Run)
	if err != nil {
		return conf, rec, err
	}
	if rec != nil && rec.open() {
		return conf, rec, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the restore of run %s is half-way (%s): nothing of it may be deleted", s.Run, rec.State),
			fmt.Sprintf("finish it: tidemark resume %s; or take it back: tidemark run undo-restore-vellum --input run=%s", s.Run, s.Run))
	}
	return conf, rec, s.foreign(a, conf, rec)
}

// Apply notes the release before it deletes: a half-deleted set must never come live.
func (s *releaseRestore) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	conf, rec, err := s.open(h)
	if err != nil {
		return engine.Output{}, err
	}
	lines, freed, err := s.measure(h, conf, rec)
	if err != nil {
		return engine.Output{}, err
	}
	out := ReleaseOut{Run: s.Run, Sets: append([]string{}, lines...), Freed: freed}
	if rec != nil {
		out.Backup = rec.Backup
		rec.enter(stateReleased)
		if err := rec.save(hand{}, h); err != nil {
			return engine.Output{}, err
		}
	}
	for _, set := range s.sets(h, conf, rec) {
		if err := errors.Join(ctx.Err(), os.RemoveAll(set)); err != nil {
			return engine.Output{}, err
		}
		if err := backup.SyncDir(filepath.Dir(set)); err != nil {
			return engine.Output{}, err
		}
	}
	if rec != nil {
		if err := letGo(h, rec); err != nil {
			return engine.Output{}, err
		}
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s of run %s freed; %s", engine.Bytes(freed), s.Run, rec.price())}, nil
}
