package agent

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// holding lists the living processes, but this one, that have a file open for which match says yes: link is what the
// kernel calls the file, at and info are where to ask for more. Of another user's processes only root sees the files.
func holding(match func(link, at, info string) bool) ([]member, error) {
	return processes(func(pid int, _ procStat) bool { return pid != os.Getpid() && hasOpen(pid, match) })
}

func hasOpen(pid int, match func(link, at, info string) bool) bool {
	dir := fmt.Sprintf("/proc/%d/", pid)
	entries, err := os.ReadDir(dir + "fd")
	if err != nil {
		return false // it ended, or is not ours to look at
	}
	for _, e := range entries {
		at := dir + "fd/" + e.Name()
		if link, err := os.Readlink(at); err == nil && match(link, at, dir+"fdinfo/"+e.Name()) {
			return true
		}
	}
	return false
}

// holders are the processes that hold the attempt's lock: the task's own, and those that inherited it. Who only looks at
// the lock, as sessions do, is none.
func (a attemptDir) holders() ([]member, error) {
	lock, err := os.Stat(a.path("lock"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return holding(func(link, at, info string) bool {
		if filepath.Base(link) != "lock" || !filepath.IsAbs(link) {
			return false
		}
		file, err := os.Stat(at)
		return err == nil && os.SameFile(file, lock) && locksFor(info)
	})
}

// locksFor tells whether the open file holds a lock for writing.
func locksFor(info string) bool {
	f, err := os.Open(info)
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "lock:") && strings.Contains(lines.Text(), "FLOCK") && strings.Contains(lines.Text(), "WRITE") {
			return true
		}
	}
	return false
}
