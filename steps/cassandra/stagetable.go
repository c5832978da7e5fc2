package cassandra

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// stager lays the tables of a backup ready beside the data directories. Cassandra may serve meanwhile.
type stager struct {
	asker    engine.Asker
	hand     hand
	areas    []area
	rec      *swapRecord
	manifest *backup.Manifest
	// root is the backup's directory, the real path.
	root string
	// owner is Cassandra's user; mode is for table directories.
	owner owner
	meter *backup.Meter
}

// stagedModes are those Cassandra gives its own files and directories.
const (
	stagedFile = 0o644
	stagedDir  = 0o755
)

// directory lays one table ready in one area. The marker goes in last, so a set with it is whole; then only names
// and sizes are looked at again.
func (s *stager) directory(ctx context.Context, t backup.Table, files []backup.File, p place) error {
	to := p.in(setStaged)
	marker := filepath.Join(to, markerPrefix+s.rec.Run)
	marked, err := isThere(marker)
	if err != nil {
		return err
	}
	if marked {
		if whole, err := same(to, sizes(files)); err != nil || whole {
			return err
		}
		if err := s.hand.remove(marker); err != nil {
			return err
		}
	}
	if err := s.fill(ctx, t, files, to); err != nil {
		return backup.Space(err, p.root)
	}
	if err := flush(to); err != nil {
		return err
	}
	return s.hand.write(marker, []byte(s.rec.Run+"\n"), owner{s.owner.uid, s.owner.gid, stagedFile})
}

// fill starts afresh: what an interrupted attempt left may be half a file.
func (s *stager) fill(ctx context.Context, t backup.Table, files []backup.File, to string) error {
	if err := s.hand.before("empty %s", to); err != nil {
		return err
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := s.hand.own(filepath.Dir(to)); err != nil {
		return err
	}
	if err := s.hand.mkdir(to, s.owner); err != nil {
		return err
	}
	for _, f := range files {
		if err := s.hand.mkdir(filepath.Dir(filepath.Join(to, f.Name)), s.owner); err != nil {
			return err
		}
		if err := s.file(ctx, t, f, filepath.Join(to, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// file links or copies one component and compares it with the manifest.
func (s *stager) file(ctx context.Context, t backup.Table, f backup.File, to string) error {
	if err := s.hand.before("stage %s", to); err != nil {
		return err
	}
	from := filepath.Join(s.root, t.Rel(f))
	read := s.meter.Add(t.Keyspace + "." + t.Name)
	linked, err := s.link(from, to, f)
	if err != nil {
		return err
	}
	var size int64
	var sum string
	if linked {
		size, sum, err = backup.Hash(ctx, to, read)
	} else {
		size, sum, err = s.copy(ctx, from, to, read)
	}
	switch {
	case err != nil:
		return err
	case size != f.Size || sum != f.SHA256:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s: %s: expected %d bytes with sha256 %s, found %d with %s",
			s.manifest.Backup, t.Rel(f), f.Size, f.SHA256, size, sum), "restore from another backup, or copy this one in again from another machine")
	}
	return nil
}

// link tries a hard link. It is right only where the inode is Cassandra's own already: a linked file is never
// chowned, and a file that Cassandra cannot read would stop its start.
func (s *stager) link(from, to string, f backup.File) (bool, error) {
	ok, err := ownInode(from, f.Name, s.owner)
	if err != nil || !ok {
		return false, err
	}
	err = os.Link(from, to)
	if err != nil && unlinkable(err) {
		return false, nil
	}
	return err == nil, err
}

// ownInode tells whether a saved file may be linked into a live directory.
func ownInode(path, name string, o owner) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, engine.Failf(engine.ClassPrecondition, "%s: expected a file, found %s", path, info.Mode().Type())
	}
	uid, _ := uidOf(info)
	return linkable(name) && uid == o.uid && info.Mode().Perm()&0o400 != 0, nil
}

func (s *stager) copy(ctx context.Context, from, to string, read func(int64)) (int64, string, error) {
	size, sum, err := copyFile(ctx, from, to, read)
	if err != nil {
		return size, sum, err
	}
	return size, sum, errors.Join(os.Chown(to, s.owner.uid, s.owner.gid), os.Chmod(to, stagedFile))
}

// savedTable is one table of the manifest with the live directory it goes to and its files by area.
type savedTable struct {
	backup.Table
	live  string
	files [][]backup.File
}

// tablesOf pairs the saved tables of a keyspace with their live directories in the record; without are those that
// have none there.
func tablesOf(m *backup.Manifest, rec *swapRecord, keyspace string, dataDirs []string) (with []savedTable, without []string) {
	for _, t := range m.In(keyspace) {
		dir := ""
		if rec != nil {
			dir = rec.dirOf(keyspace, t.Name)
		}
		if dir == "" {
			without = append(without, t.Name)
			continue
		}
		with = append(with, savedTable{t, dir, spread(t, m.Server.DataDirs, dataDirs)})
	}
	return with, without
}

// dirOf is the noted live directory of a table, or "".
func (r *swapRecord) dirOf(keyspace, table string) string {
	for _, d := range r.Dirs {
		if filepath.Dir(d) == keyspace && isDirOf(filepath.Base(d), table) {
			return filepath.Base(d)
		}
	}
	return ""
}

// isDirOf tells whether dir is `<table>-<32 hex>`.
func isDirOf(dir, table string) bool {
	id, ok := strings.CutPrefix(dir, table+"-")
	return ok && len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// liveDirs lists what could be a table's live directory; more than one where it was dropped and created again.
func liveDirs(areas []area, keyspace, table string) ([]string, error) {
	var out []string
	for _, a := range areas {
		dirs, err := names(filepath.Join(a.data, keyspace))
		if err != nil {
			return nil, err
		}
		for _, d := range dirs {
			if isDirOf(d, table) && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// ready tells whether a table is laid ready, or exchanged already, in all areas.
func (s *swapper) ready(t savedTable) (bool, error) {
	for i, a := range s.areas {
		turn := s.forward(place{a, t.Keyspace, t.live})
		p, err := turn.phase()
		if err != nil || p == phaseNone {
			return false, err
		}
		if p == phaseReady {
			if whole, err := same(turn.in(setStaged), sizes(t.files[i])); err != nil || !whole {
				return false, err
			}
		}
	}
	return true, nil
}

// restored tells whether a table is exchanged, tidied and untouched since in all areas.
func (s *swapper) restored(t savedTable) (bool, error) {
	for i, a := range s.areas {
		turn := s.forward(place{a, t.Keyspace, t.live})
		p, err := turn.phase()
		if err != nil || p != phaseDone {
			return false, err
		}
		if s.rec.State == stateRestored {
			continue // closed: Cassandra may write into it
		}
		if clean, err := same(turn.live(), sizes(t.files[i])); err != nil || !clean {
			return false, err
		}
	}
	return true, nil
}

func uidOf(info fs.FileInfo) (int, bool) {
	st, ok := statOf(info)
	if !ok {
		return -1, false
	}
	return int(st.Uid), true
}
