package main

import (
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// --local of a run that is kept means its node, whatever else the site has.
func TestLocalOfAKeptRun(t *testing.T) {
	a := &app{local: true, build: func() (string, error) { return "build", nil }}
	p := &engine.Plan{Nodes: []string{"vellum-2"}, SiteFile: engine.File{Name: "site.yaml", Text: hill}}
	s, err := a.openFor(p)
	if err != nil || s.local != "vellum-2" {
		t.Errorf("%+v %v", s, err)
	}
	a.local, p.Local = false, "vellum-2" // as it was begun with
	if s, err := a.openFor(p); err != nil || s.local != "vellum-2" {
		t.Errorf("%+v %v", s, err)
	}
}

// TestLocalStaysWithItsMachine: the record knows which node --local took; a controller that adopts the run is on another machine.
func TestLocalStaysWithItsMachine(t *testing.T) {
	h := newHouse(t)
	local := func() string {
		rec, err := journal.Read(journal.Dir(h.state, h.onlyRun()))
		if err != nil {
			t.Fatal(err)
		}
		return rec.Plan.Local
	}
	h.wants(h.run("--input", "least=1", "--limit", "one", "--local"), exitFailed)
	if local() != "one" {
		t.Errorf("the record has %q", local())
	}
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do("resume", "--adopt", "one"), exitFailed)
	if local() != "" {
		t.Errorf("the adopted record has %q", local())
	}
}
