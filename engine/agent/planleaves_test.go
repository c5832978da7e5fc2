package agent

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestWhatAPlanLeavesIsSaid: a program that was sent stays, and so do the programs of kinds.
func TestWhatAPlanLeavesIsSaid(t *testing.T) {
	sent := "/var/lib/tidemark/bin/" + strings.Repeat("ab", 32) + "/tidemark"
	kind := engine.PlanItem{Task: "x", Kind: "y", Program: strings.Repeat("cd", 32), Args: json.RawMessage("{}")}
	for _, c := range []struct {
		exe   string
		err   error
		items []engine.PlanItem
		want  []string
	}{
		{exe: "/usr/bin/tidemark"},
		{exe: sent, err: errors.New("no /proc")},
		{exe: sent, want: []string{"sent to /var/lib/tidemark/bin"}},
		{exe: "/usr/bin/tidemark", items: []engine.PlanItem{kind}, want: []string{"what they like", "in /state/programs"}},
	} {
		o := planOrder{Request: engine.PlanRequest{Items: c.items}, State: "/state"}
		got := o.leaves(c.exe, c.err)
		if len(got) != len(c.want) {
			t.Fatalf("%s, %d items: %q", c.exe, len(c.items), got)
		}
		for i, want := range c.want {
			if !strings.HasSuffix(got[i], want) {
				t.Errorf("%q, want %q at its end", got[i], want)
			}
		}
	}
}
