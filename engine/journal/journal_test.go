package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

func plan() *engine.Plan {
	return &engine.Plan{Run: "20261122T010203Z-k7", Runbook: "backup-vellum", Nodes: []string{"vellum-1", "vellum-2"}}
}

func story() []engine.Event {
	return []engine.Event{
		{Type: engine.EventLocked, Epoch: 3},
		{Type: engine.EventNote, Message: "not durable"},
		{Type: engine.EventBegin, Task: "a/b@vellum-1", Attempt: 1},
		{Type: engine.EventEnd, Task: "a/b@vellum-1", Attempt: 1, Outcome: engine.Done, Message: "Grüße\n"},
	}
}

// made is a run's directory with the story in it.
func made(t *testing.T) (dir string, events []engine.Event) {
	t.Helper()
	dir = Dir(t.TempDir(), plan().Run)
	j, err := Create(dir, plan())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range story() {
		if err := j.Append(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir)
	if err != nil || r.Torn != "" {
		t.Fatal(err, r)
	}
	return dir, r.Events
}

func TestWhatWasAppendedIsRead(t *testing.T) {
	_, events := made(t)
	want := append([]engine.Event{{Type: engine.EventCreated, Run: plan().Run, Message: "backup-vellum"}}, story()...)
	if d := cmp.Diff(want, events, cmpopts.IgnoreFields(engine.Event{}, "Seq", "Time")); d != "" {
		t.Error(d)
	}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Errorf("event %d is numbered %d", i, e.Seq)
		}
	}
}

func TestProgressIsNotKept(t *testing.T) {
	dir, events := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Append(&engine.Event{Type: engine.EventProgress}); err != nil {
		t.Fatal(err)
	}
	if r, _ := Read(dir); len(r.Events) != len(events) {
		t.Errorf("%d events, want %d", len(r.Events), len(events))
	}
}

// A kill may leave any prefix of the file: what is read is a prefix of the story, and the run goes on from there.
func TestKilledAtEveryByte(t *testing.T) {
	dir, events := made(t)
	path := filepath.Join(dir, journalName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		kept := bytes.Count(whole[:n], []byte("\n"))
		torn := n > 0 && whole[n-1] != '\n'
		r := goesOn(t, dir)
		if (r.Torn != "") != torn {
			t.Fatalf("cut at %d: torn is %q", n, r.Torn)
		}
		if d := cmp.Diff(events[:kept], r.Events, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("cut at %d: %s", n, d)
		}
		after, err := Read(dir)
		if err != nil || after.Torn != "" || len(after.Events) != kept+1 {
			t.Fatalf("cut at %d, after appending: %v %+v", n, err, after)
		}
	}
}

func goesOn(t *testing.T, dir string) *Record {
	t.Helper()
	j, r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.Append(&engine.Event{Type: engine.EventResumed}), j.Close()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestATornLineIsCutOnlyWhenAppending(t *testing.T) {
	dir, _ := made(t)
	path := filepath.Join(dir, journalName)
	whole, _ := os.ReadFile(path)
	half := append(bytes.Clone(whole), `{"seq":6,`...)
	if err := os.WriteFile(path, half, 0o600); err != nil {
		t.Fatal(err)
	}
	j, r, err := Open(dir)
	if err != nil || !strings.HasPrefix(r.Torn, "line 6 (9 bytes)") {
		t.Fatal(err, r.Torn)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, half) {
		t.Error("looking changed the file")
	}
	if err := errors.Join(j.Append(&engine.Event{Type: engine.EventResumed}), j.Close()); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(path); !bytes.HasPrefix(now, whole) || bytes.Count(now, []byte("\n")) != 6 {
		t.Errorf("after appending:\n%s", now)
	}
}

func TestAnEditedJournalIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file, edit, to, want string
	}{
		"a word":        {journalName, `"epoch":3`, `"epoch":4`, "line 3: the line before it was edited"},
		"a missing one": {journalName, `{"seq":4`, "\n", "line 4"},
		"the plan":      {planName, "vellum-2", "vellum-9", "line 1: it does not belong to this plan.json"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := made(t)
			path := filepath.Join(dir, c.file)
			data, _ := os.ReadFile(path)
			if err := os.WriteFile(path, bytes.Replace(data, []byte(c.edit), []byte(c.to), 1), 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := Open(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if d, err := DrivenBy(dir); d != nil || err != nil {
				t.Errorf("refused, and still driven by %v, %v", d, err)
			}
			if next := engine.NextOf(err); !strings.Contains(next, "tidemark resume --adopt vellum-1,vellum-") {
				t.Errorf("next: %q", next)
			}
		})
	}
}

// A line that follows the one before it, but has another number, is not one that this program wrote.
func TestALineOfAnotherNumberIsRefused(t *testing.T) {
	p := &parsed{chain: chain{prev: "plan"}}
	for _, seq := range []int64{0, 2} {
		text, err := json.Marshal(line{engine.Event{Seq: seq}, "plan"})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.more(append(text, '\n')); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("line 1: it is numbered %d, not 1", seq)) {
			t.Errorf("%d: %v", seq, err)
		}
	}
}

// A cut of power may leave a last line of the right length whose bytes never came; one in the middle was damaged later.
func TestALastLineOfZerosIsTorn(t *testing.T) {
	dir, events := made(t)
	path := filepath.Join(dir, journalName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	zeros := append(make([]byte, 40), '\n')
	if err := os.WriteFile(path, append(bytes.Clone(whole), zeros...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := goesOn(t, dir); r.Torn == "" || len(r.Events) != len(events) {
		t.Errorf("torn %q, %d events", r.Torn, len(r.Events))
	}
	if err := os.WriteFile(path, append(zeros, whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Errorf("zeros in front: %v", err)
	}
}

// A journal that cannot be read is no empty one: a run that began would seem new.
func TestAnUnreadableJournalIsNotEmpty(t *testing.T) {
	dir, _ := made(t)
	path := filepath.Join(dir, journalName)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(dir); err == nil {
		t.Errorf("read %d events", len(r.Events))
	}
}

func TestAClosedJournalTakesNothing(t *testing.T) {
	dir, events := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(&engine.Event{Type: engine.EventResumed}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("appended: %v", err)
	}
	if r, err := Read(dir); err != nil || len(r.Events) != len(events) {
		t.Errorf("%d events, want %d (%v)", len(r.Events), len(events), err)
	}
}

// A file size limit is how a full disk looks to one process: the write is cut in the middle of a line.
func TestAFullDisk(t *testing.T) {
	dir, events := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		needed.Skip(t, err.Error())
	}
	j.file = full
	if err := j.Append(&engine.Event{Type: engine.EventResumed}); !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	j.file = nil
	if err := j.Append(&engine.Event{Type: engine.EventResumed}); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("after a failure it writes on: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if r := goesOn(t, dir); len(r.Events) != len(events) {
		t.Errorf("%d events, want %d", len(r.Events), len(events))
	}
}
