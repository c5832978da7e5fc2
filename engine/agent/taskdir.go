package agent

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
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
	// Until is when its time is over; zero: never. The process sees to it itself; the agent does where that one is gone.
	Until time.Time `json:"until,omitzero"`
	// Clock is when it began, too, since the boot of Process: the calendar may be set while the task runs.
	Clock time.Duration `json:"clock,omitempty"`
}

// attemptDir is the room of one attempt on its node: lock, intent, receipt, log, progress. Marks belong to the
// task, one level up, since they survive attempts.
type attemptDir struct {
	durable
	task string
	dir  string
}

func (a attemptDir) path(name string) string { return filepath.Join(a.dir, name) }

// make makes the room. Its name is made durable with the intent: without one nothing was done, and nothing is lost.
func (a attemptDir) make() error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return classed(a.dir, err)
	}
	return nil
}

// lock takes the attempt's lock, or tells that a living task has it. The lock belongs to the open file: whoever
// inherits the descriptor holds it for life. Who only looks shares it for a moment, and is waited for. It is open for writing,
// without which NFS, where a home may lie, gives nobody a lock for himself.
func (a attemptDir) lock() (*os.File, error) { return a.lockWithin(lookers) }

// lookers is how long who only looks at a lock is waited for: a moment, unless its process was stopped in it.
const lookers = 10 * time.Second

func (a attemptDir) lockWithin(wait time.Duration) (*os.File, error) {
	f, err := os.OpenFile(a.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, classed(a.path("lock"), err)
	}
	for until := time.Now().Add(wait); ; {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
		}
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return nil, f.Close()
		case err != nil:
			return nil, errors.Join(classed(a.path("lock"), err), f.Close())
		case time.Now().After(until):
			return nil, errors.Join(a.looked(wait), f.Close())
		}
		time.Sleep(100 * time.Microsecond) // it can be shared: nobody has it for himself
	}
}

// looked is the refusal where the process of somebody who looks does not go on.
func (a attemptDir) looked(wait time.Duration) error {
	return engine.WithNext(engine.Failf(engine.ClassIO, "%s: a process that only looks holds it for %s", a.path("lock"), wait),
		"find it, and let it go on or end it: fuser "+a.path("lock"))
}

// held tells whether a living task has the attempt's lock.
func (a attemptDir) held() (bool, error) {
	f, err := os.Open(a.path("lock"))
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
	if err := a.record().begin(in); err != nil {
		return err
	}
	return a.settled(a.record().path, a.dir, a.task, filepath.Dir(a.task), filepath.Dir(filepath.Dir(a.task)))
}

// end writes the receipt.
func (a attemptDir) end(r engine.Receipt) error {
	if err := a.record().end(r); err != nil {
		return err
	}
	return a.settled(a.record().path)
}

func (a attemptDir) record() record { return record{a.durable, a.path("record")} }

// receipt is nil where there is none. That of a pure task is a note.
func (a attemptDir) receipt() (*engine.Receipt, error) {
	if _, r, err := a.record().read(); err != nil || r != nil {
		return r, err
	}
	var r engine.Receipt
	ok, err := a.noted("receipt.json", &r)
	if err != nil || !ok {
		return nil, err
	}
	return &r, nil
}

// noted reads a record that is not synced when it is written. What a cut of power left of it, often an empty file, counts as not
// written: nobody went on from it since.
func (a attemptDir) noted(name string, v any) (bool, error) {
	text, err := os.ReadFile(a.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, classed(a.path(name), err)
	}
	ok, _, err := whole(text, v)
	if err != nil {
		return false, classed(a.path(name), err)
	}
	return ok, nil
}

// intent is nil where there is none.
func (a attemptDir) intent() (*Intent, error) {
	in, _, err := a.record().read()
	return in, err
}

// began is what the attempt wrote when it began, a mutating one its intent and a pure one a note; nil before that.
func (a attemptDir) began() (*Intent, error) {
	in, err := a.intent()
	if err != nil || in != nil {
		return in, err
	}
	in = new(Intent)
	ok, err := a.noted("process.json", in)
	if err != nil || !ok {
		return nil, err
	}
	return in, nil
}

// ref names the attempt by what it wrote when it began, and before that by its directories: those do not tell the epoch, nor
// the whole of a very long name.
func (a attemptDir) ref() engine.TaskRef {
	if in, err := a.began(); err == nil && in != nil {
		return in.TaskRef
	}
	number, _ := strconv.Atoi(filepath.Base(a.dir)) // others are no attempts
	return engine.TaskRef{Run: unescaped(filepath.Dir(filepath.Dir(a.task))), Task: unescaped(a.task), Attempt: number}
}

// unescaped is the name that a directory was given for; one that was not made so stays as it is.
func unescaped(dir string) string {
	name, err := url.PathUnescape(filepath.Base(dir))
	if err != nil {
		return filepath.Base(dir)
	}
	return name
}

// Mark and Marked keep durable marks beside the attempts.
func (a attemptDir) Mark(key string) error {
	dir := filepath.Join(a.task, "marks")
	// One that an earlier attempt made is on disk since this one began.
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := a.names(a.task); err != nil {
			return classed(a.task, err)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return classed(dir, err)
	}
	return a.write(filepath.Join(dir, url.PathEscape(key)), key)
}

// Marked tells whether Mark(key) returned.
func (a attemptDir) Marked(key string) bool {
	_, err := os.Stat(filepath.Join(a.task, "marks", url.PathEscape(key)))
	return err == nil
}

func attemptName(n int) string { return strconv.Itoa(n) }
