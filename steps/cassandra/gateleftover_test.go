package cassandra

import (
	"strings"
	"testing"

	"tidemark/engine"
)

// TestGateNamesLeftovers: what an earlier run keeps and nobody needs is said, with the command that frees its space; a
// run that keeps nothing is not.
func TestGateNamesLeftovers(t *testing.T) {
	cases := map[string]struct{ state, set, says string }{
		"staged":     {stateStaged, setStaged, "laid backup b ready and never exchanged it"},
		"undone":     {stateUndone, setUndone, "restored backup b and was undone; what it had brought, and what was written since, is kept"},
		"soiled set": {stateUndone, setOld + "-2", "was undone"},
		"released":   {stateReleased, setOld, "was interrupted in deleting what it had kept"},
		"nothing":    {stateUndone, "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n, other := newRestoreNode(t), "20261120T000000Z-zz"
			at := "/var/lib/cassandra/tidemark/" + other
			n.put(at+"/swap.json", `{"format": 1, "run": "`+other+`", "backup": "b", "state": "`+c.state+`", "data_dirs": ["/var/lib/cassandra/data", "/disk2/data"]}`)
			if c.set != "" {
				n.put(at+"/"+c.set+"/homer/"+simservs+"/nb-1-big-Data.db", "x")
			}
			change, err := n.Plan(CheckRestore(), gateStep())
			text := strings.Join(change.Details, "\n")
			if err != nil || change.Sign != engine.Same || !strings.Contains(text, c.says) {
				t.Fatalf("%q, %v", text, err)
			}
			if told := strings.Contains(text, "release-restore-vellum --input run="+other); told != (c.says != "") {
				t.Errorf("%q", text)
			}
		})
	}
}
