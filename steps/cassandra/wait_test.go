package cassandra

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

func (n *toolNode) wait(s *waitStep, limit time.Duration) (engine.Output, error) {
	ctx, cancel := context.WithTimeout(n.T.Context(), limit)
	defer cancel()
	return s.Apply(ctx, engine.NewHost(n.actual(WaitCassandra()), n.Marks), engine.Change{})
}

func TestWaitNamesWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		step    waitStep
		arrange func(n *toolNode)
		words   string
	}{
		"all well":           {waitStep{}, func(*toolNode) {}, ""},
		"as many as said":    {waitStep{Members: 3, Nodes: []string{"10.0.0.2", "00000000-0000-0000-0000-000000000003"}}, func(*toolNode) {}, ""},
		"CQL":                {waitStep{}, func(n *toolNode) { n.become("STARTING") }, "connection refused"},
		"drained":            {waitStep{}, func(n *toolNode) { n.become("DRAINED") }, "connection refused"},
		"a member is down":   {waitStep{}, func(n *toolNode) { n.members[2] = "DN" + n.members[2][2:] }, "10.0.0.3 (site1, rack1) is down"},
		"a member joins":     {waitStep{}, func(n *toolNode) { n.members[2] = "UJ" + n.members[2][2:] }, "10.0.0.3 (site1, rack1) is joining"},
		"not seen yet":       {waitStep{}, func(n *toolNode) { n.members = n.members[:2] }, "the ring has 2 members, 3 are expected"},
		"fewer than said":    {waitStep{Members: 4}, func(*toolNode) {}, "the ring has 3 members, 4 are expected"},
		"a named one":        {waitStep{Nodes: []string{"10.0.0.9"}}, func(*toolNode) {}, "10.0.0.9 is no member of the ring"},
		"schema":             {waitStep{}, func(n *toolNode) { n.versions = "\t\taaaa: [10.0.0.1]\n\n\t\tbbbb: [10.0.0.2, 10.0.0.3]\n" }, "the schema differs between 10.0.0.1 and 10.0.0.2, 10.0.0.3"},
		"unreachable":        {waitStep{}, func(n *toolNode) { n.versions += "\n\t\tUNREACHABLE: [10.0.0.3]\n" }, "10.0.0.3 cannot be reached"},
		"status, odd shape":  {waitStep{}, func(n *toolNode) { n.answers["status"] = nodetooltest.Says("all fine\n") }, "shape that is not known"},
		"cluster, odd shape": {waitStep{}, func(n *toolNode) { n.answers["describecluster"] = nodetooltest.Says("all fine\n") }, "shape that is not known"},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := newToolNode(t)
			c.arrange(n)
			out, err := n.wait(&c.step, time.Minute)
			switch {
			case c.words == "" && (err != nil || out.Value != WaitOut{"00000000-0000-0000-0000-000000000001", "5.0.8", "aaaa", 3}):
				t.Errorf("%s: %+v, %v", name, out, err)
			case c.words != "" && (engine.ClassOf(err) != engine.ClassTimeout || !strings.Contains(err.Error(), c.words) || engine.NextOf(err) == ""):
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestWaitGoesOnUntilItIsSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newToolNode(t)
		n.become("STARTING")
		begin := time.Now()
		n.each = func() {
			if time.Since(begin) > 10*time.Second && n.mode != "NORMAL" {
				n.become("NORMAL")
			}
		}
		if _, err := n.wait(&waitStep{}, time.Minute); err != nil || time.Since(begin) < 10*time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

func TestWaitEndsAtOnceForAnOldCassandra(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newToolNode(t)
		n.release = "3.11.4"
		begin := time.Now()
		if _, err := n.wait(&waitStep{}, time.Hour); engine.ClassOf(err) != engine.ClassPrecondition || time.Since(begin) > time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

func TestPlanOfWaitCassandra(t *testing.T) {
	n := newToolNode(t)
	step := &waitStep{}
	if c, err := n.Plan(WaitCassandra(), step); err != nil || c.Sign != engine.NotKnown || c.Risk != engine.Harmless {
		t.Errorf("%+v, %v", c, err)
	}
	c, err := step.Plan(t.Context(), n.actual(WaitCassandra()))
	var out WaitOut
	if err != nil || c.Sign != engine.Same || c.Summary != "serves, 3 members up and normal, one schema" || json.Unmarshal(c.Out, &out) != nil || out.Members != 3 {
		t.Errorf("%+v, %v", c, err)
	}
	n.become("STARTING")
	if c, err := step.Plan(t.Context(), n.actual(WaitCassandra())); err != nil || c.Sign != engine.NotKnown || len(c.Unknown) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	for promised, words := range map[string]string{cassconf.Stopped: "leaves it stopped", cassconf.Unclear: "leaves it drained"} {
		n.Facts = engine.NewFacts(map[string]string{cassconf.FactRunning: promised})
		if _, err := n.Plan(WaitCassandra(), step); engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), words) {
			t.Errorf("%v", err)
		}
	}
}
