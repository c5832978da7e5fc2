package cassandra

import (
	"context"
	"errors"
	"os"
	"path/filepath"

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
	// owner is Cassandra's user, with the mode of the directories that are made.
	owner owner
	meter *backup.Meter
}

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
	as, err := s.like(p)
	if err != nil {
		return err
	}
	if err := as.fill(ctx, t, files, to); err != nil {
		return backup.Space(err, p.root)
	}
	if err := s.hand.flush(to); err != nil {
		return err
	}
	return s.hand.write(marker, []byte(s.rec.Run+"\n"), as.owner.file())
}

// like is the stager with the mode of the live table: its directory, else its keyspace's, else that of all data.
func (s *stager) like(p place) (*stager, error) {
	as := *s
	var err error
	as.owner, err = s.owner.like(p.live(), filepath.Dir(p.live()), p.data)
	return &as, err
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
	return size, sum, errors.Join(os.Chown(to, s.owner.uid, s.owner.gid), os.Chmod(to, s.owner.file().mode))
}
