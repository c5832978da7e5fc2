package story

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestCheckSeesALivingLab: what proves that nothing is left of a lab finds each kind of thing that may be left.
func TestCheckSeesALivingLab(t *testing.T) {
	out, err := labCommand("check").CombinedOutput()
	if err == nil {
		t.Error("nothing is left of a lab that is up")
	}
	said(t, string(out), "left: interface ", "left: network namespace ", "left: loop device ", "left: process ", "left: directory ")
}

// TestDigestTellsWhatExpires: a row that lost its time to live has another digest, one that has less of it left has not.
func TestDigestTellsWhatExpires(t *testing.T) {
	lived := func(long string) string {
		lab(t, "cql", "INSERT INTO memento.call_lists (impu, column1, value) VALUES ('sip:lives@example.com', 'call', 0x01)"+long)
		return tables(t)["memento.call_lists"]
	}
	t.Cleanup(func() { lab(t, "cql", "DELETE FROM memento.call_lists WHERE impu = 'sip:lives@example.com'") })
	long, longer, forever := lived(" USING TTL 30000"), lived(" USING TTL 60000"), lived("")
	if long != longer || longer == forever {
		t.Errorf("with a time to live %s, with another %s, without %s", long, longer, forever)
	}
}

// hostState is what the lab says of one host.
type hostState struct {
	Host     string
	PID      int
	SSH, CQL bool
}

func (l ownLab) status() map[string]hostState {
	l.t.Helper()
	var all []hostState
	if err := json.Unmarshal([]byte(l.do("status", "-o", "json")), &all); err != nil {
		l.t.Fatal(err)
	}
	by := map[string]hostState{}
	for _, s := range all {
		by[s.Host] = s
	}
	return by
}

// downAndUp stops and starts one host, then all of them: the disks stay, and so does what is in the tables.
func (l ownLab) downAndUp() {
	l.t.Helper()
	digest := l.do("digest")
	l.do("stop", "sprout-1")
	if by := l.status(); by["sprout-1"].PID != 0 || !by["ellis-1"].SSH || !by["vellum-1"].CQL {
		l.t.Errorf("only sprout-1 was stopped: %+v", by)
	}
	l.do("start", "sprout-1")
	if name := strings.TrimSpace(l.do("ssh", "sprout-1", "--", "hostname")); name != "sprout-1" {
		l.t.Errorf("sprout-1 was started and calls itself %q", name)
	}
	l.do("down")
	for name, s := range l.status() {
		if s.PID != 0 || s.SSH {
			l.t.Errorf("the lab is down: %s is %+v", name, s)
		}
	}
	l.do("up")
	if again := l.do("digest"); again != digest {
		l.t.Errorf("before it was down\n%s\nafterwards\n%s", digest, again)
	}
}
