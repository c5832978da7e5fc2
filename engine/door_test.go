package engine_test

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestDoor: behind the kernel's fence a server still writes for whoever asks, so only what a kind lists passes.
func TestDoor(t *testing.T) {
	kind := &engine.Kind{Name: "probe", Reads: []engine.Read{
		{Argv: []string{"nodetool", "status", "*"}}, {Keyspace: "system_schema"}, {Get: "http://127.0.0.1:2812/_status"},
	}}
	g := &enginetest.Ground{
		Dir:     t.TempDir(),
		OnExec:  func([]string) (engine.Result, error) { return engine.Result{}, nil },
		OnQuery: func(engine.Query) ([]engine.Row, error) { return nil, nil },
		OnGet:   func(string) ([]byte, error) { return nil, nil },
	}
	v := engine.NewView(kind, g, engine.NewFacts(nil), "run", "n1")
	command := func(argv ...string) error { _, err := v.Exec(t.Context(), engine.Command{Argv: argv}); return err }
	query := func(text string, keyspaces ...string) error {
		_, err := v.Query(t.Context(), engine.Query{System: "cql", Statement: text, Keyspaces: keyspaces})
		return err
	}
	get := func(url string) error { _, err := v.Get(t.Context(), url, "", ""); return err }
	tests := []struct {
		name   string
		err    error
		passes bool
	}{
		{"listed command", command("nodetool", "status", "homer"), true},
		{"another command of the program", command("nodetool", "snapshot", "homer"), false},
		{"an option where a value is due", command("nodetool", "status", "-r"), false},
		{"one argument more", command("nodetool", "status", "homer", "x"), false},
		{"no argument", command("nodetool", "status"), false},
		{"nothing", command(), false},
		{"reading", query("SELECT id FROM system_schema.tables", "system_schema"), true},
		{"reading in small letters", query(" select id FROM system_schema.tables", "system_schema"), true},
		{"another keyspace", query("SELECT * FROM homer.simservs", "homer"), false},
		{"one of two keyspaces", query("SELECT 1", "system_schema", "homer"), false},
		{"no keyspace said", query("SELECT 1"), false},
		{"writing", query("TRUNCATE system_schema.tables", "system_schema"), false},
		{"two statements", query("SELECT 1; DROP TABLE x", "system_schema"), false},
		{"listed address", get("http://127.0.0.1:2812/_status?format=xml"), true},
		{"another address", get("http://127.0.0.1:2812/_doaction"), false},
	}
	for _, tt := range tests {
		if passes := tt.err == nil; passes != tt.passes {
			t.Errorf("%s: %v", tt.name, tt.err)
		}
		if tt.err != nil && (engine.ClassOf(tt.err) != engine.ClassPrecondition || !strings.Contains(tt.err.Error(), "not among the reads")) {
			t.Errorf("%s: %v", tt.name, tt.err)
		}
	}
	if _, err := v.Exec(t.Context(), engine.Command{Argv: []string{"nodetool", "status", "homer"}, Stdin: []byte("x")}); err == nil {
		t.Error("a listed command with input passed")
	}
}

func TestCompare(t *testing.T) {
	fact := func(v string) []engine.Fact { return []engine.Fact{{Key: "room", Value: v}} }
	tests := []struct {
		name           string
		approved, real engine.Change
		touched        []string
		ok             bool
	}{
		{"the same", engine.Change{Sign: engine.Changes}, engine.Change{Sign: engine.Changes}, nil, true},
		{"nothing to do any more", engine.Change{Sign: engine.Destroys}, engine.Change{Sign: engine.Same}, nil, true},
		{"more than nothing", engine.Change{Sign: engine.Same}, engine.Change{Sign: engine.Creates}, nil, false},
		{"another sign", engine.Change{Sign: engine.Creates}, engine.Change{Sign: engine.Changes}, nil, false},
		{"a higher risk", engine.Change{Sign: engine.Changes}, engine.Change{Sign: engine.Changes, Risk: engine.Overwrites}, nil, false},
		{"what was not knowable", engine.Change{Sign: engine.NotKnown, Risk: engine.Interrupts}, engine.Change{Sign: engine.Destroys, Risk: engine.Interrupts}, nil, true},
		{"what was not knowable, riskier", engine.Change{Sign: engine.NotKnown}, engine.Change{Sign: engine.Destroys, Risk: engine.Overwrites}, nil, false},
		{"another command", engine.Change{Sign: engine.Changes, Argv: []string{"a"}}, engine.Change{Sign: engine.Changes, Argv: []string{"a", "b"}}, nil, false},
		{"a fact that changed", engine.Change{Sign: engine.Changes, Pre: fact("true")}, engine.Change{Sign: engine.Changes, Pre: fact("false")}, nil, false},
		{"a fact this run changed", engine.Change{Sign: engine.Changes, Pre: fact("true")}, engine.Change{Sign: engine.Changes, Pre: fact("false")}, []string{"room"}, true},
		{"other words", engine.Change{Sign: engine.Changes, Summary: "a", Bytes: 1}, engine.Change{Sign: engine.Changes, Summary: "b", Bytes: 2}, nil, true},
	}
	for _, tt := range tests {
		if err := engine.Compare(tt.approved, tt.real, tt.touched); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
