package agent

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// TestMain lets the test binary be the processes that an agent starts: `agent task` and `agent plan`.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "agent" {
		if err := child(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(what string) error {
	kinds, err := engine.NewKinds(shellKind(), lookKind(), probeKind())
	if err != nil {
		return err
	}
	if what == "fenced" {
		return FencedMain(os.Args[3:])
	}
	if what == "layer" {
		return layerMain(os.Args[3])
	}
	if what == "task" {
		return TaskMain(kinds, nil, os.Stdin, os.Stderr)
	}
	return PlanMain(context.Background(), kinds, nil, os.Stdin, os.Stdout)
}

// shellKind runs a fixed program of the test with one argument: a directory to work in.
func shellKind() engine.Kind {
	return engine.Kind{
		Name: "shell", Doc: "Test kind.", Example: "shell: {}", Redo: engine.Checked,
		New: func() engine.Step { return &shell{} },
	}
}

// lookKind is the same, and says that it changes nothing.
func lookKind() engine.Kind {
	k := shellKind()
	k.Name, k.Example, k.Redo = "look", "look: {}", engine.Pure
	return k
}

type shell struct {
	Script string `json:"script"`
	Dir    string `json:"dir"`
	Fail   string `json:"fail"`
}

func (s *shell) Plan(context.Context, *engine.View) (engine.Change, error) {
	if _, err := os.Stat(filepath.Join(s.Dir, "done")); err == nil {
		return engine.Change{Sign: engine.Same, Summary: "done already"}, nil
	}
	return engine.Change{Sign: engine.Creates, Summary: "make done"}, nil
}

func (s *shell) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	r, err := h.Exec(ctx, engine.Command{Argv: []string{"/bin/sh", "-c", s.Script}, Dir: s.Dir})
	if err == nil && r.Code != 0 {
		err = &engine.Error{Class: engine.ClassExit, Exit: r.Code, Err: fmt.Errorf("status %d", r.Code)}
	}
	return engine.Output{Note: "made done"}, err
}

// probeKind tries, in its Plan, everything that a dry run must not be able to do, and reports what worked.
func probeKind() engine.Kind {
	return engine.Kind{
		Name: "probe", Doc: "Test kind.", Example: "probe: {}", Redo: engine.Pure,
		New:   func() engine.Step { return &breach{} },
		Reads: []engine.Read{{Argv: []string{"/bin/sh", "-c", "*"}}},
	}
}

type breach struct {
	File   string `json:"file"`
	Victim int    `json:"victim"`
}

func (b *breach) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	tries := map[string]func() error{
		"write":   func() error { return os.WriteFile(b.File, []byte("x"), 0o600) },
		"create":  func() error { return os.WriteFile(b.File+".new", nil, 0o600) },
		"chmod":   func() error { return os.Chmod(b.File, 0o777) },
		"chown":   func() error { return os.Chown(b.File, 1, 1) },
		"utime":   func() error { return os.Chtimes(b.File, time.Unix(1, 0), time.Unix(1, 0)) },
		"xattr":   func() error { return syscall.Setxattr(b.File, "user.x", []byte("y"), 0) },
		"remove":  func() error { return os.Remove(b.File) },
		"rename":  func() error { return os.Rename(b.File, b.File+".moved") },
		"link":    func() error { return os.Link(b.File, b.File+".link") },
		"mkdir":   func() error { return os.Mkdir(b.File+".dir", 0o700) },
		"signal":  func() error { return syscall.Kill(b.Victim, syscall.SIGUSR1) },
		"host":    sameHostname,
		"nice":    func() error { return syscall.Setpriority(syscall.PRIO_PROCESS, b.Victim, 5) },
		"limits":  func() error { return unix.Prlimit(b.Victim, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 99, Max: 99}, nil) },
		"lock":    func() error { return lockOf(b.File) },
		"outlive": func() error { return leave(b.File) },
		"remount": func() error { return syscall.Mount("", "/", "", syscall.MS_REMOUNT, "") },
	}
	broke := unlikeRoot()
	for name, try := range tries {
		if try() == nil {
			broke = append(broke, name)
		}
	}
	for _, script := range []string{"echo x > " + b.File, "chmod 777 " + b.File, "touch -d @1 " + b.File, "rm " + b.File} {
		if r, err := v.Exec(ctx, engine.Command{Argv: []string{"/bin/sh", "-c", script}}); err == nil && r.Code == 0 {
			broke = append(broke, script)
		}
	}
	if _, err := os.ReadFile(b.File); err != nil {
		broke = append(broke, "reading failed: "+err.Error())
	}
	return engine.Change{Sign: engine.Same, Summary: strings.Join(broke, ",")}, nil
}

// unlikeRoot tells which rights of root a plan still has; its fences for files would hide that.
func unlikeRoot() (broke []string) {
	if os.Geteuid() != 0 {
		return nil
	}
	if os.Getpid() != 1 {
		broke = append(broke, "the node's process ids")
	}
	status, err := os.ReadFile("/proc/self/status")
	if want := fmt.Sprintf("CapEff:\t%016x\n", 1<<unix.CAP_DAC_READ_SEARCH|1<<unix.CAP_SYS_PTRACE); err != nil || !strings.Contains(string(status), want) {
		broke = append(broke, "capabilities")
	}
	return broke
}

func lockOf(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// leave starts a process in a group of its own, known by its argument, and one in a session of its own, which is refused.
func leave(path string) error {
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", "sleep 300; :", "left:"+path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return exec.CommandContext(context.Background(), "setsid", "true").Run()
}

// sameHostname sets the name the machine has: where the fence is missing, nothing is harmed.
func sameHostname() error {
	name, err := os.Hostname()
	if err != nil {
		panic(err) // nothing was tried, which is no proof
	}
	return syscall.Sethostname([]byte(name))
}

func (b *breach) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{}, nil
}

// dead tells whether a process has ended.
func dead(pid int) bool {
	s, err := stat(pid)
	return err != nil || s.zombie
}

// sleeper is a process that a dry run would have to be able to signal.
func sleeper(t *testing.T) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd.Process.Pid
}
