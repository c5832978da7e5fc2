package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

func newNodes(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "nodes", Short: "Connects to all nodes and says what answers there.", Args: between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.nodes(c.Context()) },
	}
}

// nodeLine is a node's answer.
type nodeLine struct {
	Node    string             `json:"node"`
	Address string             `json:"address,omitempty"`
	Groups  []string           `json:"groups,omitempty"`
	Build   string             `json:"build,omitempty"`
	Root    bool               `json:"root"`
	Epoch   int64              `json:"epoch"`
	Lock    *engine.LockRecord `json:"lock,omitempty"`
	// Swaps are the runs whose restore is half-way there.
	Swaps []string     `json:"swaps,omitempty"`
	Class engine.Class `json:"class,omitempty"`
	Error string       `json:"error,omitempty"`
	Next  string       `json:"next,omitempty"`
}

func (a *app) nodes(ctx context.Context) error {
	site, src, err := a.loadSite()
	if err != nil {
		return err
	}
	limit, err := a.limits(site)
	if err != nil {
		return err
	}
	s, err := a.open(site, src.Name)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, stop := interruptible(ctx)
	defer stop()
	names := slices.DeleteFunc(nodeNames(site), func(name string) bool { return len(limit) > 0 && !slices.Contains(limit, name) })
	lines, err := s.askNodes(ctx, names)
	if a.json() {
		return errors.Join(view.JSON(a.stdout, lines), err)
	}
	nodesTable(a, lines)
	a.say("Only the agents were asked: whether Cassandra serves there says the plan of a runbook that needs it.")
	return err
}

func (s *session) askNodes(ctx context.Context, names []string) ([]nodeLine, error) {
	var mu sync.Mutex
	by := map[string]nodeLine{}
	err := forAll(names, func(name string) error {
		n := s.site.Node(name)
		l := nodeLine{Node: name, Address: n.Address, Groups: n.Groups}
		st, err := s.node(name).State(ctx, "")
		if err != nil {
			l.Class, l.Error, l.Next = engine.ClassOf(err), err.Error(), s.app.reaching(engine.NextOf(err))
		}
		l.Build, l.Root, l.Epoch, l.Lock, l.Swaps = st.Build, st.Root, st.Epoch, st.Lock, st.Swaps
		mu.Lock()
		defer mu.Unlock()
		by[name] = l
		return err
	})
	lines := []nodeLine{}
	for _, n := range names {
		lines = append(lines, by[n])
	}
	if err != nil {
		err = &refused{err}
	}
	return lines, err
}

func nodesTable(a *app, lines []nodeLine) {
	var rows [][]string
	for _, l := range lines {
		state, root := "free", "yes"
		switch {
		case l.Error != "":
			state = unusable(l)
		case l.Lock != nil:
			state = "locked by " + l.Lock.Run + " (" + l.Lock.Runbook + "), " + l.Lock.Holder.User + "@" + l.Lock.Holder.Host
		}
		for _, run := range l.Swaps {
			state += "; the restore of run " + run + " is half-way: do not start Cassandra there"
		}
		if !l.Root {
			root = "no"
		}
		epoch := strconv.FormatInt(l.Epoch, 10)
		if l.Error != "" {
			root, epoch = "", ""
		}
		rows = append(rows, []string{l.Node, l.Address, strings.Join(l.Groups, ","), l.Build, root, epoch, state})
	}
	view.Table(a.stdout, []string{"NODE", "ADDRESS", "GROUPS", "BUILD", "ROOT", "EPOCH", "STATE"}, rows)
}

// unusable says in words why a node is of no use to a run.
func unusable(l nodeLine) string {
	switch l.Class {
	case engine.ClassConnect:
		return "not reached"
	case engine.ClassAuth:
		if strings.Contains(l.Error, "sudo refused ") {
			return "sudo refused"
		}
		return "login refused"
	case engine.ClassHostKey:
		return "host key refused"
	case engine.ClassPrecondition:
		return "no usable agent"
	}
	return "no answer"
}
