package cassandra

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
)

func statOf(info fs.FileInfo) (*syscall.Stat_t, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	return st, ok
}

// ownerOf is Cassandra's user, as the data directory shows it, with its mode.
func ownerOf(a engine.Asker, c cassconf.Config) (owner, error) {
	uid, gid, err := c.Owner(a)
	if err != nil {
		return owner{}, err
	}
	return owner{uid, gid, mostDir}.like(a.Path(c.DataDirs[0]))
}

// need is what laying tables ready writes in one area; links need nothing.
type need struct {
	dataDir string
	copied  int64
	linked  int64
}

// needs sums up what must be copied in each area: the small components, and every file that is not on the area's
// file system or not Cassandra's own.
func needs(a engine.Asker, c cassconf.Config, m *backup.Manifest, dir string, keyspaces []string) ([]need, error) {
	o, err := ownerOf(a, c)
	if err != nil {
		return nil, err
	}
	root := a.Path(backup.Path(dir, m.Backup, backup.Cassandra))
	out := make([]need, len(c.DataDirs))
	for i, d := range c.DataDirs {
		out[i].dataDir = d
	}
	for _, k := range keyspaces {
		for _, t := range m.In(k) {
			for i, files := range spread(t, m.Server.DataDirs, c.DataDirs) {
				for _, f := range files {
					out[i].add(a, filepath.Join(root, t.Rel(f)), f, o)
				}
			}
		}
	}
	return out, nil
}

func (n *need) add(a engine.Asker, path string, f backup.File, o owner) {
	ok, err := ownInode(path, f.Name, o)
	// The directory is asked, not the file: on an overlay a file tells the device below it.
	if err == nil && ok && sameDevice(filepath.Dir(path), a.Path(n.dataDir)) {
		n.linked += f.Size
		return
	}
	n.copied += f.Size
}

func sameDevice(x, y string) bool {
	dx, okx := device(x)
	dy, oky := device(y)
	return okx && oky && dx == dy
}

// room states that each data directory's file system has room for the copies, or lists where it has not.
func room(a engine.Asker, needs []need) (facts []engine.Fact, short []string, err error) {
	byDevice := map[uint64]int64{}
	for _, n := range needs {
		dev, _ := device(a.Path(n.dataDir))
		byDevice[dev] += n.copied
	}
	for _, n := range needs {
		dev, _ := device(a.Path(n.dataDir))
		want := byDevice[dev] + byDevice[dev]/20 + reserve
		free, err := backup.Free(a.Path(n.dataDir))
		if err != nil {
			return nil, nil, engine.Fail(engine.ClassIO, err)
		}
		if free < want {
			short = append(short, fmt.Sprintf("%s has %s free, the copies beside it need %s", n.dataDir, engine.Bytes(free), engine.Bytes(want)))
		}
		facts = append(facts, engine.Fact{Key: "space for the copies beside " + n.dataDir, Value: fmt.Sprint(free >= want)})
	}
	return facts, short, nil
}

func copiesOf(needs []need) (copied, linked int64) {
	for _, n := range needs {
		copied, linked = copied+n.copied, linked+n.linked
	}
	return copied, linked
}
