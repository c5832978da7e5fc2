package agent

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
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
	s, err := stat(os.Getpid())
	if err != nil {
		return Process{}, err
	}
	boot, init, err := era()
	return Process{PID: os.Getpid(), Start: s.start, Boot: boot, Init: init}, err
}

// era tells boots apart: nothing that began in another era is alive.
func era() (string, uint64, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0, err
	}
	s, err := stat(1)
	return strings.TrimSpace(string(boot)), s.start, err
}

// alive tells whether the very process lives.
func (p Process) alive() bool {
	if p.PID == 0 {
		return false
	}
	boot, init, err := era()
	return err == nil && boot == p.Boot && init == p.Init && member{pid: p.PID, start: p.Start}.alive()
}

// member is the process itself, with its name while it lives.
func (p Process) member() member {
	m := member{pid: p.PID, start: p.Start, name: "ended"}
	if s, err := stat(p.PID); err == nil && s.start == p.Start {
		m.name = s.name
	}
	return m
}

// members are the living processes of the session that p led.
func (p Process) members() ([]member, error) {
	boot, init, err := era()
	if err != nil || p.PID == 0 || boot != p.Boot || init != p.Init {
		return nil, err
	}
	if s, err := stat(p.PID); err == nil && s.start != p.Start {
		return nil, nil // the id was given to another process: the session is gone
	}
	return processes(func(_ int, s procStat) bool { return s.session == p.PID })
}

// member is a living process that belongs to a task.
type member struct {
	pid   int
	start uint64
	name  string
}

// String is for people: "4711 (sleep)".
func (m member) String() string { return fmt.Sprintf("%d (%s)", m.pid, m.name) }

func (m member) alive() bool {
	s, err := stat(m.pid)
	return err == nil && s.start == m.start && !s.zombie
}

// signal sends it to the very process, and to none that got its id since.
func (m member) signal(sig syscall.Signal) error {
	if !m.alive() {
		return nil
	}
	if err := syscall.Kill(m.pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("process %s: %w", m, err)
	}
	return nil
}

// told asks it to end. One that is stopped is woken, since it hears of nothing until then.
func (m member) told() error {
	return errors.Join(m.signal(syscall.SIGTERM), m.signal(syscall.SIGCONT))
}

// processes lists the living processes that match.
func processes(match func(pid int, s procStat) bool) ([]member, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var out []member
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if s, err := stat(pid); err == nil && !s.zombie && match(pid, s) {
			out = append(out, member{pid, s.start, s.name})
		}
	}
	return out, nil
}

// procStat is what the kernel tells of a process. A zombie has ended and was not asked for its status yet.
type procStat struct {
	name           string
	zombie         bool
	group, session int
	start          uint64
}

func stat(pid int) (s procStat, err error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return s, err
	}
	// The command name stands in parentheses and may hold any sign; the fields after it start with the state.
	text := string(raw)
	from, to := strings.IndexByte(text, '('), strings.LastIndex(text, ") ")
	if from < 0 || to < from {
		return s, errors.New("unexpected /proc stat")
	}
	f := strings.Fields(text[to+2:])
	if len(f) < 20 {
		return s, errors.New("unexpected /proc stat")
	}
	s.name, s.zombie = text[from+1:to], f[0] == "Z" || f[0] == "X"
	var errs [3]error
	s.group, errs[0] = strconv.Atoi(f[2])
	s.session, errs[1] = strconv.Atoi(f[3])
	s.start, errs[2] = strconv.ParseUint(f[19], 10, 64)
	return s, errors.Join(errs[:]...)
}
