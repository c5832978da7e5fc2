package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tidemark/engine"
	"tidemark/testdata/powercut"
)

// cutRun is a run whose controller's power may fail.
type cutRun struct {
	t    *testing.T
	root string
	disk *powercut.Disk
	j    *Journal
}

// newCutRun has its state in directories that are not there yet.
func newCutRun(t *testing.T) *cutRun {
	t.Helper()
	c := &cutRun{t: t, root: filepath.Join(t.TempDir(), "root")}
	c.mkdir(c.root)
	c.disk = powercut.New(t, c.root)
	c.create()
	return c
}

func (c *cutRun) mkdir(dir string) {
	c.t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cutRun) create() {
	c.t.Helper()
	var err error
	if c.j, err = create(c.dir(c.root), plan(), disk{c.sync}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cutRun) dir(root string) string { return Dir(filepath.Join(root, "of", "state"), plan().Run) }

// sync lets the power fail before it: what has its name then can be read.
func (c *cutRun) sync(f *os.File) error {
	for _, cut := range c.disk.Cuts() {
		if _, err := os.Stat(filepath.Join(c.dir(cut), planName)); err != nil {
			continue
		}
		if _, err := Read(c.dir(cut)); err != nil {
			c.t.Errorf("before the sync of %s: %v", f.Name(), err)
		}
	}
	return c.disk.Sync(f)
}

// left are the events that a cut of power leaves.
func (c *cutRun) left() []engine.Event {
	c.t.Helper()
	r, err := Read(c.dir(c.disk.Cut()))
	if err != nil {
		c.t.Fatal(err)
	}
	return r.Events
}

func (c *cutRun) append(events ...engine.Event) {
	c.t.Helper()
	for _, e := range events {
		if err := c.j.Append(&e); err != nil {
			c.t.Fatal(err)
		}
	}
}

// TestPowerFailsBehindALine: when Append returns, a durable line is on disk with all before it, for one wait. The ends of
// done tasks go there with the next one: they must not cost a wait each.
func TestPowerFailsBehindALine(t *testing.T) {
	c := newCutRun(t)
	if got := c.left(); len(got) != 1 || got[0].Type != engine.EventCreated {
		t.Fatalf("a new run has %+v", got)
	}
	c.append(engine.Event{Type: engine.EventLocked})
	all := c.left()
	for _, s := range []struct {
		e    engine.Event
		wait bool
	}{
		{engine.Event{Type: engine.EventBegin, Task: "a"}, true},
		{engine.Event{Type: engine.EventEnd, Task: "a", Outcome: engine.Done}, false},
		{engine.Event{Type: engine.EventEnd, Task: "b", Outcome: engine.Skipped}, false},
		{engine.Event{Type: engine.EventNote}, false},
		{engine.Event{Type: engine.EventBegin, Task: "c"}, true},
		{engine.Event{Type: engine.EventEnd, Task: "c", Outcome: engine.Failed}, true},
		{engine.Event{Type: engine.EventEnd, Task: "d", Outcome: engine.Unknown}, true},
		{engine.Event{Type: engine.EventStage}, false},
		{engine.Event{Type: engine.EventBarrier, Stage: "s"}, true},
		{engine.Event{Type: engine.EventClosed}, true},
	} {
		before, had := c.disk.Syncs(), c.left()
		c.append(s.e)
		all = append(all, s.e)
		if got := c.disk.Syncs() - before; got != map[bool]int{true: 1}[s.wait] {
			t.Errorf("%s %s: %d syncs", s.e.Type, s.e.Outcome, got)
		}
		want := had
		if s.wait {
			want = all
		}
		if d := cmp.Diff(want, c.left(), cmpopts.IgnoreFields(engine.Event{}, "Seq", "Time")); d != "" {
			t.Errorf("%s %s: %s", s.e.Type, s.e.Outcome, d)
		}
	}
}

// TestPowerFailsBehindTheEnd: who closes a journal leaves nothing that waits for another line.
func TestPowerFailsBehindTheEnd(t *testing.T) {
	c := newCutRun(t)
	c.append(engine.Event{Type: engine.EventEnd, Task: "a", Outcome: engine.Done})
	if err := c.j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.left(); len(got) != 2 {
		t.Errorf("%d events are left", len(got))
	}
}

// TestPowerFailsBehindAKilledStart: who made the directory of all runs was killed before it was on disk.
func TestPowerFailsBehindAKilledStart(t *testing.T) {
	c := &cutRun{t: t, root: filepath.Join(t.TempDir(), "root")}
	runs := filepath.Dir(c.dir(c.root))
	c.mkdir(filepath.Dir(runs))
	c.disk = powercut.New(t, c.root)
	c.mkdir(runs)
	c.create()
	if got := c.left(); len(got) != 1 {
		t.Errorf("left: %+v", got)
	}
}

func TestPowerFailsBehindAFile(t *testing.T) {
	c := newCutRun(t)
	path := filepath.Join(c.root, "file")
	for _, text := range []string{"one", "two"} {
		if err := c.j.writeDurable(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(c.disk.Cut(), "file")); string(got) != text {
			t.Errorf("left: %q, %v", got, err)
		}
	}
}

// TestPowerFailsWhileARecordIsRebuilt: the run has its old record, none (that lies aside), or the whole new one.
func TestPowerFailsWhileARecordIsRebuilt(t *testing.T) {
	c := newCutRun(t)
	if err := release(c.j.lock); err != nil {
		t.Fatal(err)
	}
	may := map[int]bool{1: true, 1 + len(story()): true}
	sync := func(f *os.File) error {
		for _, cut := range c.disk.Cuts() {
			if r, err := Read(c.dir(cut)); err == nil && !may[len(r.Events)] {
				t.Errorf("before the sync of %s: %d events", f.Name(), len(r.Events))
			}
		}
		return c.disk.Sync(f)
	}
	if _, err := rebuild(c.dir(c.root), plan(), story(), disk{sync}); err != nil {
		t.Fatal(err)
	}
	if got := c.left(); len(got) != 1+len(story()) {
		t.Errorf("left: %+v", got)
	}
}

// TestWhoResumesHasItsPastOnDisk: the one before was killed with lines on the way, the last of them torn. Whatever is
// appended then stands behind them.
func TestWhoResumesHasItsPastOnDisk(t *testing.T) {
	c := newCutRun(t)
	c.append(engine.Event{Type: engine.EventEnd, Task: "a", Outcome: engine.Done})
	_, err := c.j.file.WriteString(`{"seq":`)
	if err := errors.Join(err, c.j.file.Close(), release(c.j.lock)); err != nil {
		t.Fatal(err)
	}
	if c.j, _, err = open(c.dir(c.root), disk{c.sync}); err != nil {
		t.Fatal(err)
	}
	c.append(engine.Event{Type: engine.EventNote})
	if got := c.left(); len(got) != 2 || got[1].Task != "a" {
		t.Errorf("left: %+v", got)
	}
}

// TestTheSystemIsAsked where nobody watches: it cannot sync a pipe.
func TestTheSystemIsAsked(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := (disk{}).synced(w); err == nil {
		t.Error("nobody was asked")
	}
}
