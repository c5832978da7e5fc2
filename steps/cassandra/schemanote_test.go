package cassandra

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

func noteStep() *noteSchema {
	return &noteSchema{Backup: tag, Keyspaces: []string{"homer"}, Dir: store}
}

// foreseenOnly is a node on which restoreRun noted what was missing, before it created that through another node.
func foreseenOnly(t *testing.T) *schemaServer {
	t.Helper()
	s := newSchemaServer(t)
	s.must(NoteSchema(), noteStep(), engine.Creates)
	s.createdElsewhere()
	s.Run = "20261124T000000Z-un"
	return s
}

func (s *schemaServer) createdElsewhere() {
	s.keyspace, s.tables = true, map[string]string{"simservs": simservsID}
}

// TestUndoSchemaWithoutTheNodeThatCreated: where that node is gone each other one can drop what it noted as missing; done
// once, it is not done again to what somebody creates by the same ids.
func TestUndoSchemaWithoutTheNodeThatCreated(t *testing.T) {
	s := foreseenOnly(t)
	step := &undoSchema{Run: restoreRun, Gone: []string{"vellum-1"}}
	c, err := s.Plan(UndoSchema(), step)
	if err != nil || c.Risk != engine.Overwrites || !strings.Contains(c.Summary, "that were missing before run "+restoreRun) {
		t.Fatalf("%+v, %v", c, err)
	}
	if d := cmp.Diff([]string{"- keyspace homer", "- table homer.simservs and all that was written into it since"}, c.Details); d != "" {
		t.Error(d)
	}
	out := s.must(UndoSchema(), step, engine.Destroys)
	want := UndoSchemaOut{Run: restoreRun, Keyspaces: []string{"homer"}, Tables: []string{"homer.simservs"}, Kept: []string{}}
	if d := cmp.Diff(want, out.Value); d != "" || s.keyspace {
		t.Error(d, "live:", s.keyspace)
	}
	s.createdElsewhere()
	s.must(UndoSchema(), step, engine.Same)
}

// TestUndoSchemaLeavesItToTheNodeThatCreated: while that node is there its record says what to drop. The others note that it
// is over; should they be asked alone later, they drop nothing.
func TestUndoSchemaLeavesItToTheNodeThatCreated(t *testing.T) {
	for name, gone := range map[string][]string{"all there": nil, "another one gone": {"vellum-3"}} {
		t.Run(name, func(t *testing.T) {
			s := foreseenOnly(t)
			step := &undoSchema{Run: restoreRun, Gone: gone}
			s.keyspace, s.tables = false, map[string]string{} // the first node's step came before
			c, err := s.Plan(UndoSchema(), step)
			if err != nil || c.Sign != engine.NotKnown || c.Later != engine.AfterSteps || c.Risk != engine.Harmless {
				t.Fatalf("%+v, %v", c, err)
			}
			if note := s.must(UndoSchema(), step, engine.Destroys).Note; gone == nil && note != "nothing was to be dropped through this node" {
				t.Error(note)
			}
			s.createdElsewhere()
			s.must(UndoSchema(), &undoSchema{Run: restoreRun, Gone: []string{"vellum-1"}}, engine.Same)
			if len(s.sent) > 0 {
				t.Errorf("sent %q", s.sent)
			}
		})
	}
}

// TestNoteSchemaOfNothing: where nothing was missing nothing can have been created through a node that is gone.
func TestNoteSchemaOfNothing(t *testing.T) {
	s := newSchemaServer(t)
	s.must(RestoreSchema(), schemaStep(), engine.Creates)
	s.Run = laterRun
	s.must(NoteSchema(), noteStep(), engine.Creates)
	c, err := s.Plan(UndoSchema(), &undoSchema{Run: laterRun, Gone: []string{"vellum-1"}})
	if err != nil || c.Sign != engine.Same || len(c.Details) > 0 || !strings.HasPrefix(c.Summary, "run "+laterRun+" created no keyspace or table") {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestNoteSchemaAgain: what is created by now was missing all the same; another keyspace of the run is added.
func TestNoteSchemaAgain(t *testing.T) {
	s := newSchemaServer(t)
	s.must(NoteSchema(), noteStep(), engine.Creates)
	s.must(RestoreSchema(), schemaStep(), engine.Creates)
	s.must(NoteSchema(), noteStep(), engine.Same)
	both := noteStep()
	both.Keyspaces = []string{"homer", "memento"}
	s.must(NoteSchema(), both, engine.Creates)
	rec := s.read()
	want := &foreseen{
		Looked: []string{"homer", "memento"}, Keyspaces: []string{"homer", "memento"},
		Tables: []createdTable{{"homer", "simservs", simservsID}, {"memento", "call_lists", ""}},
		Types:  []string{"homer.address"},
	}
	if d := cmp.Diff(want, rec.Foreseen); d != "" || len(rec.Tables) != 1 {
		t.Error(d, rec.Tables)
	}
}

func (s *schemaServer) read() *createdRecord {
	s.T.Helper()
	rec, err := readCreated(s.host(), []string{"/var/lib/cassandra/data", "/disk2/data"}, s.Run)
	if err != nil || rec == nil {
		s.T.Fatal(rec, err)
	}
	return rec
}

// TestRestoreSchemaCompletesWhatAnotherNodeBegan: a table of the run that another node was interrupted in is its own here, too.
func TestRestoreSchemaCompletesWhatAnotherNodeBegan(t *testing.T) {
	s := newSchemaServer(t)
	s.must(NoteSchema(), noteStep(), engine.Creates)
	s.createdElsewhere()
	s.columns = []string{"user", "old", "again"}
	out := s.must(RestoreSchema(), schemaStep(), engine.Creates).Value.(SchemaOut)
	if !s.index || !slices.Equal(out.Tables, []string{"homer.simservs"}) {
		t.Errorf("%+v, index %t", out, s.index)
	}
}

// TestUndoSchemaKeepsWhatALaterRunFoundMissing: then it was not this run's any more, also where another node created it anew,
// and also where the later run was taken back.
func TestUndoSchemaKeepsWhatALaterRunFoundMissing(t *testing.T) {
	for name, undone := range map[string]*UndoSchemaOut{"kept": nil, "taken back": {Run: laterRun}} {
		t.Run(name, func(t *testing.T) {
			s := created(t)
			data, _ := json.Marshal(createdRecord{
				Format: 1, Run: laterRun, Undone: undone,
				Foreseen: &foreseen{Looked: []string{"homer"}, Tables: []createdTable{{"homer", "simservs", simservsID}}},
			})
			s.put("/var/lib/cassandra/tidemark/"+laterRun+"/schema.json", string(data))
			out := s.must(UndoSchema(), undoStep(), engine.Destroys).Value.(UndoSchemaOut)
			if len(s.sent) > 0 || !strings.Contains(strings.Join(out.Kept, ""), "run "+laterRun+" created or restored it since") {
				t.Errorf("%+v, sent %q", out, s.sent)
			}
		})
	}
}
