package link

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/testdata/needed"
)

// promptController is a controller on a terminal whose ssh asks for a password; it says what it got.
func promptController(dir string) {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	d := NewDialer(Options{Build: testBuild, Self: exe, SSH: filepath.Join(dir, "ssh"), Interactive: true})
	d.root, d.pkg = filepath.Join(dir, "root"), "/nonexistent/tidemark"
	d.home = d.root
	n := d.Node(Target{Name: "n"})
	s, err := n.State(context.Background(), "")
	fmt.Printf("first: %v\n", err)
	tty, err := openTerminal()
	if err != nil {
		panic(err)
	}
	group, err := unix.IoctlGetInt(int(tty.tty.Fd()), unix.TIOCGPGRP)
	fmt.Printf("foreground is ours: %v %v\n", group == unix.Getpgrp(), err)
	fmt.Println("press")
	<-pressed
	time.Sleep(100 * time.Millisecond) // what the same Ctrl-C hit has ended by now
	again, err := n.State(context.Background(), "")
	fmt.Printf("same session: %v %v\n", again.Epoch == s.Epoch, err)
	_ = n.Close()
	fmt.Println("end")
}

// A silent login that is refused is tried again with prompts; ssh reads the terminal, gives it back, and outlives
// the operator's Ctrl-C.
func TestPrompts(t *testing.T) {
	_, dir := fakeSSH(t, `case "$*" in *BatchMode=yes*) echo "n: Permission denied (publickey,password)." >&2; exit 255;; esac
printf 'password: ' >/dev/tty; read answer </dev/tty; [ "$answer" = sesame ] || exit 255`)
	pty, tty := openPty(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "prompt-controller", dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	said := make(chan string, 1)
	go func() { said <- operate(pty) }()
	select {
	case text := <-said:
		for _, want := range []string{"first: <nil>", "foreground is ours: true <nil>", "same session: true <nil>"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in:\n%s", want, text)
			}
		}
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		t.Error("the controller hangs at its terminal")
	}
	_ = cmd.Wait()
}

// operate types what the terminal asks for, and gives all that it showed.
func operate(pty io.ReadWriter) string {
	var text strings.Builder
	answered := 0
	for pressed, buf := false, make([]byte, 4096); !strings.Contains(text.String(), "end\r\n"); {
		n, err := pty.Read(buf)
		if err != nil {
			break
		}
		text.Write(buf[:n])
		if asked := strings.Count(text.String(), "password: "); asked > answered {
			answered = asked
			_, _ = pty.Write([]byte("sesame\n"))
		}
		if !pressed && strings.Contains(text.String(), "press\r\n") {
			pressed = true
			_, _ = pty.Write([]byte{3})
		}
	}
	return text.String()
}

func openPty(t *testing.T) (pty, tty *os.File) {
	t.Helper()
	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		needed.Skip(t, "no pseudo terminals here: "+err.Error())
	}
	t.Cleanup(func() { _ = pty.Close() })
	fd := int(pty.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pty, tty
}
