package nodetool_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/nodetool"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

type answers map[string]engine.Result

// asker answers commands by their second word and keeps what was sent.
type asker struct {
	*enginetest.Ground
	answers answers
	err     error
	hangs   bool
	sent    []engine.Command
}

func (a *asker) Path(name string) string { return a.Dir + name }

func (a *asker) Exec(ctx context.Context, c engine.Command) (engine.Result, error) {
	a.sent = append(a.sent, c)
	if a.hangs {
		<-ctx.Done()
		return engine.Result{}, ctx.Err()
	}
	r, ok := a.answers[c.Argv[1]]
	if !ok && a.err == nil {
		return r, fmt.Errorf("unexpected %q", c.Argv)
	}
	return r, a.err
}

func tool(a answers) (*nodetool.Tool, *asker) {
	s := &asker{Ground: &enginetest.Ground{}, answers: a}
	return nodetool.New(s), s
}

func TestReadingEveryVersion(t *testing.T) {
	for _, v := range nodetooltest.Versions() {
		t.Run(v, func(t *testing.T) {
			n, _ := tool(answers{
				"netstats": nodetooltest.Golden(t, v, "netstats-normal"), "describecluster": nodetooltest.Golden(t, v, "describecluster"),
			})
			if mode, err := n.Mode(t.Context()); err != nil || mode != nodetool.Normal {
				t.Errorf("mode %q, %v", mode, err)
			}
			if a, err := n.Agreement(t.Context()); err != nil || len(a.Versions) != 1 || len(a.Unreachable) != 0 {
				t.Errorf("agreement %v, %v", a, err)
			}
		})
	}
}

func TestStatusEveryVersion(t *testing.T) {
	for _, v := range nodetooltest.Versions() {
		for _, name := range []string{"status", "status-keyspace"} {
			n, _ := tool(answers{"status": nodetooltest.Golden(t, v, name)})
			members, err := n.Status(t.Context())
			if err != nil {
				t.Fatalf("%s %s: %v", v, name, err)
			}
			for _, m := range members {
				if !m.UN() || m.DC != "site1" || m.Rack != "rack1" || len(m.HostID) != 36 || !strings.HasPrefix(m.Address, "10.77.0.") {
					t.Errorf("%s %s: %+v", v, name, m)
				}
			}
		}
	}
}

func TestStatusNamesTheDeadMember(t *testing.T) {
	n, _ := tool(answers{"status": nodetooltest.Golden(t, "5.0.8", "status-node-down")})
	members, err := n.Status(t.Context())
	if err != nil || len(members) != 3 {
		t.Fatalf("%d members, %v", len(members), err)
	}
	want := nodetool.Member{State: "Normal", Address: "10.77.0.14", HostID: "75ed0612-b7e9-4a41-8620-557ba0293ae2", Rack: "rack1", DC: "site1"}
	if members[0] != want || members[0].UN() || !members[1].UN() {
		t.Errorf("%+v", members)
	}
}

const heading = "Datacenter: site1\n=================\nStatus=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n--  Address  Load  Tokens  Owns  Host ID  Rack\n"

func TestStatusOddRows(t *testing.T) {
	id := "75ed0612-b7e9-4a41-8620-557ba0293ae2"
	for name, c := range map[string]struct {
		text string
		want []nodetool.Member
	}{
		"load unknown":    {heading + "UJ  10.0.0.1  ?  16  ?  " + id + "  r1\n\n", []nodetool.Member{{Up: true, State: "Joining", Address: "10.0.0.1", HostID: id, Rack: "r1", DC: "site1"}}},
		"token column":    {heading + "UN  10.0.0.1  1 KiB  100.0%  " + id + "  -929  r1\n", []nodetool.Member{{Up: true, State: "Normal", Address: "10.0.0.1", HostID: id, Rack: "r1", DC: "site1"}}},
		"state unknown":   {heading + "?N  10.0.0.1  1 KiB  16  1%  " + id + "  r1\n", []nodetool.Member{{State: "Normal", Address: "10.0.0.1", HostID: id, Rack: "r1", DC: "site1"}}},
		"note after":      {heading + "UN  10.0.0.1  1 KiB  16  1%  " + id + "  r1\n\nNote: Ownership information is meaningless\n", []nodetool.Member{{Up: true, State: "Normal", Address: "10.0.0.1", HostID: id, Rack: "r1", DC: "site1"}}},
		"no rack":         {heading + "UN  10.0.0.1  1 KiB  16  1%  " + id + "\n", nil},
		"no host id":      {heading + "UN  10.0.0.1  1 KiB  16  1%  r1\n", nil},
		"unknown letters": {heading + "XX  10.0.0.1  1 KiB  16  1%  " + id + "  r1\n", nil},
		"second broken":   {heading + "UN  10.0.0.1  1 KiB  16  1%  " + id + "  r1\ngarbage\n", nil},
		"no members":      {heading, nil},
		"empty":           {"", nil},
	} {
		n, _ := tool(answers{"status": nodetooltest.Says(c.text)})
		got, err := n.Status(t.Context())
		if (err == nil) != (c.want != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestStatusOfTwoDataCentres(t *testing.T) {
	row := "UN  10.0.0.%d  1 KiB  16  1%%  75ed0612-b7e9-4a41-8620-557ba0293ae%d  r1\n"
	text := heading + fmt.Sprintf(row, 1, 1) + "\n" + strings.Replace(heading, "site1", "site2", 1) + fmt.Sprintf(row, 2, 2)
	n, _ := tool(answers{"status": nodetooltest.Says(text)})
	m, err := n.Status(t.Context())
	if err != nil || len(m) != 2 || m[0].DC != "site1" || m[1].DC != "site2" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAgreementSeesWhoDiffersAndWhoIsGone(t *testing.T) {
	n, _ := tool(answers{"describecluster": nodetooltest.Golden(t, "5.0.8", "describecluster-schema-disagreement")})
	if a, err := n.Agreement(t.Context()); err != nil || len(a.Versions) != 2 || len(a.Versions["89a7d9ff-f239-3ba5-8f13-cbca34992553"]) != 2 {
		t.Errorf("%v, %v", a, err)
	}
	n, _ = tool(answers{"describecluster": nodetooltest.Golden(t, "5.0.8", "describecluster-node-unreachable")})
	if a, err := n.Agreement(t.Context()); err != nil || len(a.Versions) != 1 || !slices.Equal(a.Unreachable, []string{"10.77.0.14"}) {
		t.Errorf("%v, %v", a, err)
	}
	for _, text := range []string{"", "Cluster Information:\n", "Schema versions:\n\nStats for all nodes:\n"} {
		n, _ = tool(answers{"describecluster": nodetooltest.Says(text)})
		if a, err := n.Agreement(t.Context()); err == nil {
			t.Errorf("%q: %v", text, a)
		}
	}
}

func TestUnknownShapesAreErrors(t *testing.T) {
	for _, text := range []string{"", "Mode:\n", "Mode: NORMAL\nMode: DRAINED\n", "mode: NORMAL\n"} {
		n, _ := tool(answers{"netstats": nodetooltest.Says(text)})
		if m, err := n.Mode(t.Context()); err == nil {
			t.Errorf("netstats %q: %s", text, m)
		}
	}
}

func TestOldNoiseIsDropped(t *testing.T) {
	n, _ := tool(answers{"netstats": nodetooltest.Says("xss =  -ea -Xms1G\nxss =  -ea\nMode: NORMAL\n")})
	if m, err := n.Mode(t.Context()); err != nil || m != nodetool.Normal {
		t.Errorf("%q, %v", m, err)
	}
}

func TestFailuresHaveAClassAndNodetoolsWords(t *testing.T) {
	for _, c := range []struct {
		name, words string
		class       engine.Class
		exit        int
		next        bool
	}{
		{"connect-failed", "Failed to connect to '127.0.0.1:7199'", engine.ClassConnect, 1, true},
		{"server-not-initialized", "Server is not initialized yet", engine.ClassConnect, 1, true},
		{"snapshot-exists-already", "Snapshot b1 already exists.", engine.ClassPrecondition, 2, false},
		{"snapshot-unknown-keyspace", "Keyspace nosuch does not exist", engine.ClassPrecondition, 1, false},
		{"snapshot-disk-full", "No space left on device", engine.ClassSpace, 2, true},
	} {
		n, _ := tool(answers{"snapshot": nodetooltest.Golden(t, "5.0.8", c.name)})
		err := n.Snapshot(t.Context(), "b1", []string{"homer"})
		if err == nil || !strings.Contains(err.Error(), c.words) || engine.ClassOf(err) != c.class || engine.ExitOf(err) != c.exit || (engine.NextOf(err) != "") != c.next {
			t.Errorf("%s: %v, class %s, exit %d, next %q", c.name, err, engine.ClassOf(err), engine.ExitOf(err), engine.NextOf(err))
		}
		if strings.Contains(err.Error(), "at org.apache") {
			t.Errorf("%s: a stack trace in %v", c.name, err)
		}
	}
}

func TestCallsThatGiveNoStatus(t *testing.T) {
	n, a := tool(nil)
	a.err = &exec.Error{Name: "nodetool", Err: exec.ErrNotFound}
	if _, err := n.Mode(t.Context()); engine.ClassOf(err) != engine.ClassPrecondition || engine.NextOf(err) == "" {
		t.Errorf("absent: %v", err)
	}
}

// A call that hangs names the time that really ended it: its own, or that of the step.
func TestHangingCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a := tool(nil)
		a.hangs = true
		if _, err := n.Mode(t.Context()); engine.ClassOf(err) != engine.ClassTimeout || !strings.Contains(err.Error(), "nodetool netstats: no end within 30s") {
			t.Errorf("hanging: %v", err)
		}
		ctx, cancel := engine.Within(t.Context(), 10*time.Second)
		defer cancel()
		if err := n.Flush(ctx, nil); !strings.Contains(err.Error(), "nodetool flush: no end within 10s") || !strings.Contains(engine.NextOf(err), "hangs") {
			t.Errorf("hanging in a step that has seconds: %v", err)
		}
	})
}

func TestEveryCallHasADeadlineAndTheSignallingNetwork(t *testing.T) {
	n, a := tool(answers{"snapshot": {}, "drain": {}, "netstats": {}, "status": {}, "repair": {}, "clearsnapshot": {}, "describecluster": {}, "flush": {}})
	ctx := t.Context()
	_ = n.Snapshot(ctx, "b1", []string{"homer"})
	_ = n.ClearSnapshot(ctx, "b1", []string{"homer"})
	_ = n.Drain(ctx, time.Minute)
	_ = n.ProveDrained(ctx)
	_ = n.Repair(ctx, "homer", true, time.Hour)
	_ = n.Flush(ctx, nil)
	_, _ = n.Status(ctx)
	_, _ = n.Agreement(ctx)
	for _, c := range a.sent {
		if c.Timeout <= 0 || c.Space != engine.Signaling {
			t.Errorf("%q: timeout %s, space %d", c.Argv, c.Timeout, c.Space)
		}
	}
	if len(a.sent) != 8 {
		t.Errorf("%d calls", len(a.sent))
	}
}

func TestNamesCannotBecomeOptions(t *testing.T) {
	n, a := tool(nil)
	for _, tag := range []string{"", "-t", "a b", "a/b", "--all"} {
		if err := n.Snapshot(t.Context(), tag, []string{"homer"}); engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("tag %q: %v", tag, err)
		}
	}
	for _, k := range []string{"", "--all", "a b", "ho-mer", "x;y"} {
		if err := n.ClearSnapshot(t.Context(), "b1", []string{k}); engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("keyspace %q: %v", k, err)
		}
	}
	if err := n.Snapshot(t.Context(), "b1", nil); err == nil {
		t.Error("a snapshot of no keyspaces was sent")
	}
	if len(a.sent) != 0 {
		t.Errorf("sent %v", a.sent)
	}
}
