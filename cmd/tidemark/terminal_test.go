package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a shell as a person has it: what is typed goes in, what it shows comes out.
type terminal struct {
	t     *testing.T
	keys  *os.File
	shown chan string
}

// openTerminal starts c on a terminal of its own, so wide that no line is folded.
func openTerminal(t *testing.T, c *exec.Cmd) *terminal {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal("no pseudo terminals here: ", err)
	}
	fd := int(keys.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 500})
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	term := &terminal{t: t, keys: keys, shown: make(chan string)}
	go term.read()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = keys.Close()
		for range term.shown { // until the reader has seen the end
		}
	})
	return term
}

func (x *terminal) read() {
	defer close(x.shown)
	buf := make([]byte, 4096)
	for {
		n, err := x.keys.Read(buf)
		if n > 0 {
			x.shown <- string(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// press types keys and gives what was shown by the time that end stands there.
func (x *terminal) press(keys, end string) string {
	x.t.Helper()
	if _, err := x.keys.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
	var text strings.Builder
	late := time.After(30 * time.Second)
	for !strings.Contains(text.String(), end) {
		select {
		case more, ok := <-x.shown:
			if !ok {
				x.t.Fatalf("the shell ended: %s", text.String())
			}
			text.WriteString(more)
		case <-late:
			x.t.Fatalf("%q did not come; shown: %q", end, text.String())
		}
	}
	return text.String()
}
