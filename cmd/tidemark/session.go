package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// open prepares connections to the nodes of a site; nothing is dialled before the first question.
func (a *app) open(site *schema.Site, file string) (*session, error) {
	build, err := a.build()
	if err != nil {
		return nil, err
	}
	s := &session{app: a, site: site, nodes: map[string]engine.Node{}, swaps: map[string][]string{}, config: sshConfig(site, file)}
	if a.local {
		if s.local, err = a.thisNode(site); err != nil {
			return nil, err
		}
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

// sshConfig is the site's ssh configuration; a relative path is meant from the site file.
func sshConfig(site *schema.Site, file string) string {
	if site.SSHConfig == "" || filepath.IsAbs(site.SSHConfig) {
		return site.SSHConfig
	}
	return filepath.Join(filepath.Dir(file), site.SSHConfig)
}

// thisNode is the node that --local means: the only one, the only one of --limit, or the one of this host's name.
func (a *app) thisNode(site *schema.Site) (string, error) {
	nodes := site.Nodes
	if len(a.limit) > 0 {
		nodes = nil
		for _, n := range site.Select(a.limit) {
			nodes = append(nodes, *n)
		}
	}
	if len(nodes) == 1 {
		return nodes[0].Name, nil
	}
	host, err := os.Hostname()
	if short, _, _ := strings.Cut(host, "."); err == nil && site.Node(short) != nil {
		return short, nil
	}
	return "", usagef("", "--local: which node of site %s is this machine (%s)? name it with --limit NODE", site.Name, host)
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

func (s *session) target(name string) link.Target {
	t := link.Target{Name: name, SSHConfig: s.config, Connection: "local"}
	if n := s.site.Node(name); n != nil {
		t.Address, t.Connection, t.Become, t.Netns = destination(n), n.Connection, n.Become, n.Netns
	}
	if name == s.local {
		t.Connection = "local"
	}
	if name == engine.ControllerNode {
		t.StateDir = s.controllerDir()
		return t
	}
	if t.Connection == "local" && os.Geteuid() != 0 {
		t.Become, t.StateDir = "", filepath.Join(userState(), "node")
	}
	return t
}

// controllerDir is the node state of the controller's own agent: one per run, since its steps belong to one run.
func (s *session) controllerDir() string {
	return filepath.Join(s.app.stateDir(), "controller", s.run)
}

// destination is what ssh is told: the address, with login name and port where the site has them.
func destination(n *schema.Node) string {
	to := n.Address
	if n.User != "" {
		to = n.User + "@" + to
	}
	if n.Port != 0 {
		to = fmt.Sprintf("ssh://%s:%d", to, n.Port)
	}
	return to
}

// connected are the connections to these nodes, each asked once; nodes that cannot be reached are one error.
func (s *session) connected(ctx context.Context, run string, names []string) (map[string]engine.Node, error) {
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

// note remembers who holds a node, unless it is the run of this session, and whose files are half exchanged there.
func (s *session) note(name string, state *engine.NodeState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lock := state.Lock; lock != nil && lock.Run != s.run {
		s.holders = append(s.holders, (&engine.Locked{Node: name, Record: *lock}).Error())
		slices.Sort(s.holders)
	}
	if state.Lock == nil && len(state.Swaps) > 0 {
		s.swaps[name] = state.Swaps
	}
}

// abandonedSwaps refuses nodes whose files a run left half exchanged when it was abandoned, but for its undo.
func (s *session) abandonedSwaps(undoes string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.swaps)) {
		for _, run := range s.swaps[name] {
			if run != undoes && run != s.run {
				errs = append(errs, engine.HalfWay(name, run))
			}
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return &refused{errors.Join(errs...)}
}

// forAll asks all names at once and joins the failures, each with its name.
func forAll(names []string, do func(name string) error) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			if err := do(name); err != nil {
				errs[i] = &view.NodeError{Node: name, Err: err}
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

// limits turns --limit into node names; unknown ones are refused.
func (a *app) limits(site *schema.Site) ([]string, error) {
	var out []string
	for _, name := range a.limit {
		found := site.Select([]string{name})
		if len(found) == 0 {
			known := site.Groups()
			for _, n := range site.Nodes {
				known = append(known, n.Name)
			}
			return nil, usagef("tidemark nodes", "--limit: site %s has no node or group %q%s", site.Name, name, meant(name, known))
		}
		for _, n := range found {
			if !slices.Contains(out, n.Name) {
				out = append(out, n.Name)
			}
		}
	}
	return out, nil
}
