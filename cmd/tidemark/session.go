package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/engine/link"
	"tidemark/schema"
)

// session is the connections of one invocation.
type session struct {
	app    *app
	site   *schema.Site
	dial   func(link.Target) engine.Node
	config string // ssh configuration, "" is the operator's own
	local  string // the node that is this machine, with --local
	run    string // the run whose controller steps the controller's own agent takes

	mu    sync.Mutex
	nodes map[string]engine.Node
	// holders says of each node that another run holds who that is.
	holders []string
	// swaps are the runs that left files half exchanged on a node that nobody holds.
	swaps  map[string][]string
	notify func(node string, up bool, err error)
}

// open prepares connections to the nodes of a site; nothing is dialled before the first question. Only are
// the nodes that are meant, without any those of --limit: --local takes one of them for this machine.
func (a *app) open(site *schema.Site, file string, only ...string) (*session, error) {
	build, err := a.build()
	if err != nil {
		return nil, err
	}
	s := &session{app: a, site: site, nodes: map[string]engine.Node{}, swaps: map[string][]string{}, config: sshConfig(site, file)}
	if len(only) == 0 {
		only = a.limit
	}
	if a.local {
		if s.local, err = thisNode(site, only); err != nil {
			return nil, err
		}
	}
	if err := housed(site, s.local); err != nil {
		return nil, err
	}
	o := link.Options{Build: build, AgentDir: a.agentDir, Interactive: view.Terminal(a.stdin), Notify: s.tell}
	if a.dial != nil {
		s.dial = func(t link.Target) engine.Node { return a.dial(t, o) }
		return s, nil
	}
	d := link.NewDialer(o)
	s.dial = func(t link.Target) engine.Node { return d.Node(t) }
	return s, nil
}

// node is the connection to a node of the site, or to the controller's own agent.
func (s *session) node(name string) engine.Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes[name] == nil {
		s.nodes[name] = s.dial(s.target(name))
	}
	return s.nodes[name]
}

// connected are the connections to these nodes, each asked once; nodes that cannot be reached are one error.
func (s *session) connected(ctx context.Context, run string, names []string) (map[string]engine.Node, error) {
	if slices.Contains(names, engine.ControllerNode) && s.app.stateDir() == nowhere { // its agent keeps its records there
		return nil, homeless()
	}
	s.run = run
	out := map[string]engine.Node{}
	for _, n := range names {
		out[n] = s.node(n)
	}
	err := forAll(names, func(name string) error {
		state, err := out[name].State(ctx, "")
		s.note(name, &state)
		return err
	})
	if err != nil {
		return nil, &refused{err}
	}
	return out, nil
}

// states asks nodes for what they keep of a run.
func (s *session) states(ctx context.Context, names []string, run string) (map[string]engine.NodeState, error) {
	var mu sync.Mutex
	out := map[string]engine.NodeState{}
	err := forAll(names, func(name string) error {
		st, err := s.node(name).State(ctx, run)
		mu.Lock()
		defer mu.Unlock()
		out[name] = st
		return err
	})
	if err != nil {
		return out, &refused{err}
	}
	return out, nil
}

// forAll asks all names at once and joins the failures, each with its name.
func forAll(names []string, do func(name string) error) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			if err := do(name); err != nil {
				errs[i] = &engine.NodeError{Node: name, Err: err}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// tell passes lost and restored connections on.
func (s *session) tell(node string, up bool, err error) {
	s.mu.Lock()
	notify := s.notify
	s.mu.Unlock()
	if notify != nil {
		notify(node, up, err)
	}
}

// onNotify sets who hears of lost connections.
func (s *session) onNotify(f func(node string, up bool, err error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notify = f
}

// close ends all connections; tasks go on.
func (s *session) close() {
	s.onNotify(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	var wg sync.WaitGroup
	for _, n := range s.nodes {
		wg.Go(func() { _ = n.Close() })
	}
	wg.Wait()
	s.forget()
}

// forget removes what the controller's own agent kept for a run that never began: a dry run leaves nothing behind.
func (s *session) forget() {
	if s.run == "" {
		return
	}
	if _, err := os.Stat(journal.Dir(s.app.stateDir(), s.run)); errors.Is(err, fs.ErrNotExist) {
		_ = os.RemoveAll(s.controllerDir())
		_ = os.Remove(filepath.Dir(s.controllerDir()))
	}
}
