// Package powercut tells tests what a cut of power would leave on disk: nothing that was not synced.
package powercut

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Disk remembers what was synced below a directory: of a file its bytes, of a directory the names in it, of both the mode.
// It is given to the code under test in the place of fsync.
type Disk struct {
	t    testing.TB
	root string

	mu    sync.Mutex
	syncs int
	files map[inode][]byte
	names map[inode]map[string]inode
	modes map[inode]os.FileMode
}

// inode is a file or directory under whatever name. The time of its birth tells it from a later one of the same number.
type inode struct {
	number, born uint64
	dir          bool
}

// New counts what lies below root now as synced.
func New(t testing.TB, root string) *Disk {
	t.Helper()
	d := &Disk{t: t, root: root, files: map[inode][]byte{}, names: map[inode]map[string]inode{}, modes: map[inode]os.FileMode{}}
	d.Flush(root)
	d.syncs = 0
	return d
}

// Sync remembers the file's bytes or the directory's names. Its error is always nil.
func (d *Disk) Sync(f *os.File) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	d.remember(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	return nil
}

// Flush remembers all that lies below dir, as syncfs does.
func (d *Disk) Flush(dir string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && (e.IsDir() || e.Type().IsRegular()) {
			d.remember(path)
		}
		return err
	})
	if err != nil {
		d.t.Error(err)
	}
}

// Syncs is how often Sync and Flush were called.
func (d *Disk) Syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

func (d *Disk) remember(path string) {
	i, mode, err := look(path, true)
	d.modes[i] = mode
	if err == nil && !i.dir {
		d.files[i], err = os.ReadFile(path)
	} else if err == nil {
		d.names[i], err = list(path)
	}
	if err != nil {
		d.t.Error(err)
	}
}

func look(path string, follow bool) (inode, os.FileMode, error) {
	flags := unix.AT_SYMLINK_NOFOLLOW
	if follow {
		flags = 0
	}
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st); err != nil {
		return inode{}, 0, &os.PathError{Op: "statx", Path: path, Err: err}
	}
	born := uint64(st.Btime.Sec)*1e9 + uint64(st.Btime.Nsec)
	return inode{st.Ino, born, st.Mode&unix.S_IFMT == unix.S_IFDIR}, os.FileMode(st.Mode & 0o777), nil
}

func list(dir string) (map[string]inode, error) {
	entries, err := os.ReadDir(dir)
	out := map[string]inode{}
	for _, e := range entries {
		i, _, err := look(filepath.Join(dir, e.Name()), false)
		if err != nil {
			return nil, err
		}
		out[e.Name()] = i
	}
	return out, err
}

// Cuts makes directories of what a cut of power may leave now: once only the names that were synced, and once all that
// there are, for a system may write names earlier than it is asked to. Bytes that were not synced are lost both times.
func (d *Disk) Cuts() []string { return []string{d.Cut(), d.cut(list)} }

// Cut makes a directory of what was synced.
func (d *Disk) Cut() string {
	return d.cut(func(dir string) (map[string]inode, error) { return nil, nil })
}

// cut copies what is left; now gives the names that a directory has, or nil where only synced ones count.
func (d *Disk) cut(now func(dir string) (map[string]inode, error)) string {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	to, err := os.MkdirTemp(filepath.Dir(d.root), "cut-")
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = os.RemoveAll(to) })
	top, _, err := look(d.root, true)
	if err == nil {
		err = d.build(top, d.root, to, now)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return to
}

func (d *Disk) build(dir inode, from, to string, now func(string) (map[string]inode, error)) error {
	names, err := now(from)
	if err != nil {
		return err
	}
	if names == nil {
		names = d.names[dir]
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		i, path := names[name], filepath.Join(to, name)
		if !i.dir {
			err = os.WriteFile(path, d.files[i], 0o600)
		} else if err = os.Mkdir(path, 0o700); err == nil {
			err = d.build(i, filepath.Join(from, name), path, now)
		}
		if mode, synced := d.modes[i]; err == nil && synced {
			err = os.Chmod(path, mode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
