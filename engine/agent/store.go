package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"

	"tidemark/engine"
)

// stateFormat is the version of the node's state directory. In version 1 intents and receipts were files of their own.
const stateFormat = 2

// store is the node's state: one per machine, whoever runs. It holds the lock, the highest epoch, and per run
// the plan, the barriers and the tasks' records.
type store struct {
	durable
	dir string
}

type format struct {
	Format int `json:"format"`
}

// epochRecord is the highest epoch that the node has seen, and whose it is: a controller that got no answer asks again.
type epochRecord struct {
	Epoch  int64         `json:"epoch"`
	Run    string        `json:"run,omitempty"`
	Holder engine.Holder `json:"holder"`
}

// by tells whether it was this very request that brought the epoch.
func (e epochRecord) by(r engine.LockRequest) bool {
	return e.Epoch == r.Epoch && e.Run == r.Run && e.Holder.Same(r.Holder)
}

// DefaultDir is the node state of this user: /var/lib/tidemark/node for root.
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/tidemark/node", nil
	}
	if d := os.Getenv("XDG_STATE_HOME"); d != "" {
		return filepath.Join(d, "tidemark", "node"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "tidemark", "node"), err
}

// open refuses records of another format, unless nothing in them is needed any more. It only looks.
func (s store) open() error {
	old, err := s.format()
	switch {
	case err != nil || old == 0 || old == stateFormat:
		return err
	case old > stateFormat:
		return engine.Failf(engine.ClassPrecondition, "node state %s has format %d, this build knows %d", s.dir, old, stateFormat)
	}
	return s.mayRenew(old)
}

// make makes the directory before its first record, and takes over one of an older format: what is in it of closed runs is
// only history.
func (s store) make() error {
	if old, err := s.format(); err != nil || old == stateFormat {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	if err := s.mkdir(s.dir); err != nil {
		return err
	}
	return s.write(s.formatPath(), format{stateFormat})
}

// format is the version of what is there, 0 where nothing is.
func (s store) format() (int, error) {
	var f format
	err := read(s.formatPath(), &f)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	return f.Format, err
}

func (s store) formatPath() string { return filepath.Join(s.dir, "format.json") }

// mayRenew: the records of an open run in an older format cannot be read, and taken for absent its tasks would run twice.
func (s store) mayRenew(old int) error {
	held, err := s.lockRecord()
	if err != nil || held == nil {
		return err
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "node state %s has format %d, and run %s is open in it", s.dir, old, held.Run),
		"finish that run with the build that began it, or abandon it there")
}

func (s store) runDir(run string) string { return filepath.Join(s.dir, "runs", url.PathEscape(run)) }

func (s store) attempt(ref engine.TaskRef) attemptDir {
	task := filepath.Join(s.runDir(ref.Run), "tasks", taskName(ref.Task))
	return attemptDir{durable: s.durable, task: task, dir: filepath.Join(task, attemptName(ref.Attempt))}
}

// taskName is readable where it can be; file names end at 255 bytes.
func taskName(id string) string {
	name := url.PathEscape(id)
	if len(name) <= 180 {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	return name[:150] + "~" + hex.EncodeToString(sum[:8])
}

func (s store) lockPath() string { return filepath.Join(s.dir, "lock.json") }

func (s store) lockRecord() (*engine.LockRecord, error) {
	var r engine.LockRecord
	err := read(s.lockPath(), &r)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &r, err
}

func (s store) epoch() (e epochRecord, err error) {
	err = read(filepath.Join(s.dir, "epoch.json"), &e)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return e, err
}

// attempts lists all attempts of a run that left a trace, tasks in name order.
func (s store) attempts(run string) ([]attemptDir, error) {
	base := filepath.Join(s.runDir(run), "tasks")
	tasks, err := os.ReadDir(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []attemptDir
	for _, t := range tasks {
		entries, err := os.ReadDir(filepath.Join(base, t.Name()))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if _, err := strconv.Atoi(e.Name()); err == nil {
				dir := filepath.Join(base, t.Name())
				out = append(out, attemptDir{s.durable, dir, filepath.Join(dir, e.Name())})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].dir < out[j].dir })
	return out, err
}
