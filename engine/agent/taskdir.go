package agent

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Intent is what a mutating task writes before it does anything.
type Intent struct {
	engine.TaskRef
	Digest  string    `json:"digest"`
	Process Process   `json:"process"`
	Began   time.Time `json:"began"`
}

// attemptDir is the room of one attempt on its node: lock, intent, receipt, log, progress. Marks belong to the
// task, one level up, since they survive attempts.
type attemptDir struct {
	durable
	task string
	dir  string
}

const reservedForReceipt = 64 << 10

func (a attemptDir) path(name string) string { return filepath.Join(a.dir, name) }

// make makes the room. Its name is made durable with the intent: without one nothing was done, and nothing is lost.
func (a attemptDir) make() error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return classed(a.dir, err)
	}
	return nil
}

// lock takes the attempt's lock, or tells that a living task has it. The lock belongs to the open file: whoever
// inherits the descriptor holds it for life.
func (a attemptDir) lock() (*os.File, error) {
	f, err := os.OpenFile(a.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, classed(a.path("lock"), err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, classed(a.path("lock"), err)
	}
	return f, nil
}

// held tells whether a living task has the attempt's lock.
func (a attemptDir) held() (bool, error) {
	f, err := os.OpenFile(a.path("lock"), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, classed(a.dir, err)
	}
	defer f.Close()
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// begin writes the intent and reserves room for the receipt: on a full disk nothing starts.
func (a attemptDir) begin(in Intent) error {
	f, err := os.OpenFile(a.path("receipt.reserved"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return classed(a.path("receipt.reserved"), err)
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, reservedForReceipt); err != nil && !errors.Is(err, syscall.EOPNOTSUPP) {
		return classed(a.path("receipt.reserved"), err)
	}
	if err := a.write(a.path("intent.json"), in); err != nil {
		return err
	}
	return a.named()
}

// named makes the names of the attempt's, the task's and the tasks' directory durable; the run's is since the lock.
func (a attemptDir) named() error {
	for dir, n := a.task, 0; n < 3; dir, n = filepath.Dir(dir), n+1 {
		if err := syncDir(dir); err != nil {
			return classed(dir, err)
		}
	}
	return nil
}

// end writes the receipt into the reserved room.
func (a attemptDir) end(r engine.Receipt) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(a.path("receipt.reserved"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return classed(a.path("receipt.reserved"), err)
	}
	defer f.Close()
	if _, err := f.Write(raw); err != nil {
		return classed(a.path("receipt.reserved"), err)
	}
	if err := errors.Join(f.Truncate(int64(len(raw))), f.Sync()); err != nil {
		return classed(a.path("receipt.reserved"), err)
	}
	if err := os.Rename(f.Name(), a.path("receipt.json")); err != nil {
		return classed(a.path("receipt.json"), err)
	}
	return a.settled(a.path("receipt.json"))
}

// receipt is nil where there is none.
func (a attemptDir) receipt() (*engine.Receipt, error) {
	var r engine.Receipt
	err := read(a.path("receipt.json"), &r)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &r, err
}

// intent is nil where there is none.
func (a attemptDir) intent() (*Intent, error) {
	var in Intent
	err := read(a.path("intent.json"), &in)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &in, err
}

// Mark and Marked keep durable marks beside the attempts.
func (a attemptDir) Mark(key string) error {
	dir := filepath.Join(a.task, "marks")
	if err := a.mkdir(dir); err != nil {
		return err
	}
	return a.write(filepath.Join(dir, url.PathEscape(key)), key)
}

// Marked tells whether Mark(key) returned.
func (a attemptDir) Marked(key string) bool {
	_, err := os.Stat(filepath.Join(a.task, "marks", url.PathEscape(key)))
	return err == nil
}

func attemptName(n int) string { return strconv.Itoa(n) }
