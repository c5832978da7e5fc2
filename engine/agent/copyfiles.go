package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// beneath opens name below dir; neither name nor anything on its way may be a symlink or lead out.
func beneath(dir *os.File, name string, flags uint64, mode uint64) (*os.File, error) {
	if name == "" {
		name = "."
	}
	how := &unix.OpenHow{
		Flags: flags | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK, Mode: mode,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	}
	fd, err := unix.Openat2(int(dir.Fd()), name, how)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func openDir(dir *os.File, name string) (*os.File, error) {
	return beneath(dir, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
}

func fstat(f *os.File) (st unix.Stat_t, err error) {
	err = unix.Fstat(int(f.Fd()), &st)
	return st, err
}

// statAt looks at name in dir without following it; the type is 0 where nothing is.
func statAt(dir *os.File, name string) (unix.Stat_t, error) {
	var st unix.Stat_t
	err := unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, unix.ENOENT) {
		return unix.Stat_t{}, nil
	}
	return st, err
}

func typeOf(st unix.Stat_t) uint32 { return st.Mode & unix.S_IFMT }

// partName is where something lies until it is whole. It follows from what it becomes, so a later attempt finds it.
func partName(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return ".tidemark-" + hex.EncodeToString(sum[:12]) + ".part"
}

// local refuses names that would leave the target: what a source says is not trusted.
func local(name string) error {
	bad := name == "" || strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) || path.Clean(name) != name ||
		name == "." || name == ".." || strings.HasPrefix(name, "../")
	if bad {
		return engine.Failf(engine.ClassPrecondition, "the source sent the name %q, which is none below the target", name)
	}
	return nil
}

// sourceErr and targetErr class what the system said about a path.
func sourceErr(p string, err error) error { return copyErr("source", p, err) }
func targetErr(p string, err error) error { return copyErr("target", p, err) }

func copyErr(side, p string, err error) error {
	if c := (*engine.Error)(nil); errors.As(err, &c) || isBroken(err) {
		return err
	}
	err = fmt.Errorf("%s %q: %w", side, p, err)
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return engine.WithNext(engine.Fail(engine.ClassSpace, err), "free space there; what arrived whole is kept")
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EXDEV):
		return engine.WithNext(engine.Fail(engine.ClassPrecondition, fmt.Errorf("%s %q: a symlink lies there or on the way, and copies follow none", side, p)), "write the real path")
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return engine.Fail(engine.ClassPrecondition, err)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM), errors.Is(err, unix.EROFS):
		return engine.WithNext(engine.Fail(engine.ClassPrecondition, err), "let tidemark be root there, or choose a place it may use")
	}
	return engine.Fail(engine.ClassIO, err)
}

// WidenPipe lets a pipe hold as much as one frame: at 64 KiB both ends would wake each other all the time. What is no
// pipe stays as it is, and so does a pipe beyond the user's limit.
func WidenPipe(f *os.File) {
	c, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeBytes) })
}

func itoa(f *os.File) string { return strconv.Itoa(int(f.Fd())) }
