package nodetool_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

func TestDrainIsProvedByTheMode(t *testing.T) {
	for _, v := range nodetooltest.Versions() {
		n, _ := tool(answers{"drain": nodetooltest.Golden(t, v, "drain"), "netstats": nodetooltest.Golden(t, v, "netstats-drained")})
		if err := errors.Join(n.Drain(t.Context(), time.Minute), n.ProveDrained(t.Context())); err != nil {
			t.Errorf("%s: %v", v, err)
		}
		n, _ = tool(answers{"netstats": nodetooltest.Golden(t, v, "netstats-normal")})
		if err := n.ProveDrained(t.Context()); err == nil || !strings.Contains(err.Error(), "the mode is NORMAL") {
			t.Errorf("%s: %v", v, err)
		}
	}
}

func TestSnapshotNeedsTheWordsOfSuccess(t *testing.T) {
	for _, v := range nodetooltest.Versions() {
		n, a := tool(answers{"snapshot": nodetooltest.Golden(t, v, "snapshot-four-keyspaces")})
		if err := n.Snapshot(t.Context(), "b1", []string{"homestead_provisioning", "homestead_cache", "homer", "memento"}); err != nil {
			t.Errorf("%s: %v", v, err)
		}
		if got := strings.Join(a.sent[0].Argv, " "); len(a.sent) != 1 || got != "nodetool snapshot -t b1 -- homestead_provisioning homestead_cache homer memento" {
			t.Errorf("sent %s", got)
		}
		if err := n.Snapshot(t.Context(), "b2", []string{"homer"}); err == nil {
			t.Errorf("%s: the directory of another tag was taken as proof", v)
		}
	}
}

func TestClearSnapshot(t *testing.T) {
	for _, v := range nodetooltest.Versions() {
		n, a := tool(answers{"clearsnapshot": nodetooltest.Golden(t, v, "clearsnapshot-by-tag")})
		if err := n.ClearSnapshot(t.Context(), "b1", []string{"homer"}); err != nil {
			t.Errorf("%s: %v", v, err)
		}
		if got := strings.Join(a.sent[0].Argv, " "); len(a.sent) != 1 || got != "nodetool clearsnapshot -t b1 -- homer" {
			t.Errorf("sent %s", got)
		}
	}
}

func TestRepair(t *testing.T) {
	for _, c := range []struct {
		version, name, words string
		class                engine.Class
	}{
		{"5.0.8", "repair-full-pr-ok", "", ""},
		{"5.0.8", "repair-ok-although-a-node-of-other-ranges-is-down", "", ""},
		{"4.0.18", "repair-full-pr-ok", "", ""},
		{"4.0.18", "repair-full-pr-single-node", "", ""},
		{"4.1.10", "repair-full-pr-single-node", "", ""},
		{"5.0.8", "repair-empty-keyspace", "", ""},
		{"4.0.18", "repair-two-replicas-on-one-node", "", ""},
		{"5.0.8", "repair-replica-down", "Endpoint not alive: /10.77.0.14:7000", engine.ClassExit},
		{"5.0.8", "repair-replica-just-killed", "Did not get replies from all endpoints", engine.ClassExit},
	} {
		n, a := tool(answers{"repair": nodetooltest.Golden(t, c.version, c.name)})
		err := n.Repair(t.Context(), "homer", true, time.Hour)
		switch {
		case c.words == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words) || engine.ClassOf(err) != c.class || len(err.Error()) > 500):
			t.Errorf("%s: %v", c.name, err)
		}
		if got := strings.Join(a.sent[0].Argv, " "); got != "nodetool repair -full -iuk -pr -- homer" || a.sent[0].Timeout != time.Hour {
			t.Errorf("sent %s within %s", got, a.sent[0].Timeout)
		}
	}
}

func TestRepairWithStatusZeroIsNotEnough(t *testing.T) {
	for _, text := range []string{"", "Starting repair command #1\n", "Repair completed successfully\nRepair command #1 finished with error\n"} {
		n, _ := tool(answers{"repair": nodetooltest.Says(text)})
		if err := n.Repair(t.Context(), "homer", false, time.Hour); err == nil {
			t.Errorf("%q passed", text)
		}
	}
}

func TestAutocompaction(t *testing.T) {
	n, a := tool(answers{"disableautocompaction": {}, "statusautocompaction": nodetooltest.Says("not running\n")})
	if err := n.SetAutocompaction(t.Context(), false, "homer"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(a.sent[0].Argv, " "); got != "nodetool disableautocompaction -- homer" {
		t.Errorf("sent %s", got)
	}
	for _, text := range []string{"running\n", "partially running\n", ""} {
		n, _ := tool(answers{"disableautocompaction": {}, "statusautocompaction": nodetooltest.Says(text)})
		if err := n.SetAutocompaction(t.Context(), false, "homer"); err == nil {
			t.Errorf("%q was taken as off", text)
		}
	}
}
