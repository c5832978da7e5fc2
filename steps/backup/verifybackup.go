package backup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
)

type verifyBackup struct {
	Backup string `json:"backup" help:"backup id" required:"true"`
	Dir    string `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Source string `json:"source" help:"which part of the backup" default:"cassandra"`
	Depth  string `json:"depth" help:"compare names and sizes only, or the sha256 of every file" default:"checksums" enum:"sizes,checksums"`
}

// VerifyOut is what verify-backup found on one node.
type VerifyOut struct {
	Backup   string   `json:"backup" help:"backup id"`
	Depth    Depth    `json:"depth" help:"what was compared: sizes or checksums"`
	Files    int      `json:"files" help:"how many files were compared"`
	Bytes    int64    `json:"bytes" help:"their size in bytes"`
	Manifest string   `json:"manifest_sha256" help:"sha256 of the manifest, in hex; empty for a legacy backup"`
	Snapshot string   `json:"snapshot" help:"when the snapshot was taken"`
	Legacy   []string `json:"legacy,omitempty" help:"trees of a legacy backup, verified by their own digests"`
}

// Check refuses what cannot be looked for or written.
func (s *verifyBackup) Check() error {
	return errors.Join(CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), checkSource(s.Source))
}

// VerifyBackup is the kind verify-backup.
func VerifyBackup() engine.Kind {
	return engine.Kind{
		Name: "verify-backup",
		Doc: "Compares the files of a backup with its manifest and notes the result beside it. Missing, surplus and changed files " +
			"are named with what was expected and what was found; only a verified backup counts for retention and as latest. " +
			"The run that saved a backup does not read linked files a second time. " +
			"A legacy backup is verified by the digests it contains, and nothing is noted there.",
		Example: "id: verify\nverify-backup: {backup: 20261122T010203Z-k7, depth: checksums}",
		Redo:    engine.Idempotent,
		Gate:    true,
		New:     func() engine.Step { return &verifyBackup{} },
		Out:     VerifyOut{},
		Version: 1,
	}
}

// Plan always has something to do: that files were whole an hour ago says nothing about now.
func (s *verifyBackup) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Changes, Summary: fmt.Sprintf("verify backup %s (%s) and note the result in %s", s.Backup, s.Depth, verifiedName)}
	if found := s.legacy(v); len(found) > 0 {
		c.Summary = fmt.Sprintf("verify legacy backup %s by its own digests; nothing is written", s.Backup)
		for _, l := range found {
			c.Details = append(c.Details, fmt.Sprintf("%s, %s", l.Path, engine.Bytes(l.Bytes)))
		}
		return c, nil
	}
	m, fact, err := saved(v, s.Dir, s.Backup, s.Source)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{fact}
	if m != nil {
		c.Details = []string{fmt.Sprintf("reads %s, %s", engine.Count(m.Totals.Files, "file"), engine.Bytes(m.Totals.Bytes))}
	}
	return c, nil
}

// Apply verifies and notes the result, a bad one as well.
func (s *verifyBackup) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	if found := s.legacy(h); len(found) > 0 {
		return s.verifyLegacy(ctx, h, found)
	}
	m, err := Open(h, s.Dir, s.Backup, s.Source)
	if err != nil {
		return engine.Output{}, err
	}
	root := h.Path(Path(s.Dir, s.Backup, s.Source))
	// What the run that saved it linked, it read where it lies now; what it copied was read at its source.
	read := func(f File) bool { return f.Linked && m.Run == h.Run && m.Node == h.Node }
	if err := m.verify(ctx, root, Depth(s.Depth), read, h.Progress); err != nil {
		return engine.Output{}, noteDamage(root, m, err)
	}
	if err := noteVerified(root, m, Depth(s.Depth)); err != nil {
		return engine.Output{}, err
	}
	out := VerifyOut{
		Backup: s.Backup, Depth: Depth(s.Depth), Files: m.Totals.Files, Bytes: m.Totals.Bytes,
		Manifest: m.Sum(), Snapshot: m.Times.Snapshot.Format(time.RFC3339Nano),
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s, %s, all as saved (%s)", engine.Count(out.Files, "file"), engine.Bytes(out.Bytes), s.Depth)}, nil
}

// legacy are the old scripts' backups of that id, if the store has none of that name.
func (s *verifyBackup) legacy(a engine.Asker) []LegacyBackup {
	if CheckID(s.Backup) != nil || exists(a.Path(Path(s.Dir, s.Backup, ""))) {
		return nil
	}
	var found []LegacyBackup
	for _, l := range legacyBackups(a) {
		if l.ID == s.Backup {
			found = append(found, l)
		}
	}
	return found
}

func (s *verifyBackup) verifyLegacy(ctx context.Context, h *engine.Host, found []LegacyBackup) (engine.Output, error) {
	out := VerifyOut{Backup: s.Backup, Depth: Checksums}
	var errs []error
	for _, l := range found {
		n, err := l.verify(ctx, h.Path(l.Path), h.Progress)
		errs = append(errs, err)
		out.Files, out.Bytes, out.Legacy = out.Files+n, out.Bytes+l.Bytes, append(out.Legacy, l.Path)
	}
	if err := errors.Join(errs...); err != nil {
		return engine.Output{}, err
	}
	if out.Files == 0 {
		return engine.Output{}, engine.Failf(engine.ClassPrecondition, "legacy backup %s: no file has a digest, nothing can be verified", s.Backup)
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s of SSTables or dumps in %s agree with their own digests", engine.Count(out.Files, "file"), engine.Count(len(found), "legacy tree"))}, nil
}

// noteVerified keeps an earlier, deeper verification of the same manifest.
func noteVerified(root string, m *Manifest, depth Depth) error {
	if old, err := ReadVerified(root); err == nil && old != nil && old.good(m) && old.Depth == Checksums && depth == Sizes {
		return nil
	}
	_, err := writeJSON(filepath.Join(root, verifiedName), Verified{Time: time.Now().UTC(), Depth: depth, SHA256: m.Sum()})
	return err
}

// noteDamage makes a damaged backup stop counting; else retention would keep it in the place of a whole one.
func noteDamage(root string, m *Manifest, cause error) error {
	var damage *Damage
	if !errors.As(cause, &damage) {
		return cause
	}
	note := Verified{Time: time.Now().UTC(), Damaged: damage.Error(), SHA256: m.Sum()}
	if old, err := ReadVerified(root); err != nil {
		return cause // not readable: it counts for nothing as it is, and stays for a person to look at
	} else if old != nil {
		note.SHA256 = old.SHA256 // a changed manifest must not become the measure
	}
	if _, err := writeJSON(filepath.Join(root, verifiedName), note); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}
