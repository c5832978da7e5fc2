// Package host boots and stops the lab's hosts.  A host is a process tree
// with namespaces of its own over the machine's root file system: what is
// installed on the machine is installed on the host, what the host writes
// lands on a disk image of its own.
package host

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/network"
	"tidemark/testdata/lab/site"
)

// InitVerb is the word by which the lab's program is told to be a pid 1.
const InitVerb = "be-pid-1"

// Start boots the host; a running one is left alone.
func Start(lab *site.Lab, h site.Host) error {
	if PID(h) != 0 {
		return nil
	}
	if err := makeDisk(lab, h); err != nil {
		return err
	}
	if err := diskFree(h); err != nil {
		return err
	}
	program, err := ownProgram(lab)
	if err != nil {
		return err
	}
	return boot(h, program, lab.Dir)
}

// Stop asks pid 1 to shut the host down and waits for it.
func Stop(h site.Host) error {
	// 30 s belong to Cassandra's init script, the rest to everything else.
	return signalAndWait(h, syscall.SIGTERM, 60*time.Second)
}

// Kill ends pid 1 without notice, as a power cut does.
func Kill(h site.Host) error {
	return signalAndWait(h, syscall.SIGKILL, 10*time.Second)
}

// Exec returns the command that runs argv on the host, as root, from its console.
func Exec(h site.Host, argv ...string) (*exec.Cmd, error) {
	pid := PID(h)
	if pid == 0 {
		return nil, fmt.Errorf("%s is down", h.Name)
	}
	cmd := exec.Command("nsenter", append([]string{"-t", strconv.Itoa(pid), "-a", "-r", "-w", "--"}, argv...)...)
	cmd.Env = environment()
	return cmd, nil
}

func environment() []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "LANG=C.UTF-8", "TERM=" + os.Getenv("TERM"),
	}
}

// boot starts the host's pid 1 in its namespaces.  The network namespace has a
// name and outlives the host, so it is entered by this thread before the fork.
func boot(h site.Host, program, dir string) error {
	console, err := os.OpenFile(filepath.Join(h.Dir, "console.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer console.Close()
	cmd := exec.Command(program, InitVerb, dir, h.Name)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(environment(), "GOMAXPROCS=1"), console, console
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true,
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID,
	}
	if err := startIn(network.Path(h.Netns), cmd); err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	return writePID(h, cmd.Process.Pid)
}

func startIn(netns string, cmd *exec.Cmd) error {
	result := make(chan error)
	go func() {
		// Never unlocked: the thread ends with the goroutine, so nobody else
		// is ever run in the host's network.
		runtime.LockOSThread()
		fd, err := unix.Open(netns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Setns(fd, unix.CLONE_NEWNET)
			unix.Close(fd)
		}
		if err == nil {
			err = cmd.Start()
		}
		result <- err
	}()
	return <-result
}

// ownProgram is a copy of this program that stays when the build that made it
// is cleaned away (go run) or written over.
func ownProgram(lab *site.Lab) (string, error) {
	path := filepath.Join(lab.Dir, "pid1")
	source, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer source.Close()
	temp, err := os.CreateTemp(lab.Dir, "pid1-")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(temp, source)
	if err == nil {
		err = temp.Chmod(0o755)
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", err
	}
	return path, os.Rename(temp.Name(), path)
}

// diskFree waits until no loop device holds the host's image any more: a
// killed host's mounts end a moment after its processes, and an image attached
// twice is soon a broken one.
func diskFree(h site.Host) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		used, err := command.Run("losetup", "-j", imagePath(h))
		if err != nil {
			return err
		}
		if used == "" {
			return nil
		}
	}
	return fmt.Errorf("%s: its disk %s is still in use", h.Name, imagePath(h))
}
