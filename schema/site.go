package schema

import (
	"maps"
	"slices"
)

// Site is one deployment: its nodes and what holds for all of them.
type Site struct {
	Name        string
	SSHConfig   string // path as written; "" = the operator's own
	ExternalHSS bool
	Memento     bool
	Vars        map[string]any
	Nodes       []Node // in the order of the file
	Secrets     map[string]Secret
	Source      Source
}

// Node is one machine of a site.
type Node struct {
	Name       string
	Address    string // serves ssh only
	Groups     []string
	Connection string // ssh or local
	Become     string // "" or root
	Netns      string // network namespace of Cassandra, "" = the machine's own
	User       string // login name, "" = ssh's own choice
	Port       int    // 0 = ssh's own choice
	Vars       map[string]any
	Pos        Pos
}

// Secret names a secret value's place; exactly one field is set. The value is
// resolved late and never part of a plan.
type Secret struct {
	NodeFile string   `json:"node-file" help:"file on the node"`
	Env      string   `json:"env" help:"environment variable of the controller"`
	Command  []string `json:"command" help:"command on the controller that prints the value"`
}

// Groups gives the names of all groups, sorted.
func (s *Site) Groups() []string {
	set := map[string]bool{}
	for _, n := range s.Nodes {
		for _, g := range n.Groups {
			set[g] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Select gives the nodes that any of the names (groups or nodes) means, in
// the order of the site, each once. The controller is no node.
func (s *Site) Select(names []string) []*Node {
	var out []*Node
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if slices.ContainsFunc(names, func(name string) bool {
			return name == n.Name || slices.Contains(n.Groups, name)
		}) {
			out = append(out, n)
		}
	}
	return out
}

// Node gives the node of that name, nil when there is none.
func (s *Site) Node(name string) *Node {
	for i := range s.Nodes {
		if s.Nodes[i].Name == name {
			return &s.Nodes[i]
		}
	}
	return nil
}

// keyspaces is the scope of backup and restore: an external HSS masters what
// the homestead keyspaces hold, and without the Memento application server
// there is no memento.
func (s *Site) keyspaces() []string {
	var out []string
	if !s.ExternalHSS {
		out = append(out, "homestead_provisioning", "homestead_cache")
	}
	out = append(out, "homer")
	if s.Memento {
		out = append(out, "memento")
	}
	return out
}

func nodeNames(nodes []*Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.Name
	}
	return out
}
