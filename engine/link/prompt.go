package link

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminal lends the controlling terminal to one ssh for its prompts. ssh runs in a process group of its own, so
// that a later Ctrl-C does not end it; while it asks, that group is the terminal's foreground.
type terminal struct{ tty *os.File }

func openTerminal() (*terminal, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{tty}, nil
}

func (t *terminal) attr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Foreground: true, Ctty: int(t.tty.Fd())}
}

// takeBack makes our process group the foreground again. A background process that asks for it is stopped by
// SIGTTOU unless it ignores the signal.
func (t *terminal) takeBack() error {
	defer t.tty.Close()
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	return unix.IoctlSetPointerInt(int(t.tty.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
}
