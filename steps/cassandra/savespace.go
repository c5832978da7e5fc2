package cassandra

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// reserve is what a save needs besides the bytes it copies: manifest, directories, the records of the run.
const reserve = 64 << 20

// enoughSpace states that the store has room for size bytes, or refuses. The statement is rounded up to a power of
// two, so that it stays the same while the tables grow a little.
func enoughSpace(a engine.Asker, dir string, size int64) (engine.Fact, error) {
	need := int64(reserve)
	for need < size+reserve {
		need *= 2
	}
	free, err := backup.Free(a.Path(dir))
	if err != nil {
		return engine.Fact{}, err
	}
	fact := engine.Fact{Key: fmt.Sprintf("space ≥ %s in %s", engine.Bytes(need), dir), Value: "true"}
	if free < size+reserve {
		return fact, engine.WithNext(engine.Failf(engine.ClassSpace, "%s has %s free, saving needs %s", dir, engine.Bytes(free), engine.Bytes(size+reserve)),
			"free space there, prune backups, or set backup_dir to another file system")
	}
	if free < need {
		fact.Key = fmt.Sprintf("space ≥ %s in %s", engine.Bytes(need/2), dir)
	}
	return fact, nil
}

// oneFileSystem tells whether links from all data directories into dir are possible, as far as device numbers tell.
func oneFileSystem(a engine.Asker, dir string, dataDirs []string) bool {
	store, ok := device(a.Path(dir))
	for _, d := range dataDirs {
		if dev, found := device(a.Path(d)); !ok || !found || dev != store {
			return false
		}
	}
	return true
}

// device is the device number of dir or, where it does not exist yet, of its nearest parent.
func device(dir string) (uint64, bool) {
	var st unix.Stat_t
	err := unix.Stat(dir, &st)
	for errors.Is(err, unix.ENOENT) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		err = unix.Stat(dir, &st)
	}
	return st.Dev, err == nil
}
