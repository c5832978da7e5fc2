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

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/site"
)

// exchanges counts, by the kernel's own notice, how often each table directory of a host came live by a rename. The
// watch looks from outside at the host's mounts; nothing runs on the host for it.
type exchanges struct {
	t    *testing.T
	host int // the machine's id of the host's first process
	fd   *os.File

	mu   sync.Mutex
	seen []string
	// at is told of each one, by its number, from 1.
	at func(n int)
}

func watch(t *testing.T, name string, at func(n int)) *exchanges {
	t.Helper()
	var dirs []string
	for _, keyspace := range keyspaces {
		dirs = append(dirs, "/var/lib/cassandra/data/"+keyspace)
	}
	return watchDirs(t, name, unix.IN_MOVED_TO, at, dirs...)
}

// watchDirs watches the entries of other directories, too.
func watchDirs(t *testing.T, name string, mask uint32, at func(n int), dirs ...string) *exchanges {
	t.Helper()
	w := &exchanges{t: t, host: host.PID(site.Host{Dir: filepath.Join(labDir, "hosts", name)}), at: at}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	w.fd = os.NewFile(uintptr(fd), "inotify")
	t.Cleanup(func() { _ = w.fd.Close() })
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, fmt.Sprintf("/proc/%d/root%s", w.host, dir), mask|unix.IN_ONLYDIR); err != nil {
			t.Fatalf("%s on %s: %v", dir, name, err)
		}
	}
	go w.read()
	return w
}

// read takes notices until the watch is closed.
func (w *exchanges) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := w.fd.Read(buf)
		if err != nil {
			return
		}
		for rest := buf[:n]; len(rest) >= unix.SizeofInotifyEvent; {
			mask, size := native.NativeEndian.Uint32(rest[4:]), int(native.NativeEndian.Uint32(rest[12:]))
			name := rest[unix.SizeofInotifyEvent : unix.SizeofInotifyEvent+size]
			rest = rest[unix.SizeofInotifyEvent+size:]
			if mask&(unix.IN_MOVED_TO|unix.IN_CREATE) != 0 {
				w.note(string(bytes.TrimRight(name, "\x00")))
			}
		}
	}
}

func (w *exchanges) note(directory string) {
	table, _, _ := strings.Cut(directory, "-")
	w.mu.Lock()
	w.seen = append(w.seen, table)
	n := len(w.seen)
	w.mu.Unlock()
	if w.at != nil {
		w.at(n)
	}
}

// tables are the names of all tables that came live, in order.
func (w *exchanges) tables() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.seen...)
}

// freeze stops the task that is at work on the host, between two of its system calls.
func (w *exchanges) freeze() error {
	space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", w.host))
	if err != nil {
		return err
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	frozen := 0 // the task at work, and the process that is kept ready for the next
	for _, path := range lines {
		argv, _ := os.ReadFile(path)
		dir := filepath.Dir(path)
		if string(argv) != "tidemark\x00agent\x00task\x00" {
			continue
		}
		if in, _ := os.Readlink(filepath.Join(dir, "ns/pid")); in == space {
			var pid int
			if _, err := fmt.Sscan(filepath.Base(dir), &pid); err != nil {
				return err
			}
			if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
				return err
			}
			frozen++
		}
	}
	if frozen == 0 {
		return fmt.Errorf("no task is at work")
	}
	return nil
}
