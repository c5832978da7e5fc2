package cassandra

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/steps/backup"
)

// hand makes the changes of a swap, one system call at a time. Power may fail between any two of them, so at, where
// set, is told before each and may refuse it: the tests stop there.
type hand struct {
	at func(step string) error
	// disk, where set, takes the place of the system calls fsync and syncfs; tests remember there what is on disk.
	disk func(call string, f *os.File) error
}

// The calls that make a file or the names in a directory durable, and all of a file system.
const (
	callSync  = "fsync"
	callFlush = "syncfs"
)

func (h hand) durable(call string, f *os.File) error {
	switch {
	case h.disk != nil:
		return h.disk(call, f)
	case call == callFlush:
		return unix.Syncfs(int(f.Fd()))
	}
	return f.Sync()
}

func (h hand) before(format string, args ...any) error {
	if h.at == nil {
		return nil
	}
	return h.at(fmt.Sprintf(format, args...))
}

// exchange swaps two directories in one step that a crash cannot split.
func (h hand) exchange(a, b string) error {
	if err := h.before("exchange %s %s", a, b); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE); err != nil {
		return &os.LinkError{Op: "exchange", Old: a, New: b, Err: err}
	}
	return h.syncParents(a, b)
}

// rename moves, and never onto something that exists.
func (h hand) rename(from, to string) error {
	if err := h.before("rename %s %s", from, to); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return h.syncParents(from, to)
}

func (h hand) syncParents(a, b string) error {
	if err := h.sync(filepath.Dir(a)); err != nil || filepath.Dir(a) == filepath.Dir(b) {
		return err
	}
	return h.sync(filepath.Dir(b))
}

func (h hand) sync(dir string) error {
	if err := h.before("sync %s", dir); err != nil {
		return err
	}
	return h.opened(callSync, dir)
}

// flush makes everything below root durable: one call for hundreds of small files, links and directories
// instead of one for each.
func (h hand) flush(root string) error {
	if err := h.before("flush %s", root); err != nil {
		return err
	}
	return h.opened(callFlush, root)
}

func (h hand) opened(call, dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(h.durable(call, d), d.Close())
}

// mostDir and mostFile are the modes Cassandra gives its own where its umask is 022: none is opened further.
const (
	mostDir  = 0o755
	mostFile = 0o644
)

// owner is a user, a group and a mode for what is made anew.
type owner struct {
	uid, gid int
	mode     os.FileMode
}

// like is the owner with the mode of the first directory that is there: what is restored opens to nobody to whom the live
// data is closed.
func (o owner) like(dirs ...string) (owner, error) {
	for _, d := range dirs {
		info, err := os.Stat(d)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			o.mode = info.Mode().Perm()&mostDir | 0o700
		}
		return o, err
	}
	return o, nil
}

// file is the owner for a file in a directory of its own.
func (o owner) file() owner {
	o.mode &= mostFile
	return o
}

// mkdirLive makes a directory where Cassandra may look at any moment, if it is not there: made as temp on the same mount, it
// gets its name with its owner. Root's own would keep Cassandra from starting, and nobody would change it later.
func (h hand) mkdirLive(dir, temp string, o owner) error {
	if there, err := isThere(dir); there || err != nil {
		return err
	}
	if err := errors.Join(h.own(filepath.Dir(temp)), h.remove(temp)); err != nil {
		return err
	}
	if err := h.mkdir(temp, o); err != nil {
		return err
	}
	return h.rename(temp, dir)
}

// mkdir makes a directory if it is not there; whoever is killed between it and its owner makes the whole afresh.
func (h hand) mkdir(dir string, o owner) error {
	if there, err := isThere(dir); there || err != nil {
		return err
	}
	if err := h.before("mkdir %s", dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, o.mode); err != nil {
		return backup.Space(err, filepath.Dir(dir))
	}
	if err := h.before("chown %s", dir); err != nil {
		return err
	}
	if err := os.Chown(dir, o.uid, o.gid); err != nil {
		return err
	}
	return h.sync(filepath.Dir(dir))
}

// own makes the directories of the restore itself, down to dir: root's, closed to others.
func (h hand) own(dir string) error {
	if there, err := isThere(dir); there || err != nil {
		return err
	}
	if err := h.own(filepath.Dir(dir)); err != nil {
		return err
	}
	return h.mkdir(dir, owner{os.Getuid(), os.Getgid(), 0o700})
}

// remove deletes one file or empty directory; one that is gone is none.
func (h hand) remove(path string) error {
	if there, err := isThere(path); !there || err != nil {
		return err
	}
	if err := h.before("remove %s", path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return h.sync(filepath.Dir(path))
}

// write puts a small file in its place whole or not at all, durably.
func (h hand) write(path string, data []byte, o owner) error {
	if err := h.before("write %s", path); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(path), ".tidemark-temp")
	if err := h.writeSynced(temp, data, o); err != nil {
		return backup.Space(errors.Join(err, os.Remove(temp)), filepath.Dir(path))
	}
	if err := h.before("put %s", path); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return h.sync(filepath.Dir(path))
}

func (h hand) writeSynced(path string, data []byte, o owner) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, o.mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chown(o.uid, o.gid), h.durable(callSync, f), f.Close())
}
