package agent

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
)

// written is a record's bytes before and after its receipt.
func written(t *testing.T, note string) (r record, before, after []byte) {
	t.Helper()
	r = record{path: filepath.Join(t.TempDir(), "record")}
	if err := r.begin(Intent{TaskRef: engine.TaskRef{Run: run, Attempt: 1}, Digest: "d"}); err != nil {
		t.Fatal(err)
	}
	before = contents(t, r.path)
	if err := r.end(engine.Receipt{Outcome: engine.Done, Note: note}); err != nil {
		t.Fatal(err)
	}
	return r, before, contents(t, r.path)
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A cut of power may leave any of a receipt's sectors unwritten: it is whole, or there is none.
func TestReceiptTornAtEverySector(t *testing.T) {
	const sector = 512
	note := strings.Repeat("x", 4*sector)
	r, before, after := written(t, note)
	first := recordBlock / sector
	sectors := 5
	for lost := range 1 << sectors {
		text := bytes.Clone(after)
		for i := range sectors {
			if at := (first + i) * sector; lost&(1<<i) != 0 {
				copy(text[at:at+sector], before[at:])
			}
		}
		if err := os.WriteFile(r.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		in, receipt, err := r.read()
		if err != nil || in == nil || in.Digest != "d" {
			t.Fatalf("sectors %b lost: intent %+v, %v", lost, in, err)
		}
		if receipt != nil != bytes.Equal(text, after) || receipt != nil && receipt.Note != note {
			t.Fatalf("sectors %b lost: %+v", lost, receipt)
		}
	}
}

// What is not written to its end was never gone on from: there is no intent.
func TestIntentTornAtEveryByte(t *testing.T) {
	r, before, _ := written(t, "")
	length := bytes.IndexByte(before, 0)
	for n := range length {
		for name, text := range map[string][]byte{"short": before[:n], "empty blocks": append(bytes.Clone(before[:n]), make([]byte, recordBlock)...)} {
			if err := os.WriteFile(r.path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if in, receipt, err := r.read(); in != nil || receipt != nil || err != nil {
				t.Fatalf("%s, %d bytes: %+v %+v %v", name, n, in, receipt, err)
			}
		}
	}
}

func TestDamagedRecordIsAnError(t *testing.T) {
	r, _, after := written(t, "note")
	for _, at := range []int{2, recordBlock + 2} {
		text := bytes.Clone(after)
		text[at] = '\\'
		if err := os.WriteFile(r.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.read(); err == nil {
			t.Errorf("byte %d was changed and nobody noticed", at)
		}
	}
}

// A receipt larger than its first block goes into the reserved room.
func TestLargeReceipt(t *testing.T) {
	note := strings.Repeat("ü", 60<<9)
	r, _, _ := written(t, note)
	if _, receipt, err := r.read(); err != nil || receipt == nil || receipt.Note != note {
		t.Error(err)
	}
}

// A pure task's notes are not synced, so a cut of power may leave the name alone, or a part: there is none, and the node's state
// can be told as before.
func TestNotesTornAtEveryByte(t *testing.T) {
	a, err := New(Options{Dir: t.TempDir(), Node: "n"})
	if err != nil {
		t.Fatal(err)
	}
	at := a.store.attempt(engine.TaskRef{Run: run, Task: "stage/look@n", Attempt: 1})
	e := &Execution{at: at, redo: engine.Pure, Spec: engine.TaskSpec{TaskRef: at.ref()}}
	if err := errors.Join(at.make(), e.note("process.json", Intent{TaskRef: at.ref()}), e.note("receipt.json", e.receipt(engine.Done))); err != nil {
		t.Fatal(err)
	}
	if s, err := a.State(t.Context(), run); err != nil || len(s.Tasks) != 1 {
		t.Fatalf("whole: %+v %v", s.Tasks, err)
	}
	for _, name := range []string{"receipt.json", "process.json"} {
		text := contents(t, at.path(name))
		for n := range text {
			if err := os.WriteFile(at.path(name), text[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := a.State(t.Context(), run)
			if err != nil || len(s.Tasks)+len(s.Intents) != 0 {
				t.Fatalf("%s, %d bytes: %+v %+v %v", name, n, s.Tasks, s.Intents, err)
			}
			if _, err := at.endRest(0); err != nil {
				t.Fatalf("%s, %d bytes: %v", name, n, err)
			}
		}
	}
}
