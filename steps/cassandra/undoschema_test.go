package cassandra

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// laterRun began behind restoreRun.
const laterRun = "20261125T000000Z-zz"

const typeStays = `type homer.address stays: other tables may use it by now; if none does: DROP TYPE "homer"."address"`

func undoStep() *undoSchema { return &undoSchema{Run: restoreRun} }

// created is a server whose homer was created by restoreRun; what undoes it is another run.
func created(t *testing.T, before ...func(*schemaServer)) *schemaServer {
	t.Helper()
	s := newSchemaServer(t)
	for _, change := range before {
		change(s)
	}
	s.must(RestoreSchema(), schemaStep(), engine.Creates)
	s.Run, s.sent = "20261124T000000Z-un", nil
	return s
}

func TestUndoSchemaDropsTheKeyspace(t *testing.T) {
	s := created(t)
	c, err := s.Plan(UndoSchema(), undoStep())
	if err != nil || c.Sign != engine.Destroys || c.Risk != engine.Overwrites {
		t.Fatalf("%+v, %v", c, err)
	}
	if d := cmp.Diff([]string{"- keyspace homer", "- table homer.simservs and all that was written into it since"}, c.Details); d != "" {
		t.Error(d)
	}
	out := s.must(UndoSchema(), undoStep(), engine.Destroys)
	want := UndoSchemaOut{Run: restoreRun, Keyspaces: []string{"homer"}, Tables: []string{"homer.simservs"}, Kept: []string{}}
	if d := cmp.Diff(want, out.Value); d != "" || s.keyspace {
		t.Error(d, "live:", s.keyspace)
	}
	if d := cmp.Diff([]string{`DROP KEYSPACE IF EXISTS "homer"`}, s.sent); d != "" {
		t.Error(d)
	}
	// created by the same ids once more, it is not this run's
	s.keyspace, s.tables = true, map[string]string{"simservs": simservsID}
	s.must(UndoSchema(), undoStep(), engine.Same)
}

func TestUndoSchemaDropsTheTableAlone(t *testing.T) {
	s := created(t, func(s *schemaServer) { s.keyspace = true })
	c, err := s.Plan(UndoSchema(), undoStep())
	if err != nil || !slices.Contains(c.Details, "= "+typeStays) {
		t.Errorf("%q, %v", c.Details, err)
	}
	out := s.must(UndoSchema(), undoStep(), engine.Destroys).Value.(UndoSchemaOut)
	if d := cmp.Diff([]string{typeStays}, out.Kept); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{`DROP TABLE IF EXISTS "homer"."simservs"`}, s.sent); d != "" {
		t.Error(d)
	}
}

// TestUndoSchemaNamesItsOwnTypes: one that was there before the run, or that somebody dropped since, is not named.
func TestUndoSchemaNamesItsOwnTypes(t *testing.T) {
	before := created(t, func(s *schemaServer) { s.keyspace, s.types = true, []string{"address"} })
	since := created(t, func(s *schemaServer) { s.keyspace = true })
	since.types = nil
	for name, s := range map[string]*schemaServer{"there before": before, "dropped since": since} {
		if out := s.must(UndoSchema(), undoStep(), engine.Destroys).Value.(UndoSchemaOut); len(out.Kept) > 0 {
			t.Errorf("%s: %q", name, out.Kept)
		}
	}
	// where Cassandra is down the record tells
	down := created(t, func(s *schemaServer) { s.keyspace = true })
	down.stop()
	down.Facts.Add([]engine.Fact{{Key: "cassandra.running", Value: "true"}, {Key: factUndone(restoreRun), Value: "true"}})
	if c, err := down.Plan(UndoSchema(), undoStep()); err != nil || !slices.Contains(c.Details, "= "+typeStays) {
		t.Errorf("%q, %v", c.Details, err)
	}
}

// TestUndoSchemaKilled: what was dropped is not asked for again, and the next attempt says all that is gone. What somebody
// creates by the same ids behind it is not the run's.
func TestUndoSchemaKilled(t *testing.T) {
	for _, before := range []bool{false, true} {
		s := created(t)
		s.kill, s.before = 1, before
		if _, _, err := s.Apply(UndoSchema(), undoStep()); err == nil {
			t.Fatal("not killed")
		}
		s.kill = 0
		c, out, err := s.Apply(UndoSchema(), undoStep())
		if err != nil || len(s.sent) != 1 || s.keyspace {
			t.Fatalf("%v, sent %q, keyspace %t", err, s.sent, s.keyspace)
		}
		text := string(c.Out)
		if out.Value != nil {
			text = string(engine.Encode(out.Value))
		}
		if !strings.Contains(text, `"tables":["homer.simservs"]`) {
			t.Error(text)
		}
		s.keyspace, s.tables = true, map[string]string{"simservs": simservsID}
		s.must(UndoSchema(), undoStep(), engine.Same)
	}
}

// swapped puts the record of a restore of homer that went through these states.
func (s *schemaServer) swapped(run string, states ...string) {
	r := swapRecord{Format: recordFormat, Run: run, DataDirs: []string{"/var/lib/cassandra/data", "/disk2/data"}, Dirs: []string{"homer/" + simservs}}
	for _, state := range states {
		r.enter(state)
	}
	data, _ := json.Marshal(r)
	s.put("/var/lib/cassandra/tidemark/"+run+"/swap.json", string(data))
}

// TestUndoSchemaKeeps: what is not this run's any more stays, and is named with the reason.
func TestUndoSchemaKeeps(t *testing.T) {
	noted := func(states ...string) func(*schemaServer) {
		return func(s *schemaServer) { s.swapped(laterRun, states...) }
	}
	drops := []string{`DROP KEYSPACE IF EXISTS "homer"`}
	cases := map[string]struct {
		change func(*schemaServer)
		sign   engine.Sign
		kept   []string
		sent   []string
	}{
		"created anew": {
			func(s *schemaServer) { s.tables["simservs"] = callsID }, engine.Destroys,
			[]string{"homer.simservs stays: it has another id, so it is not the one that the run created", "homer stays: the keyspace has tables that are not dropped: simservs", typeStays},
			nil,
		},
		"another table": {
			func(s *schemaServer) { s.tables["later"] = callsID }, engine.Destroys,
			[]string{"homer stays: the keyspace has tables that are not dropped: later", typeStays},
			[]string{`DROP TABLE IF EXISTS "homer"."simservs"`},
		},
		"restored since": {
			noted(stateStaged, stateOpen, stateRestored, stateReleased), engine.Destroys,
			[]string{"homer.simservs stays: run " + laterRun + " created or restored it since", "homer stays: the keyspace has tables that are not dropped: simservs", typeStays},
			nil,
		},
		"taken back since":     {noted(stateStaged, stateOpen, stateUndone), engine.Destroys, []string{}, drops},
		"taken back and freed": {noted(stateStaged, stateOpen, stateUndone, stateReleased), engine.Destroys, []string{}, drops},
		"never exchanged":      {noted(stateStaged, stateReleased), engine.Destroys, []string{}, drops},
		"created since": {
			func(s *schemaServer) {
				data, _ := json.Marshal(createdRecord{Format: 1, Run: laterRun, Tables: []createdTable{{"homer", "simservs", simservsID}}})
				s.put("/var/lib/cassandra/tidemark/"+laterRun+"/schema.json", string(data))
			}, engine.Destroys,
			[]string{"homer.simservs stays: run " + laterRun + " created or restored it since", "homer stays: the keyspace has tables that are not dropped: simservs", typeStays},
			nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := created(t)
			c.change(s)
			change, out, err := s.Apply(UndoSchema(), undoStep())
			if err != nil || change.Sign != c.sign {
				t.Fatalf("%s %s, %v", change.Sign, change.Summary, err)
			}
			if d := cmp.Diff(c.sent, s.sent); d != "" {
				t.Error(d)
			}
			var o UndoSchemaOut
			if out.Value != nil {
				o = out.Value.(UndoSchemaOut)
			} else if err := json.Unmarshal(change.Out, &o); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.kept, o.Kept); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestUndoSchemaWaitsForTheUndo: while the restored data is live, or released for good, its tables are needed.
func TestUndoSchemaWaitsForTheUndo(t *testing.T) {
	states := []string{stateStaged, stateOpen, stateRestored, stateReleased}
	for i, state := range states {
		s := created(t)
		s.swapped(restoreRun, states[:i+1]...)
		_, _, err := s.Apply(UndoSchema(), undoStep())
		enginetest.Refused(t, err, engine.ClassPrecondition, "is not undone on vellum-1", "undo-restore")
		if len(s.sent) > 0 {
			t.Errorf("%s: sent %q", state, s.sent)
		}
	}
}

// TestUndoSchemaPlansBehindAStop: of a restore that stands half-way Cassandra is down; the record names what would go.
func TestUndoSchemaPlansBehindAStop(t *testing.T) {
	s := created(t)
	s.stop()
	s.Facts.Add([]engine.Fact{{Key: "cassandra.running", Value: "true"}, {Key: factUndone(restoreRun), Value: "true"}})
	c, err := s.Plan(UndoSchema(), undoStep())
	if err != nil || c.Sign != engine.Destroys || !slices.Contains(c.Details, "- keyspace homer") || len(c.Unknown) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestUndoSchemaOfARunThatCreatedNothing(t *testing.T) {
	s := newSchemaServer(t)
	c, _, err := s.Apply(UndoSchema(), undoStep())
	if err != nil || c.Sign != engine.Same || !strings.Contains(c.Summary, "no keyspace or table") || len(c.Details) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	// the node that could know it is gone
	c, err = s.Plan(UndoSchema(), &undoSchema{Run: restoreRun, Gone: []string{"vellum-2"}})
	if said := "what run " + restoreRun + " created through vellum-2, if anything, stays: "; err != nil || c.Sign != engine.Same || !strings.Contains(strings.Join(c.Details, ""), said) || !strings.Contains(string(c.Out), said) {
		t.Errorf("%+v, %v", c, err)
	}
}
