package main

import (
	"testing"

	"tidemark/engine"
)

// --local of a run that is kept means its node, whatever else the site has.
func TestLocalOfAKeptRun(t *testing.T) {
	a := &app{local: true, build: func() (string, error) { return "build", nil }}
	p := &engine.Plan{Nodes: []string{"vellum-2"}, SiteFile: engine.File{Name: "site.yaml", Text: hill}}
	s, err := a.openFor(p)
	if err != nil || s.local != "vellum-2" {
		t.Errorf("%+v %v", s, err)
	}
}
