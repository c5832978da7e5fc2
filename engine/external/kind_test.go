package external_test

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/external"
)

const description = `{"protocol": 1, "name": "sample", "doc": "D.", "redo": "REDO", "risk": "interrupts", "example": "{id: x, sample: {}}",
 "arguments": {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}}}`

func program(name, redo string) engine.Program {
	text := strings.NewReplacer("REDO", redo, "sample", name).Replace(description)
	return engine.Program{Name: name, Main: name, Description: text, Files: []engine.ProgramFile{{Name: name, Exec: true, Data: []byte("x")}}}
}

// A described kind stands beside those of the build; its digest is the program's, too.
func TestKinds(t *testing.T) {
	built, err := engine.NewKinds()
	if err != nil {
		t.Fatal(err)
	}
	one := program("sample", "checked")
	ks, err := external.Kinds(built, one, program("other", "pure"))
	if err != nil {
		t.Fatal(err)
	}
	k := ks.Get("sample")
	if k == nil || k.Redo != engine.Checked || k.Risk != engine.Interrupts || k.Program != one.Hash() || len(ks.Names()) != 2 || len(built.Names()) != 0 {
		t.Errorf("%+v", k)
	}
	changed := one
	changed.Files = []engine.ProgramFile{{Name: "sample", Exec: true, Data: []byte("y")}}
	again, err := external.Kind(changed)
	if err != nil || again.Digest() == k.Digest() {
		t.Errorf("another program, the same digest (%v)", err)
	}
	if _, err := external.Kinds(ks, one); err == nil {
		t.Error("a kind twice")
	}
}

// What comes from a plan is checked as what comes from a program.
func TestKindsOfBadPrograms(t *testing.T) {
	if _, err := external.Kind(program("sample", "never")); engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), "TM0304") {
		t.Error(err)
	}
	file := func(name string) engine.ProgramFile { return engine.ProgramFile{Name: name, Exec: true} }
	for name, files := range map[string][]engine.ProgramFile{
		"a way out":      {file("../sample"), file("sample")},
		"absolute":       {file("/sample"), file("sample")},
		"twice":          {file("sample"), file("sample")},
		"out of order":   {file("sample"), file("a")},
		"no main":        {file("other")},
		"not executable": {{Name: "sample"}},
		"too large":      {{Name: "sample", Exec: true, Data: make([]byte, engine.MaxProgramBytes+1)}},
	} {
		p := program("sample", "pure")
		if p.Files = files; p.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
