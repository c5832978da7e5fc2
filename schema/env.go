package schema

import (
	"maps"
	"slices"
)

// Env holds the values an expression may see; nil maps mean "not known yet".
type Env struct {
	Inputs map[string]any
	Vars   map[string]any
	Node   NodeEnv
	Site   SiteEnv
	RunID  string
	// StageNodes are the names of the nodes on which the stage runs.
	StageNodes []string
	Item       any

	// Steps is this node's: step id → {out: …}; for a step with for-each out
	// is a map by key. Nodes is node name → {steps: …}, the controller's under
	// "controller". Outputs may be Go structs or what JSON makes of them.
	Steps map[string]any
	Nodes map[string]map[string]any

	Failure string
	Attempt int
	Exit    int
}

// NodeEnv is what expressions see as node.
type NodeEnv struct {
	Name    string
	Address string
	Groups  []string
}

// SiteEnv is what expressions see as site.
type SiteEnv struct {
	Name        string
	ExternalHSS bool
	Memento     bool
	Keyspaces   []string
	Secrets     []string // names; expressions never see values
}

// Env gives what expressions see of the site; a nil site is empty.
func (s *Site) Env() SiteEnv {
	if s == nil {
		return SiteEnv{}
	}
	return SiteEnv{Name: s.Name, ExternalHSS: s.ExternalHSS, Memento: s.Memento, Keyspaces: s.keyspaces(), Secrets: slices.Sorted(maps.Keys(s.Secrets))}
}

// Env gives what expressions see of the node; nil is the controller.
func (n *Node) Env() NodeEnv {
	if n == nil {
		return NodeEnv{Name: controllerName}
	}
	return NodeEnv{Name: n.Name, Address: n.Address, Groups: n.Groups}
}

// roots gives the values under the names that expressions use.
func (e Env) roots() map[string]any {
	nodes := make(map[string]any, len(e.Nodes))
	for name, steps := range e.Nodes {
		if name != controllerName {
			nodes[name] = steps
		}
	}
	secrets := make(map[string]any, len(e.Site.Secrets))
	for _, name := range e.Site.Secrets {
		secrets[name] = name
	}
	return map[string]any{
		sealRoot:  newSeal(),
		"secrets": secrets,
		"inputs":  e.Inputs,
		"vars":    e.Vars,
		"node":    map[string]any{"name": e.Node.Name, "address": e.Node.Address, "groups": e.Node.Groups},
		"site": map[string]any{
			"name": e.Site.Name, "external_hss": e.Site.ExternalHSS,
			"memento": e.Site.Memento, "keyspaces": e.Site.Keyspaces,
		},
		"run":          map[string]any{"id": e.RunID},
		"stage":        map[string]any{"nodes": e.StageNodes},
		"item":         e.Item,
		"steps":        e.Steps,
		"nodes":        nodes,
		controllerRoot: e.Nodes[controllerName],
		"failure":      e.Failure,
		"attempt":      e.Attempt,
		"exit":         e.Exit,
	}
}
