package backup

import (
	"fmt"
	"maps"
	"slices"
)

// Set is one backup of one source over all nodes that were asked.
type Set struct {
	ID        string   `json:"id"`
	Source    string   `json:"source"`
	Keyspaces []string `json:"keyspaces,omitempty"`
	Bytes     int64    `json:"bytes"`
	// Nodes are those the set was taken on, Have those of them whose backup is there and verified by checksums, Sealed
	// those of Have where the seal lies beside it.
	Nodes  []string `json:"nodes"`
	Have   []string `json:"have"`
	Sealed []string `json:"sealed"`
}

// Complete tells whether every node of the set has its verified backup and its seal, as a restore asks for them; nothing
// less is ever "latest".
func (s Set) Complete() bool { return len(s.Nodes) > 0 && len(s.Sealed) == len(s.Nodes) }

// Unsealed tells whether nothing but the seal is missing: a backup that ended between its last two steps.
func (s Set) Unsealed() bool { return len(s.Have) == len(s.Nodes) && !s.Complete() }

// Share is the state for people: "complete", "verified, not sealed" or "2 of 3 nodes".
func (s Set) Share() string {
	switch {
	case s.Complete():
		return "complete"
	case s.Unsealed():
		return "verified, not sealed"
	}
	return fmt.Sprintf("%d of %d nodes", len(s.Have), len(s.Nodes))
}

// Missing are the nodes of the set without a verified backup.
func (s Set) Missing() []string {
	return slices.DeleteFunc(slices.Clone(s.Nodes), func(n string) bool { return slices.Contains(s.Have, n) })
}

// Sets puts together what the nodes hold, newest first. A node counts by the name in its manifest, so that a
// backup that was copied to another machine still stands for the node that saved it.
func Sets(byNode map[string][]Entry) []Set {
	type key struct{ id, source string }
	sets := map[key]*Set{}
	var order []Entry
	for _, node := range slices.Sorted(maps.Keys(byNode)) {
		for _, e := range byNode[node] {
			k := key{e.ID, e.Source}
			if sets[k] == nil {
				sets[k] = &Set{ID: e.ID, Source: e.Source}
				order = append(order, e)
			}
			sets[k].add(node, e)
		}
	}
	slices.SortStableFunc(order, newest)
	out := make([]Set, 0, len(order))
	for _, e := range order {
		out = append(out, *sets[key{e.ID, e.Source}])
	}
	return out
}

func (s *Set) add(node string, e Entry) {
	if e.Node == "" { // no manifest that is accepted: the node belongs to the set, its backup counts for its size alone
		s.Nodes = merge(s.Nodes, node)
		s.Bytes += e.Bytes
		return
	}
	s.Nodes = merge(s.Nodes, append(slices.Clone(e.Nodes), e.Node)...)
	s.Keyspaces = merge(s.Keyspaces, e.Keyspaces...)
	if e.Verified != Checksums {
		return
	}
	if !slices.Contains(s.Have, e.Node) {
		s.Have = merge(s.Have, e.Node)
		s.Bytes += e.Bytes
	}
	if e.Sealed {
		s.Sealed = merge(s.Sealed, e.Node)
	}
}

func merge(list []string, more ...string) []string {
	list = append(list, more...)
	slices.Sort(list)
	return slices.Compact(list)
}
