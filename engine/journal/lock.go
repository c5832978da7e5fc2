package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Driver is the controller process that drives a run.
type Driver struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// Busy is the refusal of a run that another process on this machine drives.
type Busy struct {
	Run    string
	Driver Driver
}

// Error names the run and the process that drives it.
func (b *Busy) Error() string {
	return fmt.Sprintf("run %s: process %d on this machine drives it since %s", b.Run, b.Driver.PID, b.Driver.Since.UTC().Format(time.DateTime)+"Z")
}

// take locks a run's directory for this process; the kernel lets go when the process ends, however it ends.
func take(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, driverName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		run := filepath.Base(dir)
		err = engine.WithNext(&Busy{Run: run, Driver: driver(dir)}, "look on: tidemark attach "+run+"; or stop it: tidemark cancel "+run)
	}
	if err == nil {
		err = sign(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func sign(f *os.File) error {
	data, err := json.Marshal(Driver{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.Write(data)
	return err
}

// release lets the run go. Closing alone would not, while a process that is just being started still has a copy of the
// descriptor: until it becomes its own program the run would seem to be driven.
func release(f *os.File) error {
	return errors.Join(unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK}), f.Close())
}

func driver(dir string) Driver {
	var d Driver
	data, err := os.ReadFile(filepath.Join(dir, driverName))
	if err != nil || json.Unmarshal(data, &d) != nil {
		return Driver{}
	}
	return d
}

// DrivenBy tells which process drives the run now; nil when none does. It takes no lock, so that looking never refuses
// a process that is about to drive.
func DrivenBy(dir string) (*Driver, error) {
	f, err := os.Open(filepath.Join(dir, driverName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &lock); err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	if lock.Type == unix.F_UNLCK {
		return nil, nil
	}
	holder := driver(dir)
	return &holder, nil
}

// escape makes a task id a file name; different ids stay different.
func escape(task string) string { return strings.ReplaceAll(url.PathEscape(task), "%2F", ",") }
