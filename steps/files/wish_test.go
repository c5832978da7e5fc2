package files

import (
	"strings"
	"testing"

	"tidemark/engine"
)

// What only root may do is said by the plan: to give something to another user. To keep one's own needs nobody.
func TestWhatNeedsRoot(t *testing.T) {
	for name, c := range map[string]struct {
		wish wish
		is   uint32
		says string
	}{
		"root may":              {wish{uid: 998, euid: 0}, 1000, ""},
		"no owner is wished":    {wish{uid: -1, euid: 1000}, 998, ""},
		"it is so":              {wish{uid: 998, euid: 1000}, 998, ""},
		"to another":            {wish{owner: "cassandra", uid: 998, euid: 1000}, 1000, "/srv: only root can give it to 998 (cassandra)"},
		"of another to oneself": {wish{owner: "1000", uid: 1000, euid: 1000}, 998, "/srv: only root can give it to 1000"},
		"to root":               {wish{owner: "root", uid: 0, euid: 1000}, 1000, "/srv: only root can give it to 0 (root)"},
	} {
		err := c.wish.needsRoot("/srv", c.is)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestThePlanSaysWhatNeedsRoot(t *testing.T) {
	w := wish{owner: "cassandra", uid: 998, gid: -1, euid: 1000}
	own := entry{kind: directory, uid: 1000}
	m := &mkdir{Path: "/srv/a"}
	_, made := m.planNew(engine.Change{}, w, sight{})
	_, kept := m.planKept(engine.Change{}, w, sight{entry: own})
	tree := (&tally{chown: &chown{Path: "/srv/a"}, wish: w}).add("/srv/a", own)
	for what, err := range map[string]error{"mkdir of a new one": made, "mkdir of one that is there": kept, "chown": tree} {
		if err == nil || !strings.Contains(err.Error(), "only root can give it to 998 (cassandra)") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
