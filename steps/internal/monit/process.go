package monit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"tidemark/engine"
)

// PID reads the service's process from its pid file; 0 where there is no file. A file that holds no number is an
// error: nobody knows which process it means.
func (m *Monit) PID(s Service) (int, error) { return readPID(m.asker, s.PIDFile) }

func readPID(a engine.Asker, path string) (int, error) {
	if path == "" {
		return 0, nil
	}
	data, err := os.ReadFile(a.Path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, engine.Fail(engine.ClassIO, err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 0 {
		return 0, engine.Failf(engine.ClassIO, "pid file %s: holds %q, not a process number", path, clip(string(data)))
	}
	return pid, nil
}

// Alive tells whether a process with that number exists and has not ended yet (a zombie has). It may be another
// program under a used-again number; the error is on the safe side, then.
func (m *Monit) Alive(pid int) (bool, error) {
	if pid <= 0 {
		return false, nil
	}
	data, err := os.ReadFile(m.asker.Path(fmt.Sprintf("/proc/%d/stat", pid)))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return false, nil
	}
	if err != nil {
		return false, engine.Fail(engine.ClassIO, err)
	}
	// the state follows the command's name, which may hold anything but ends with the last ")"
	_, rest, ok := strings.Cut(string(data)[max(strings.LastIndex(string(data), ")"), 0):], " ")
	if !ok || rest == "" {
		return false, engine.Failf(engine.ClassIO, "/proc/%d/stat: %q", pid, clip(string(data)))
	}
	return rest[0] != 'Z' && rest[0] != 'X', nil
}
