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

// Process names the process of a service for good, "PID since TICKS of the boot": monit's word for it, or else that of its pid
// file. "" is none that lives.
func (m *Monit) Process(s Service) (string, error) {
	pid := s.PID
	if pid == 0 {
		var err error
		if pid, err = m.PID(s); pid == 0 || err != nil {
			return "", err
		}
	}
	f, err := m.stat(pid)
	if err != nil || ended(f) {
		return "", err
	}
	if len(f) <= startField {
		return "", engine.Failf(engine.ClassIO, "/proc/%d/stat: %q", pid, clip(strings.Join(f, " ")))
	}
	return fmt.Sprintf("%d since %s", pid, f[startField]), nil
}

// Alive tells whether a process with that number exists and has not ended yet (a zombie has). It may be another
// program under a used-again number; the error is on the safe side, then.
func (m *Monit) Alive(pid int) (bool, error) {
	if pid <= 0 {
		return false, nil
	}
	f, err := m.stat(pid)
	return err == nil && !ended(f), err
}

// startField is when a process began, among the fields that stat gives.
const startField = 19

func ended(stat []string) bool { return len(stat) == 0 || stat[0] == "Z" || stat[0] == "X" }

// stat are the fields that the kernel tells of a process from its state on; none where there is no such process.
func (m *Monit) stat(pid int) ([]string, error) {
	data, err := os.ReadFile(m.asker.Path(fmt.Sprintf("/proc/%d/stat", pid)))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, nil
	}
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	// the state follows the command's name, which may hold anything but ends with the last ")"
	text := string(data)
	f := strings.Fields(text[max(strings.LastIndex(text, ")"), 0):])
	if len(f) < 2 {
		return nil, engine.Failf(engine.ClassIO, "/proc/%d/stat: %q", pid, clip(text))
	}
	return f[1:], nil
}
