package cassandra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cql"
)

// checkRestore is the gate of a restore; its coverage over another ring will be further arguments.
type checkRestore struct {
	Backup    string   `json:"backup" help:"backup id" required:"true"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces to restore" required:"true"`
	Dir       string   `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Nodes     []string `json:"nodes" names:"nodes" help:"the nodes that are restored in this run: all of the backup's set must be among them"`
}

// Check refuses what cannot be looked for or written.
func (s *checkRestore) Check() error {
	return errors.Join(backup.CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), argument.DataKeyspaces("keyspaces", s.Keyspaces))
}

// GateOut is what the gate found on one node. The rings, old and new, are there for steps that decide over all nodes.
type GateOut struct {
	Backup  string           `json:"backup" help:"backup id"`
	Saved   RingMember       `json:"saved" help:"this member of the ring as it was saved"`
	Live    RingMember       `json:"live" help:"this member as it is"`
	Members []RingMember     `json:"members" help:"the other members of the live ring"`
	Bytes   map[string]int64 `json:"bytes" help:"size of the backup in bytes, by keyspace"`
	Copied  int64            `json:"copied" help:"how many of these bytes take new space when they are laid ready"`
	Missing []string         `json:"missing" help:"tables that will be created"`
	Kept    []string         `json:"kept" help:"live tables that the backup lacks; they stay as they are"`
	TTL     []string         `json:"ttl" help:"tables whose rows expire by themselves, by the table's default or as they were written"`
	Notes   []string         `json:"notes" help:"what the operator should know, a sentence each"`
}

// RingMember is a member of a ring; members are matched by host id, coverage by tokens.
type RingMember struct {
	HostID  string   `json:"host_id" help:"host id"`
	Address string   `json:"address" help:"address, as the ring knows it"`
	Cluster string   `json:"cluster" help:"name of the cluster"`
	DC      string   `json:"dc" help:"data centre"`
	Rack    string   `json:"rack" help:"rack"`
	Version string   `json:"version" help:"Cassandra's version"`
	Tokens  []string `json:"tokens" help:"its tokens"`
}

// gateReads is how much the dry run reads to compare checksums; beyond it says so and the run itself reads all.
const gateReads = 4 << 30

// CheckRestore is the kind check-restore.
func CheckRestore() engine.Kind {
	return engine.Kind{
		Name: "check-restore",
		Doc: "Proves before any change that a backup can be restored on this node without losing data. " +
			"Compared are the set and every file of these keyspaces in the backup with its checksum; cluster, partitioner, tokens, data centre and rack; columns, " +
			"types, dropped columns and indexes of each table; space and mounts. All findings are named at once. Run it on all nodes, with a barrier behind it.",
		Example: "id: gate\ncheck-restore: {backup: 20261122T010203Z-k7, keyspaces: [homer, memento]}",
		Redo:    engine.Pure,
		Gate:    true,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &checkRestore{} },
		Out:     GateOut{},
		Version: 1,
	}
}

// Plan is the whole gate: nothing is left for Apply.
func (s *checkRestore) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	g := &gate{step: s, view: v, out: GateOut{
		Backup: s.Backup, Bytes: map[string]int64{}, Members: []RingMember{}, Missing: []string{}, Kept: []string{}, TTL: []string{}, Notes: []string{},
	}}
	if err := g.run(ctx); err != nil {
		return engine.Change{}, err
	}
	if err := g.verdict(); err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Same, Out: engine.Encode(g.out), Pre: g.facts, Unknown: g.unknown, Details: slices.Clone(g.out.Notes)}
	c.Summary = fmt.Sprintf("backup %s can be restored here: %s in %s", s.Backup, engine.Bytes(g.total()), strings.Join(s.Keyspaces, ", "))
	for _, k := range g.out.Kept {
		c.Details = append(c.Details, k+" is not in the backup and stays as it is")
	}
	for _, t := range g.out.Missing {
		c.Details = append(c.Details, t+" does not exist and will be created")
	}
	return c, nil
}

// Apply is never reached: the gate is Same or an error.
func (s *checkRestore) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	g := &gate{step: s, view: h.View, out: GateOut{Backup: s.Backup, Bytes: map[string]int64{}}}
	if err := g.run(ctx); err != nil {
		return engine.Output{}, err
	}
	return engine.Output{Value: g.out}, g.verdict()
}
