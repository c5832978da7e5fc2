package story

import (
	"bytes"
	native "encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/command"
)

// The ways in which an entry of a directory can change: made (a file, a directory, a link), come by a rename, gone.
const (
	made = "made"
	came = "came"
	gone = "gone"
)

// change is a change of one entry on a host's disk.
type change struct {
	what string
	path string // as the host sees it
	pid  int    // who did it, by the machine's numbers
}

// witness notes, by the kernel's own notice, every entry that is made, moved or removed on a host's disk. It looks from
// outside, at the file system below the host's mounts; nothing runs on the host for it. It ends before the host boots
// again: the disk is not free as long as it looks.
type witness struct {
	t       *testing.T
	disk    *os.File // the root of the host's file system
	notices *os.File
	told    func(change)
	paths   map[string]string // of directories, by their handles, as they were last
	done    chan struct{}     // closed when nothing is read any more

	mu   sync.Mutex
	seen []change
}

// watch looks at the disk of a host of the lab in dir; told, if any, hears of each change as it comes.
func watch(t *testing.T, dir, host string, told func(change)) *witness {
	t.Helper()
	disk, err := diskOf(dir, host)
	if err != nil {
		t.Fatalf("the disk of %s: %v", host, err)
	}
	w := &witness{t: t, disk: disk, told: told, paths: map[string]string{}, done: make(chan struct{})}
	fd, err := unix.FanotifyInit(unix.FAN_REPORT_DFID_NAME|unix.FAN_UNLIMITED_QUEUE|unix.FAN_CLOEXEC|unix.FAN_NONBLOCK, unix.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	w.notices = os.NewFile(uintptr(fd), "fanotify")
	t.Cleanup(w.end)
	const what = unix.FAN_CREATE | unix.FAN_MOVED_TO | unix.FAN_DELETE | unix.FAN_ONDIR
	err = unix.FanotifyMark(fd, unix.FAN_MARK_ADD|unix.FAN_MARK_FILESYSTEM, what, int(disk.Fd()), "")
	go w.read()
	if err != nil {
		t.Fatalf("watch the disk of %s: %v", host, err)
	}
	return w
}

// diskOf opens the root of a host's file system by a mount that nobody else sees.
func diskOf(dir, host string) (*os.File, error) {
	loop, err := command.Run("losetup", "-j", filepath.Join(dir, "hosts", host, "disk.img"))
	if err != nil {
		return nil, err
	}
	device, _, _ := strings.Cut(loop, ":")
	fs, err := unix.Fsopen("ext4", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fs)
	if err := unix.FsconfigSetString(fs, "source", device); err != nil {
		return nil, err
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return nil, fmt.Errorf("%s: %w", device, err)
	}
	mount, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(mount)
	root, err := unix.Openat(mount, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	return os.NewFile(uintptr(root), device), err
}

// end looks no more; the disk is free again.
func (w *witness) end() {
	_ = w.notices.Close()
	<-w.done
	_ = w.disk.Close()
}

// read takes notices until the end.
func (w *witness) read() {
	defer close(w.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := w.notices.Read(buf)
		if err != nil {
			return
		}
		for rest := buf[:n]; len(rest) > 0; {
			size := native.NativeEndian.Uint32(rest)
			w.notice(rest[:size])
			rest = rest[size:]
		}
	}
}

// notice reads fanotify's metadata and, behind them, the record of the directory and the name of the entry.
func (w *witness) notice(raw []byte) {
	const metadata, header, fsid, handle = 24, 4, 8, 8
	mask, pid := native.NativeEndian.Uint64(raw[8:]), int(native.NativeEndian.Uint32(raw[20:]))
	if mask&unix.FAN_Q_OVERFLOW != 0 || len(raw) < metadata+header+fsid+handle {
		w.t.Error("notices of the kernel were lost")
		return
	}
	record := raw[metadata+header+fsid:]
	size, kind := native.NativeEndian.Uint32(record), int32(native.NativeEndian.Uint32(record[4:]))
	name, _, _ := bytes.Cut(record[handle+size:], []byte{0})
	path := filepath.Join(w.directory(kind, record[handle:handle+size]), string(name))
	for _, e := range []struct {
		bit  uint64
		what string
	}{{unix.FAN_CREATE, made}, {unix.FAN_MOVED_TO, came}, {unix.FAN_DELETE, gone}} {
		if mask&e.bit != 0 {
			w.note(change{e.what, path, pid})
		}
	}
}

// directory is the path of the directory with this handle on the host. One that is gone has the path it had last.
func (w *witness) directory(kind int32, handle []byte) string {
	key := string(handle)
	fd, err := unix.OpenByHandleAt(int(w.disk.Fd()), unix.NewFileHandle(kind, handle), unix.O_PATH|unix.O_CLOEXEC)
	if err != nil {
		return w.paths[key]
	}
	defer unix.Close(fd)
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	if err != nil || strings.HasSuffix(path, " (deleted)") {
		return w.paths[key]
	}
	w.paths[key] = strings.TrimPrefix(path, "/upper")
	return w.paths[key]
}

func (w *witness) note(c change) {
	w.mu.Lock()
	w.seen = append(w.seen, c)
	w.mu.Unlock()
	if w.told != nil {
		w.told(c)
	}
}

// changes are all that were seen so far, in order.
func (w *witness) changes() []change {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]change(nil), w.seen...)
}

// freeze stops the task that made the change, between two of its system calls.
func (c change) freeze() error {
	argv, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.pid))
	if err != nil {
		return err
	}
	if string(argv) != "tidemark\x00agent\x00task\x00" {
		return fmt.Errorf("%s %s by %q, which is no task", c.path, c.what, argv)
	}
	return unix.Kill(c.pid, unix.SIGSTOP)
}

// frozenAt runs tidemark until a task on the host makes the change that it waits for, and freezes that task there.
func (s person) frozenAt(host string, there func(change) bool, args ...string) (*process, *witness) {
	s.t.Helper()
	frozen, waits := make(chan error, 1), true
	w := watch(s.t, filepath.Dir(s.site), host, func(c change) {
		if waits && there(c) {
			waits = false
			frozen <- c.freeze()
		}
	})
	p := s.start(args...)
	select {
	case err := <-frozen:
		if err != nil {
			s.t.Fatal(err)
		}
	case <-p.done:
		s.t.Fatalf("tidemark %s ended before the change came:\n%s", p.name, p.out)
	case <-time.After(patience):
		s.t.Fatalf("tidemark %s: the change does not come:\n%s", p.name, p.out)
	}
	return p, w
}
