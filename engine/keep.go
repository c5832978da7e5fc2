package engine

import (
	"context"
	"maps"
	"slices"
)

// KeepRequest gives a node programs, or asks which of them it has, by their hashes.
type KeepRequest struct {
	Hashes   []string  `json:"hashes,omitempty"`
	Programs []Program `json:"programs,omitempty"`
}

// KeepReply are the hashes of the request that the node does not have.
type KeepReply struct {
	Missing []string `json:"missing,omitempty"`
}

// ship gives every node the programs of its tasks that it does not have yet; each travels once.
func ship(ctx context.Context, p *Plan, nodes map[string]Node) error {
	needs := map[string][]string{}
	p.Tasks(func(t *Task) {
		if at := t.Place(); t.Program != "" && !slices.Contains(needs[at], t.Program) {
			needs[at] = append(needs[at], t.Program)
		}
	})
	return each(ctx, slices.Sorted(maps.Keys(needs)), func(ctx context.Context, name string) error {
		reply, err := nodes[name].Keep(ctx, KeepRequest{Hashes: needs[name]})
		if err != nil || len(reply.Missing) == 0 {
			return err
		}
		r := KeepRequest{}
		for _, prog := range p.Programs {
			if slices.Contains(reply.Missing, prog.Hash()) {
				r.Programs = append(r.Programs, prog)
			}
		}
		_, err = nodes[name].Keep(ctx, r)
		return err
	})
}
