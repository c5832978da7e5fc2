package agent

import (
	"os"
	"os/exec"
	"syscall"
)

// contained gives a command that goes behind the fence a session of its own, which nothing of it can leave there. As root
// also a mount namespace, to be made read-only, and process ids of its own: no other process can be named by one, and the
// kernel ends everything with the first. What /proc shows stays the node's.
func contained(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Unshareflags, cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNS, syscall.CLONE_NEWPID
	}
	// It only reads, so there is nothing to bring to an end; the first process of such ids would not hear SIGTERM either.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// sweep ends what is left of the session of a command that has ended.
func sweep(cmd *exec.Cmd) error {
	if cmd.Process == nil {
		return nil
	}
	_, err := end(func() ([]member, error) {
		return processes(func(_ int, s procStat) bool { return s.session == cmd.Process.Pid })
	}, 0)
	return err
}
