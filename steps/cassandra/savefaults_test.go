package cassandra

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
	"tidemark/testdata/needed"
)

// tally counts the calls of a disk.
type tally struct{ links, copies atomic.Int32 }

// counted wraps the real disk: how often each is called, and what fails.
func counted(did *tally, fail func(from string) error) disk {
	d := realDisk()
	return disk{
		link: func(from, to string) error {
			did.links.Add(1)
			if err := fail(from); err != nil {
				return err
			}
			return d.link(from, to)
		},
		copy: func(ctx context.Context, from, to string, read func(int64)) (int64, string, error) {
			did.copies.Add(1)
			if err := fail(from); err != nil {
				return 0, "", &fs.PathError{Op: "write", Path: to, Err: err}
			}
			return d.copy(ctx, from, to, read)
		},
		flush: d.flush,
	}
}

func TestSaveOntoAFullDiskLeavesNothing(t *testing.T) {
	n, did := newSnapshotNode(t), &tally{}
	if err := os.Truncate(n.disks()[1]+"/homer/"+simservs+"/nb-2-big-Data.db", worthMarking); err != nil {
		t.Fatal(err)
	}
	n.take(tag, []string{"homer", "memento"})
	_, err := saving().apply(t.Context(), n.host(), counted(did, func(from string) error {
		if strings.Contains(from, "da-1-bti-TOC") {
			return unix.ENOSPC
		}
		return nil
	}))
	enginetest.Refused(t, err, engine.ClassSpace, "memento.call_lists", "no space left on device", "free space there")
	if left, _ := filepath.Glob(n.Ground.Dir + store + "/*"); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if !strings.Contains(n.list(), tag) {
		t.Error("the snapshot is gone, the next attempt needs it")
	}
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil { // there is space again, the marks lie
		t.Fatal(err)
	}
	if err := n.open().Verify(t.Context(), n.Ground.Dir+backup.Path(store, tag, backup.Cassandra), backup.Checksums, nil); err != nil {
		t.Error(err)
	}
}

// TestSaveBegunOnAFullDiskLeavesNothing: there is room for the first directory of the backup and for no other.
func TestSaveBegunOnAFullDiskLeavesNothing(t *testing.T) {
	needed.Root(t, "mounting a small file system")
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	dir := n.Ground.Dir + store
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "nr_inodes=2"); err != nil {
		needed.Skip(t, err.Error())
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	_, _, err := n.Apply(SaveSnapshot(), saving())
	enginetest.Refused(t, err, engine.ClassSpace, "no space left on device", "free space there")
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestSaveGoesOnWhereItWasCutOff(t *testing.T) {
	n, did := newSnapshotNode(t), &tally{}
	if err := os.Truncate(n.disks()[1]+"/homer/"+simservs+"/nb-2-big-Data.db", worthMarking); err != nil {
		t.Fatal(err)
	}
	n.take(tag, []string{"homer", "memento"})
	_, err := saving().apply(t.Context(), n.host(), counted(did, func(from string) error {
		if strings.Contains(from, "da-1-bti-Statistics") {
			return unix.EIO
		}
		return nil
	}))
	enginetest.Refused(t, err, engine.ClassIO, "memento.call_lists")
	if _, err := backup.Open(n.host(), store, tag, backup.Cassandra); err == nil {
		t.Fatal("a cut-off backup has a manifest")
	}
	again := &tally{}
	out, err := saving().apply(t.Context(), n.host(), counted(again, func(string) error { return nil }))
	if err != nil || out.Value.(SaveOut).Files != 22 {
		t.Fatalf("%+v, %v", out, err)
	}
	if again.links.Load() != 4 || again.copies.Load() != 3 { // memento only: homer's mark holds
		t.Errorf("the second attempt did %d links, %d copies", again.links.Load(), again.copies.Load())
	}
	root := n.Ground.Dir + backup.Path(store, tag, backup.Cassandra)
	if err := n.open().Verify(t.Context(), root, backup.Checksums, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, partsDir)); err == nil {
		t.Error("the record of the parts is left")
	}
}

func TestSaveRefusesAFileThatGrows(t *testing.T) {
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	d := realDisk()
	d.copy = func(context.Context, string, string, func(int64)) (int64, string, error) { return 1, "", nil }
	_, err := saving().apply(t.Context(), n.host(), d)
	enginetest.Refused(t, err, engine.ClassIO, "1 bytes were read, it had")
}

func TestEnoughSpace(t *testing.T) {
	n := newSnapshotNode(t)
	small, err := enoughSpace(n.host(), store, 1000)
	if err != nil || small.Key != "space ≥ 128.0 MiB in "+store || small.Value != "true" {
		t.Errorf("%+v, %v", small, err)
	}
	if grown, _ := enoughSpace(n.host(), store, 2000); grown != small {
		t.Errorf("%+v is another statement than %+v", grown, small)
	}
	_, err = enoughSpace(n.host(), store, 1<<55)
	enginetest.Refused(t, err, engine.ClassSpace, "saving needs", "prune backups")
}

// TestAKeptSnapshotIsItsOwners: from before the manifest is written. A task that ends just behind it, and is found done, must
// not leave a note by which a later backup would clear the snapshot.
func TestAKeptSnapshotIsItsOwners(t *testing.T) {
	n, d := newSnapshotNode(t), realDisk()
	n.backs(tag)
	d.flush = func(root string) error { return os.MkdirAll(root+"/manifest.json/in-the-way", 0o700) }
	step := saving()
	step.Keep = true
	if _, err := step.apply(t.Context(), n.host(), d); err == nil || len(n.noted()) > 0 || !strings.Contains(n.list(), tag) {
		t.Errorf("%v; noted %q; left is\n%s", err, n.noted(), n.list())
	}
	step.Keep = false
	n = newSnapshotNode(t)
	n.backs(tag)
	if _, err := step.apply(t.Context(), n.host(), d); err == nil || len(n.noted()) != 1 {
		t.Errorf("%v; noted %q", err, n.noted())
	}
}
