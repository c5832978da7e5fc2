package cassandra

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

func schemaStep() *restoreSchema {
	return &restoreSchema{Backup: tag, Keyspaces: []string{"homer"}, Dir: store}
}

// kindsOf are the statements' first two words, and the column of an ALTER.
func kindsOf(sent []string) []string {
	var out []string
	for _, s := range sent {
		w := strings.Fields(s)
		if w[0] == "ALTER" {
			w = w[3:]
		}
		out = append(out, w[0]+" "+w[1])
	}
	return out
}

func wholeSchema() []string {
	return []string{"CREATE KEYSPACE", "CREATE TYPE", "CREATE TABLE", "DROP old", "DROP again", "ADD again", "CREATE INDEX"}
}

func TestRestoreSchema(t *testing.T) {
	s := newSchemaServer(t)
	c, out, err := s.Apply(RestoreSchema(), schemaStep())
	if err != nil || c.Sign != engine.Creates || !slices.Contains(c.Details, "+ type homer.address") {
		t.Fatalf("%+v, %v", c, err)
	}
	if d := cmp.Diff(wholeSchema(), kindsOf(s.sent)); d != "" {
		t.Error(d)
	}
	want := SchemaOut{Backup: tag, Keyspaces: []string{"homer"}, Tables: []string{"homer.simservs"}, LeftOut: []string{"homer.simservs: memtable"}, Kept: []string{}}
	if d := cmp.Diff(want, out.Value); d != "" || !strings.Contains(out.Note, "memtable") {
		t.Error(d, out.Note)
	}
	s.must(RestoreSchema(), schemaStep(), engine.Same)
	s.index = false
	s.Run = "20261123T040507Z-zz"
	_, err = s.Plan(RestoreSchema(), schemaStep())
	enginetest.Refused(t, err, engine.ClassPrecondition, "index by_again is in the backup, not live", "drop them")
}

// TestRestoreSchemaKilledAnywhere: whichever statement was the last, whether the server got it or not, the next attempt
// ends with the whole schema, and says what the run created.
func TestRestoreSchemaKilledAnywhere(t *testing.T) {
	for n := 1; n <= len(wholeSchema()); n++ {
		for _, before := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d before=%t", n, before), func(t *testing.T) {
				s := newSchemaServer(t)
				s.kill, s.before = n, before
				if _, _, err := s.Apply(RestoreSchema(), schemaStep()); !errors.Is(err, errKilled) {
					t.Fatal("not killed:", err)
				}
				s.kill = 0
				if _, _, err := s.Apply(RestoreSchema(), schemaStep()); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff([]string{"again", "user"}, slices.Sorted(slices.Values(s.columns))); d != "" || !s.index || len(s.gone) != 2 {
					t.Error("columns, dropped, index:", d, s.gone, s.index)
				}
				c, _, err := s.Apply(RestoreSchema(), schemaStep())
				if err != nil || c.Sign != engine.Same || !strings.Contains(string(c.Out), `"keyspaces":["homer"],"tables":["homer.simservs"]`) {
					t.Errorf("%s %s, %v", c.Sign, c.Out, err)
				}
			})
		}
	}
}

// TestRestoreSchemaCompletesOnlyItsOwn: a table that was there before, or is there anew since, stays as it is.
func TestRestoreSchemaCompletesOnlyItsOwn(t *testing.T) {
	for name, change := range map[string]func(*schemaServer){
		"another run's": func(s *schemaServer) { s.Run = "20261123T040507Z-zz" },
		"another id":    func(s *schemaServer) { s.tables["simservs"] = callsID },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSchemaServer(t)
			s.kill = 3
			_, _, _ = s.Apply(RestoreSchema(), schemaStep())
			s.kill = 0
			change(s)
			_, _, err := s.Apply(RestoreSchema(), schemaStep())
			enginetest.Refused(t, err, engine.ClassPrecondition, "index by_again is in the backup, not live")
			if len(s.sent) != 3 {
				t.Errorf("sent all the same: %q", s.sent[3:])
			}
		})
	}
}

// TestAMissingTableOfAnotherType: CREATE TYPE IF NOT EXISTS would leave the live type, and the table made of it would take no file of
// the backup. That is refused while nothing is created, by the gate already.
func TestAMissingTableOfAnotherType(t *testing.T) {
	s := newSchemaServer(t)
	m := s.open()
	for name, fields := range map[string]string{"equal": "street text", "other": "street text, zip int"} {
		m.Table("homer", "simservs").Types = map[string]string{"address": fields}
		if err := m.Write(s.Ground.Dir + backup.Path(store, tag, backup.Cassandra)); err != nil {
			t.Fatal(err)
		}
		s.keyspace, s.types = true, []string{"address"}
		step := gateStep()
		step.Keyspaces = []string{"homer"}
		_, errGate := s.Plan(CheckRestore(), step)
		_, errNote := s.Plan(NoteSchema(), noteStep())
		_, errMake := s.Plan(RestoreSchema(), schemaStep())
		for kind, err := range map[string]error{"gate": errGate, "note": errNote, "restore": errMake} {
			if name == "equal" {
				if err != nil {
					t.Error(kind, err)
				}
				continue
			}
			enginetest.Refused(t, err, engine.ClassPrecondition, "homer.simservs: type address has the fields (street text, zip int) in the backup, (street text) live", "dropped, behind all tables that use it")
		}
	}
}

func TestTypesOf(t *testing.T) {
	create := `CREATE TYPE homer."Big One" (a text); CREATE TYPE IF NOT EXISTS Homer.Small (b frozen<homer."Big One">);
CREATE TYPE bare (c int); CREATE TABLE homer.t (k int PRIMARY KEY, v frozen<homer.small>);`
	want := []string{"homer.Big One", "homer.small", "homer.bare"}
	if d := cmp.Diff(want, typesOf(backup.Table{Keyspace: "homer", Name: "t", Create: create})); d != "" {
		t.Error(d)
	}
}

func TestAlters(t *testing.T) {
	for statement, want := range map[string][2]string{
		`ALTER TABLE a.b DROP c USING TIMESTAMP 1`: {"DROP", "c"},
		`ALTER TABLE a.b ADD C text`:               {"ADD", "c"},
		`ALTER TABLE a."b c" DROP "D ""e" USING x`: {"DROP", `D "e`},
		`ALTER TABLE a.b WITH comment = 'x'`:       {},
		`CREATE INDEX i ON a.b (c)`:                {},
	} {
		if verb, column := alters(statement); verb != want[0] || column != want[1] {
			t.Errorf("%s: %q %q", statement, verb, column)
		}
	}
}
