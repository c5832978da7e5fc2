package cassandra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// workers is how many files are read at once: the smallest node has two cores and serves meanwhile.
const workers = 2

// partsDir holds the finished tables' file lists until the manifest is written.
const partsDir = ".parts"

// saver saves tables into one backup.
type saver struct {
	host  *engine.Host
	root  string // the source's directory in the store, through Path
	meter *backup.Meter
	disk  disk
}

// disk is what a saver does to the file system; tests let it fail.
type disk struct {
	link func(from, to string) error
	copy func(ctx context.Context, from, to string, read func(int64)) (int64, string, error)
	// flush makes everything below root durable.
	flush func(root string) error
}

func realDisk() disk { return disk{link: os.Link, copy: copyFile, flush: hand{}.flush} }

// worthMarking is how large a table is marked as saved: a smaller one is saved again in less time than the disk takes
// to make its mark durable.
const worthMarking = 4 << 20

// table saves one table, or takes the list of an earlier attempt that finished it.
func (s *saver) table(ctx context.Context, t *backup.Table, files []component) error {
	key := t.Keyspace + "." + t.Dir
	part := filepath.Join(s.root, partsDir, key+".json")
	if s.host.Marked(key) {
		if data, err := os.ReadFile(part); err == nil && json.Unmarshal(data, &t.Files) == nil && unchanged(t.Files, files) {
			s.skip(t.Files)
			return nil
		}
	}
	if err := s.save(ctx, t, files); err != nil || t.Bytes() < worthMarking {
		return err
	}
	data, err := json.Marshal(t.Files)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(part, data, 0o600, renameio.WithTempDir(filepath.Dir(part))); err != nil {
		return backup.Space(err, s.root)
	}
	if err := s.disk.flush(s.root); err != nil {
		return backup.Space(err, s.root)
	}
	return s.host.Mark(key)
}

// unchanged tells whether an earlier attempt saved these very files: the snapshot may have been cleared and taken anew since, and a
// backup is of one moment. Cassandra gives no two SSTables of a table the same name.
func unchanged(saved []backup.File, files []component) bool {
	return slices.EqualFunc(saved, files, func(f backup.File, c component) bool { return f.Name == c.Name && f.Size == c.Size })
}

func (s *saver) skip(files []backup.File) {
	for _, f := range files {
		s.meter.Add(f.Name)(f.Size)
	}
}

// save starts the table's directory afresh: what an interrupted attempt left there is ours and worth nothing.
func (s *saver) save(ctx context.Context, t *backup.Table, files []component) error {
	dir := filepath.Join(s.root, filepath.Dir(t.Rel(backup.File{Name: "x"})))
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	t.Files = make([]backup.File, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, c := range files {
		to := filepath.Join(dir, c.Name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return errors.Join(backup.Space(err, s.root), g.Wait())
		}
		g.Go(func() error {
			f, err := s.file(ctx, c, to)
			t.Files[i] = f
			return backup.Space(err, s.root)
		})
	}
	if err := errors.Join(g.Wait(), os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("save %s.%s: %w", t.Keyspace, t.Name, err)
	}
	return nil
}

// file links or copies one component and takes its sha256.
func (s *saver) file(ctx context.Context, c component, to string) (backup.File, error) {
	f, read := c.File, s.meter.Add(c.Name)
	from := s.host.Path(c.from)
	if linkable(c.Name) {
		err := s.disk.link(from, to)
		if err == nil {
			f.Linked = true
			return s.summed(f, c, func() (int64, string, error) { return backup.Hash(ctx, to, read) })
		}
		if !unlinkable(err) {
			return f, err
		}
	}
	return s.summed(f, c, func() (int64, string, error) { return s.disk.copy(ctx, from, to, read) })
}

// unlinkable: another file system or mount, too many links, or a file system without them; then it is copied.
func unlinkable(err error) bool {
	return errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EMLINK) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EOPNOTSUPP)
}

// summed notes the sha256 and refuses a file that changed its size meanwhile: a snapshot never does.
func (s *saver) summed(f backup.File, c component, sum func() (int64, string, error)) (backup.File, error) {
	n, hash, err := sum()
	if err == nil && n != f.Size {
		err = engine.Failf(engine.ClassIO, "%s: %d bytes were read, it had %d", c.from, n, f.Size)
	}
	f.SHA256 = hash
	return f, err
}

// copyFile copies to a file that must not exist yet; see flush for its durability.
func copyFile(ctx context.Context, from, to string, read func(int64)) (n int64, sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", err
	}
	n, sum, err = backup.HashTo(ctx, out, in, read)
	return n, sum, errors.Join(err, out.Close())
}
