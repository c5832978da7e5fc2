package agent

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tidemark/engine"
)

// Process names one process for good: its id alone may be given to another one later.
type Process struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot
	Boot  string `json:"boot"`
	Init  uint64 `json:"init"` // start of pid 1: another one means another container or boot
}

// self is the calling process.
func self() (Process, error) {
	start, _, err := stat(os.Getpid())
	if err != nil {
		return Process{}, err
	}
	boot, init, err := era()
	return Process{PID: os.Getpid(), Start: start, Boot: boot, Init: init}, err
}

// era tells boots apart: nothing that began in another era is alive.
func era() (string, uint64, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0, err
	}
	start, _, err := stat(1)
	return strings.TrimSpace(string(boot)), start, err
}

// stat reads start time and session of a process.
func stat(pid int) (start uint64, session int, err error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, err
	}
	// The command name stands in parentheses and may hold spaces; the fields after it start with the state.
	_, rest, _ := strings.Cut(string(raw), ") ")
	if i := strings.LastIndex(string(raw), ") "); i >= 0 {
		rest = string(raw)[i+2:]
	}
	f := strings.Fields(rest)
	if len(f) < 20 {
		return 0, 0, errors.New("unexpected /proc stat")
	}
	session, err = strconv.Atoi(f[3])
	if err != nil {
		return 0, 0, err
	}
	start, err = strconv.ParseUint(f[19], 10, 64)
	return start, session, err
}

// members are the living processes of the session that p led.
func (p Process) members() ([]int, error) {
	boot, init, err := era()
	if err != nil || boot != p.Boot || init != p.Init {
		return nil, err
	}
	if start, _, err := stat(p.PID); err == nil && start != p.Start {
		return nil, nil // the id was given to another process: the session is gone
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if _, session, err := stat(pid); err == nil && session == p.PID && !zombie(pid) {
			out = append(out, pid)
		}
	}
	return out, nil
}

func zombie(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	i := strings.LastIndex(string(raw), ") ")
	return err != nil || i < 0 || string(raw)[i+2] == 'Z'
}

// alive tells whether the very process lives.
func (p Process) alive() bool {
	boot, init, err := era()
	start, _, serr := stat(p.PID)
	return err == nil && serr == nil && boot == p.Boot && init == p.Init && start == p.Start && !zombie(p.PID)
}

// kill ends every process of the session and waits until none is left.
func (p Process) kill(wait time.Duration) error {
	end := time.Now().Add(wait)
	for {
		pids, err := p.members()
		if err != nil || len(pids) == 0 {
			return err
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if time.Now().After(end) {
			return engine.Failf(engine.ClassTimeout, "%d processes of session %d do not end (%v)", len(pids), p.PID, pids)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
