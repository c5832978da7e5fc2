package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Write puts the manifest into root (the source's directory in the store, through engine.Asker.Path): to a
// temporary file, fsync, rename, fsync of the directory. It comes last: with it the backup exists.
func (m *Manifest) Write(root string) error {
	m.Format = Format
	m.sum = ""
	data, err := writeJSON(filepath.Join(root, manifestName), m)
	if err == nil {
		m.sum = sumOf(data)
	}
	return err
}

// Sum is the sha256 of the manifest's file, in hex; "" before it was written or read.
func (m *Manifest) Sum() string { return m.sum }

// writeJSON writes v atomically and durably and returns the bytes.
func writeJSON(path string, v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	data = append(data, '\n')
	dir := filepath.Dir(path)
	err = renameio.WriteFile(path, data, 0o600, renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return nil, Space(fmt.Errorf("%s: %w", path, err), dir)
	}
	return data, SyncDir(dir)
}

// SyncDir makes the names in a directory durable; a rename alone is not.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Space classes an error as ClassSpace if the disk (or the quota) under dir is full; others stay as they are.
func Space(err error, dir string) error {
	if err == nil || (!errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT)) {
		return err
	}
	next := "free space there; the backups of later runs can lie on another file system (backup_dir)"
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil {
		free := engine.Bytes(int64(st.Bavail) * st.Bsize)
		if st.Files > 0 { // some file systems have no fixed number of them
			free += fmt.Sprintf(" and %d inodes", st.Ffree)
		}
		next = fmt.Sprintf("below %s are free %s; %s", dir, free, next)
	}
	return engine.WithNext(engine.Fail(engine.ClassSpace, err), next)
}

// Free is how many bytes root may still write below dir or, where dir does not exist yet, its nearest parent.
func Free(dir string) (int64, error) {
	var st unix.Statfs_t
	err := unix.Statfs(dir, &st)
	for errors.Is(err, unix.ENOENT) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		err = unix.Statfs(dir, &st)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", dir, err)
	}
	return int64(st.Bavail) * st.Bsize, nil
}
