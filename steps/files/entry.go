package files

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// What may stand at a path. The words are the values of the fact path.<path>.
const (
	absent    = "absent"
	directory = "directory"
	file      = "file"
	symlink   = "symlink"
	special   = "special" // device, socket, pipe
	// present is what an earlier step will leave there, whatever it is.
	present = "present"
	// unclear is below something that an earlier step will put there.
	unclear = "unclear"
)

// entry is what stands at one name.
type entry struct {
	kind           string
	promised       bool // known from an earlier step's promise; the numbers below are not
	uid, gid, mode uint32
	links          uint32
	size           uint64
	device         [2]uint32
	inode, mount   uint64
}

// same tells whether both are one and the same inode.
func (e entry) same(o entry) bool {
	return !e.promised && !o.promised && e.device == o.device && e.inode == o.inode
}

// openAt opens one name in dir without following it, for looking and as a handle to change it by. An absent name
// is an entry, not an error, and its file is nil.
func openAt(dir *os.File, name string) (*os.File, entry, error) {
	how := &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	}
	fd, err := unix.Openat2(int(dir.Fd()), name, how)
	if errors.Is(err, unix.ENOENT) {
		return nil, entry{kind: absent}, nil
	}
	if err != nil {
		return nil, entry{}, err
	}
	f := os.NewFile(uintptr(fd), name)
	e, err := statOf(f)
	if err != nil {
		f.Close()
		return nil, entry{}, err
	}
	return f, e, nil
}

func statOf(f *os.File) (entry, error) {
	var st unix.Statx_t
	if err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS|unix.STATX_MNT_ID, &st); err != nil {
		return entry{}, err
	}
	return entry{
		kind: kindOf(st.Mode), uid: st.Uid, gid: st.Gid, mode: uint32(st.Mode) & 0o7777, links: st.Nlink, size: st.Size,
		device: [2]uint32{st.Dev_major, st.Dev_minor}, inode: st.Ino, mount: st.Mnt_id,
	}, nil
}

func kindOf(mode uint16) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return directory
	case unix.S_IFREG:
		return file
	case unix.S_IFLNK:
		return symlink
	}
	return special
}

// reopen opens the directory behind a handle for reading and syncing.
func reopen(dir *os.File) (*os.File, error) {
	fd, err := unix.Openat(int(dir.Fd()), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), dir.Name()), nil
}

// flush makes the names in a directory durable, as syncDir does where it is nil; tests remember what is on disk by it.
type flush func(dir *os.File) error

func (f flush) of(dir *os.File) error {
	if f == nil {
		return syncDir(dir)
	}
	return f(dir)
}

// syncDir makes the names in the directory durable.
func syncDir(dir *os.File) error {
	d, err := reopen(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
