package agent

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/testdata/powercut"
)

// cutNode is a node whose power may fail at any sync and behind any record.
type cutNode struct {
	t    *testing.T
	disk *powercut.Disk
	dir  string
	a    *Agent
	// killed, where set, is asked before each sync instead of letting the power fail; its error ends the act there, as a
	// kill does: the disk learns nothing.
	killed func() error
}

func newCutNode(t *testing.T) *cutNode {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	n := &cutNode{t: t, disk: powercut.New(t, root), dir: filepath.Join(root, "node")}
	n.must(n.open())
	return n
}

func (n *cutNode) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *cutNode) open() (err error) {
	n.a, err = New(Options{Dir: n.dir, Node: "n1", Launch: launchesNothing, AfterWrite: n.written, Sync: n.sync})
	return err
}

func launchesNothing(engine.TaskSpec, string, *os.File) error {
	return errors.New("no task starts here")
}

// sync lets the power fail before it: whatever is there then can be read.
func (n *cutNode) sync(f *os.File) error {
	if n.killed != nil {
		if err := n.killed(); err != nil {
			return err
		}
		return n.disk.Sync(f)
	}
	for _, cut := range n.disk.Cuts() {
		if _, err := recordsOf(filepath.Join(cut, "node")); err != nil {
			n.t.Errorf("before the sync of %s: %v", f.Name(), err)
		}
	}
	return n.disk.Sync(f)
}

// written lets the power fail behind a record: all that the node knows is on disk.
func (n *cutNode) written(record string) {
	n.t.Helper()
	if n.killed == nil {
		n.same(record)
	}
}

func (n *cutNode) same(record string) {
	n.t.Helper()
	want, err := recordsOf(n.dir)
	n.must(err)
	got, err := recordsOf(filepath.Join(n.disk.Cut(), "node"))
	n.must(err)
	if d := cmp.Diff(want, got); d != "" {
		n.t.Errorf("behind %s: %s", strings.TrimPrefix(record, n.dir), d)
	}
}

// records is what a node knows of two runs.
type records struct {
	Run, Undo engine.NodeState
	Epoch     epochRecord
	Replaced  *engine.LockRecord
	Marked    bool
}

func recordsOf(dir string) (r records, err error) {
	if _, err := os.Stat(filepath.Join(dir, "format.json")); err != nil {
		return r, nil //nolint:nilerr // the node was not opened to the end
	}
	a, err := New(Options{Dir: dir, Node: "n1", Launch: launchesNothing})
	if err != nil {
		return r, err
	}
	errs := make([]error, 4)
	r.Run, errs[0] = a.State(context.Background(), run)
	r.Undo, errs[1] = a.State(context.Background(), undo)
	r.Epoch, errs[2] = a.store.epoch()
	r.Replaced, errs[3] = a.replaced(undo)
	r.Marked = a.store.attempt(engine.TaskRef{Run: run, Task: "s/x@n1", Attempt: 1}).Marked("half")
	return r, errors.Join(errs...)
}

// act is something that a node is asked to do.
type act struct {
	name string
	do   func(n *cutNode) error
}

// acts are the life of two runs on a node: one does nothing; then it takes the other one's lock, gives it back, and takes it
// again.
func acts() []act {
	lock := func(name, by string, epoch int64, from string) act {
		return act{name, func(n *cutNode) error {
			return n.a.Lock(n.t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: by, Epoch: epoch}, Plan: []byte("p"), TakeOver: from})
		}}
	}
	unlock := func(name, run string, epoch int64, closed string) act {
		return act{name, func(n *cutNode) error {
			return n.a.Unlock(n.t.Context(), engine.UnlockRequest{Run: run, Epoch: epoch, Closed: closed})
		}}
	}
	return []act{
		{"open", (*cutNode).open},
		lock("lock for nothing", undo, 1, ""),
		unlock("close at once", undo, 1, "done"),
		lock("lock", run, 2, ""),
		{"barrier", func(n *cutNode) error {
			return n.a.Store(n.t.Context(), engine.Barrier{Run: run, Epoch: 2, Stage: "s"})
		}},
		lock("take over", undo, 3, run),
		unlock("give back", undo, 3, engine.ClosedRefused),
		lock("take over again", undo, 4, run),
		unlock("close", undo, 4, "undone"),
	}
}

// TestPowerFailsAnywhere: behind a record it is on disk, with all before it; at any moment, what is there can be read.
func TestPowerFailsAnywhere(t *testing.T) {
	n := newCutNode(t)
	for _, c := range acts() {
		n.must(c.do(n))
		n.written(c.name)
		if c.name == "lock" {
			n.must(n.task(engine.Checked))
			n.written("the task's end")
			if r, err := recordsOf(n.dir); err != nil || !r.Marked || len(r.Run.Tasks) != 1 {
				t.Fatalf("the task left %+v, %v", r, err)
			}
		}
	}
}

// TestKilledThenPowerFails: what an agent that was killed had not made durable is, once another did the same again.
func TestKilledThenPowerFails(t *testing.T) {
	for i, c := range acts() {
		for at, killed := 0, true; killed; at++ {
			n, left := newCutNode(t), 1<<30
			n.killed = func() error {
				if left--; left == -1 {
					return errors.New("killed")
				}
				return nil
			}
			for _, before := range acts()[:i] {
				n.must(before.do(n))
			}
			left = at
			killed, left = c.do(n) != nil, 1<<30
			n.must(c.do(n))
			n.same(c.name + " again")
		}
	}
}

// task carries out a task that does nothing but leave a mark, if its kind leaves any.
func (n *cutNode) task(redo engine.Redo) error {
	kinds, err := engine.NewKinds(engine.Kind{
		Name: "mark", Doc: "Test kind.", Example: "mark: {}", Redo: redo, New: func() engine.Step { return &markStep{redo == engine.Pure} },
	})
	n.must(err)
	spec := engine.TaskSpec{TaskRef: engine.TaskRef{Run: run, Epoch: 2, Task: "s/x@n1", Attempt: 1}, Kind: "mark", Args: []byte("{}")}
	spec.Approved = engine.Change{Sign: engine.Changes}
	at := n.a.store.attempt(spec.TaskRef)
	n.must(at.make())
	e := &Execution{
		Kinds: kinds, Spec: spec, Log: io.Discard, AfterWrite: n.written, Sync: n.sync,
		Self: func() (Process, error) { return Process{PID: 1 << 30, Boot: "test"}, nil },
	}
	return e.Run(n.t.Context(), at.dir)
}

type markStep struct{ Pure bool }

func (m *markStep) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.Changes}, nil
}

func (m *markStep) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	if m.Pure {
		return engine.Output{}, nil
	}
	return engine.Output{}, h.Mark("half")
}

// A task waits for the disk six times, and for its marks: the intent, four directories on the way to it, the receipt. One
// that changes nothing does not wait.
func TestSyncsOfATask(t *testing.T) {
	const mark = 3 // the name of the directory, the mark's bytes, its name
	for redo, want := range map[engine.Redo]int{engine.Checked: 1 + 4 + mark + 1, engine.Pure: 0} {
		n := newCutNode(t)
		for _, c := range acts()[:4] {
			n.must(c.do(n))
		}
		before := n.disk.Syncs()
		n.must(n.task(redo))
		if got := n.disk.Syncs() - before; got != want {
			t.Errorf("%s: %d syncs, want %d", redo, got, want)
		}
	}
}

// Where nobody watches, the system is asked: it cannot sync a pipe.
func TestTheSystemIsAsked(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for name, way := range map[string]func(*os.File) error{"fsync": (*os.File).Sync, "fdatasync": datasync} {
		if err := (durable{}).synced(w, way); err == nil {
			t.Errorf("%s: nobody was asked", name)
		}
	}
}
