package journal

import (
	"encoding/json"
	"errors"
	"fmt"
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

func (b *Busy) Error() string {
	return fmt.Sprintf("run %s: process %d on this machine drives it since %s", b.Run, b.Driver.PID, b.Driver.Since.UTC().Format(time.DateTime)+"Z")
}

// take locks a run's directory for this process; the kernel lets go when the process ends, however it ends.
func take(dir string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = &Busy{Run: filepath.Base(dir), Driver: driver(dir)}
	}
	if err == nil {
		err = sign(dir)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func sign(dir string) error {
	data, err := json.Marshal(Driver{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, driverName), data, 0o600)
}

func driver(dir string) Driver {
	var d Driver
	data, err := os.ReadFile(filepath.Join(dir, driverName))
	if err != nil || json.Unmarshal(data, &d) != nil {
		return Driver{}
	}
	return d
}

// DrivenBy tells which process drives the run now; nil when none does.
func DrivenBy(dir string) (*Driver, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	err = unix.Flock(int(d.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		holder := driver(dir)
		return &holder, nil
	case err != nil:
		return nil, engine.Fail(engine.ClassIO, err)
	}
	return nil, nil
}

// escape makes a task id a file name; different ids stay different.
func escape(task string) string { return strings.ReplaceAll(url.PathEscape(task), "%2F", ",") }
