package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tidemark/testdata/lab/site"
)

// PID returns the machine's process id of the host's pid 1, or 0 when the host
// is down.  A pid file holds pid and start time; only when both match is the
// process ours.
func PID(h site.Host) int {
	text, err := os.ReadFile(pidFile(h))
	if err != nil {
		return 0
	}
	var pid int
	var start string
	if _, err := fmt.Sscan(string(text), &pid, &start); err != nil {
		return 0
	}
	if now, err := startTime(pid); err != nil || now != start {
		return 0
	}
	return pid
}

func pidFile(h site.Host) string { return filepath.Join(h.Dir, "pid") }

func writePID(h site.Host, pid int) error {
	start, err := startTime(pid)
	if err != nil {
		return err
	}
	return os.WriteFile(pidFile(h), []byte(fmt.Sprintf("%d %s\n", pid, start)), 0o644)
}

// startTime is field 22 of /proc/PID/stat; a zombie counts as gone.
func startTime(pid int) (string, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", err
	}
	// The command's name may hold spaces and parentheses: count from its end.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" {
		return "", errors.New("gone")
	}
	return fields[19], nil
}

// signalAndWait sends sig to the host's pid 1 and waits until it is gone.
func signalAndWait(h site.Host, sig syscall.Signal, patience time.Duration) error {
	pid := PID(h)
	if pid == 0 {
		return nil
	}
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("%s: pid 1 (%d): %w", h.Name, pid, err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if PID(h) == 0 {
			return os.Remove(pidFile(h))
		}
	}
	return fmt.Errorf("%s: pid 1 (%d) lives %s after %s", h.Name, pid, patience, sig)
}
