package engine_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/schema"
)

// hub stands for the nodes' sessions: what sources say, and the doors of the tasks that wait.
type hub struct {
	mu      sync.Mutex
	said    []string // what each next stream says
	fails   error    // the source gives none
	ends    error    // what a source says whose stream the other end left
	asked   []string
	streams chan net.Conn
	refused chan error
}

func newHub(said ...string) *hub {
	return &hub{said: said, streams: make(chan net.Conn), refused: make(chan error)}
}

// take reads a whole line from one stream after the other.
func (h *hub) take(ctx context.Context) (string, error) {
	for {
		select {
		case s := <-h.streams:
			line, err := bufio.NewReader(s).ReadString('\n')
			s.Close()
			switch line = strings.TrimSpace(line); {
			case err == nil && line == "unfit":
				return "", engine.Failf(engine.ClassPrecondition, "it differs")
			case err == nil:
				return line, nil
			}
		case err := <-h.refused:
			return "", err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// leaving is a stream of a source that notices that the other end left.
type leaving struct {
	net.Conn
	ends error
}

func (l *leaving) Close() error { return errors.Join(l.Conn.Close(), l.ends) }

// sessions is a node with streams.
type sessions struct {
	engine.Node
	h    *hub
	name string
}

func (s *sessions) Send(_ context.Context, path string) (io.ReadWriteCloser, error) {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	s.h.asked = append(s.h.asked, s.name+":"+path)
	if s.h.fails != nil {
		return nil, s.h.fails
	}
	here, there := net.Pipe()
	say := s.h.said[0]
	s.h.said = s.h.said[1:]
	go func() {
		_, _ = io.WriteString(there, say)
		there.Close()
	}()
	return &leaving{here, s.h.ends}, nil
}

func (s *sessions) Receive(ctx context.Context, _ engine.TaskRef) (io.ReadWriteCloser, error) {
	here, there := net.Pipe()
	select {
	case s.h.streams <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *sessions) Refuse(ctx context.Context, _ engine.TaskRef, cause error) error {
	select {
	case s.h.refused <- cause:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type fetch struct {
	From string `json:"from" help:"source"`
	To   string `json:"to" help:"target"`
	h    *hub
}

func (f *fetch) Bridge(node string) engine.Bridge {
	b := engine.Bridge{From: f.From, To: f.To, Source: "/src"}
	if b.From == "" {
		b.From = node
	}
	if b.To == "" {
		b.To = node
	}
	return b
}

func (f *fetch) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.Creates, Summary: "fetch to " + v.Node, Will: []engine.Fact{{Key: "fetched", Value: "true"}}}, nil
}

func (f *fetch) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	line, err := f.h.take(ctx)
	return engine.Output{Note: h.Node + " got " + line}, err
}

// bridged plans and runs one fetch in a stage on n1.
func bridged(t *testing.T, h *hub, args string) (*engine.Plan, *enginetest.Controller, *enginetest.Fleet, error) {
	t.Helper()
	ks, err := engine.NewKinds(engine.Kind{
		Name: "fetch", Doc: "Test kind.", Example: "id: x\nfetch: {}", Redo: engine.Idempotent, New: func() engine.Step { return &fetch{h: h} },
	})
	if err != nil {
		t.Fatal(err)
	}
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(testSite)})
	rb, more := schema.Load(schema.Sources{Runbook: schema.Source{Name: "test.yaml", Data: []byte("runbook: t\ntitle: T\nstages:\n  - stage: a\n    on: n1\n    steps:\n      - {id: f, fetch: " + args + "}\n")}}, ks.Schema(), site)
	if err := errors.Join(diags.Err(), more.Err()); err != nil {
		t.Fatal(err)
	}
	basis := engine.Basis{Runbook: rb, Site: site, Kinds: ks, Inputs: map[string]any{}, Run: "20261122T010203Z-k7"}
	p, err := engine.NewPlan(basis)
	if err != nil {
		return nil, nil, nil, err
	}
	c, fleet := &enginetest.Controller{}, enginetest.NewFleet(t, ks)
	nodes := c.Nodes(fleet, "n1", "n2", "n3", "s1", engine.ControllerNode)
	for name, n := range nodes {
		nodes[name] = &sessions{n, h, name}
	}
	if err := engine.Preview(t.Context(), p, nodes); err != nil {
		t.Fatal(err)
	}
	x := &engine.Executor{Plan: p, Basis: basis, Nodes: nodes, Journal: c, State: engine.NewState(), Holder: engine.Holder{User: "op", Host: "here"}}
	return p, c, fleet, x.Run(t.Context())
}

func receipts(t *testing.T, f *enginetest.Fleet, node string) int {
	t.Helper()
	s, err := f.Node(node).Agent().State(t.Context(), "20261122T010203Z-k7")
	if err != nil {
		t.Fatal(err)
	}
	return len(s.Tasks)
}

// The task runs and leaves its receipt where the bytes arrive; both ends are locked; a broken stream is followed by
// another.
func TestBridge(t *testing.T) {
	for _, c := range []struct {
		args, at, from string
		locked         []string
	}{
		{"{from: s1}", "n1", "s1", []string{"n1", "s1"}},
		{"{to: s1}", "s1", "n1", []string{"n1", "s1"}},
		{"{from: controller}", "n1", "controller", []string{"n1"}},
		{"{to: controller}", "controller", "n1", []string{"n1"}},
		{"{from: n2, to: n3}", "n3", "n2", []string{"n1", "n2", "n3"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			h := newHub("half a li", "whole line\n")
			p, events, fleet, err := bridged(t, h, c.args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.locked, p.Nodes); diff != "" {
				t.Errorf("locked: %s", diff)
			}
			if diff := cmp.Diff([]string{c.from + ":/src", c.from + ":/src"}, h.asked); diff != "" {
				t.Errorf("asked: %s", diff)
			}
			for _, node := range []string{"n1", "n2", "n3", "s1", "controller"} {
				want := 0
				if node == c.at {
					want = 1
				}
				if got := receipts(t, fleet, node); got != want {
					t.Errorf("%s has %d receipts, want %d", node, got, want)
				}
			}
			i := slices.IndexFunc(events.Events, func(e engine.Event) bool { return e.Type == engine.EventEnd })
			if e := events.Events[i]; e.Node != "n1" || e.Message != c.at+" got whole line" {
				t.Errorf("%+v", e)
			}
			if facts, _ := engine.Fold(events.Events).Promises(p, c.at); facts["fetched"] != "true" {
				t.Error("the promise does not stand for the node that has the bytes")
			}
		})
	}
}

// A source that will never answer ends the task with its own class and advice.
func TestBridgeRefused(t *testing.T) {
	h := newHub()
	h.fails = engine.WithNext(engine.Failf(engine.ClassAuth, "s1: Permission denied"), "log in once")
	_, events, _, err := bridged(t, h, "{from: s1}")
	if err == nil {
		t.Fatal("the run is done")
	}
	i := slices.IndexFunc(events.Events, func(e engine.Event) bool { return e.Type == engine.EventEnd })
	if e := events.Events[i]; e.Outcome != engine.Failed || e.Class != engine.ClassAuth || e.Next != "log in once" {
		t.Errorf("%+v", e)
	}
}

// A stream that breaks off is told while the task waits for the next; behind a refusal the task's own words are all.
func TestBridgeTellsOfABrokenStream(t *testing.T) {
	for name, c := range map[string]struct {
		said  []string
		notes int
	}{
		"goes on": {[]string{"half a li", "whole line\n"}, 1},
		"refused": {[]string{"unfit\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(c.said...)
			h.ends = errors.New("s1: tidemark: the stream broke off: EOF")
			_, events, _, err := bridged(t, h, "{from: s1}")
			if (err != nil) != (c.notes == 0) {
				t.Fatal(err)
			}
			notes := 0
			for _, e := range events.Events {
				if e.Type == engine.EventNote && strings.Contains(e.Message, "broke off") {
					notes++
				}
			}
			if notes != c.notes {
				t.Errorf("%d notes of a broken stream, want %d", notes, c.notes)
			}
		})
	}
}

func TestBridgeNamesNodes(t *testing.T) {
	if _, _, _, err := bridged(t, newHub(), "{from: s9}"); err == nil || !strings.Contains(err.Error(), `no node "s9"`) {
		t.Error(err)
	}
}
