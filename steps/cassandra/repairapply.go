package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
)

// due are the keyspaces to repair, and those with one replica, both by name.
func (s *repairStep) due(ctx context.Context, a engine.Asker) (due, skipped []string, err error) {
	config, err := cassconf.Read(a, "")
	if err != nil {
		return nil, nil, err
	}
	var names []string // none: all
	if !s.AllKeyspaces {
		names = []string{s.Keyspace}
	}
	found, err := cql.At(a, config.CQLAddress()).Keyspaces(ctx, names)
	if err == nil && len(found) == 0 {
		err = engine.Failf(engine.ClassPrecondition, "keyspace %s does not exist", s.Keyspace)
	}
	due, skipped = []string{}, []string{}
	for _, k := range found {
		if single(k.Replication) {
			skipped = append(skipped, k.Name)
		} else {
			due = append(due, k.Name)
		}
	}
	return due, skipped, err
}

// single tells whether all factors of a replication add up to one copy of each row, or each node has rows of its own.
func single(replication map[string]string) bool {
	copies := 0
	for key, value := range replication {
		if key == "class" {
			if simple(value) == "LocalStrategy" {
				return true
			}
			continue
		}
		full, _, _ := strings.Cut(value, "/") // "3/1" has transient replicas
		n, err := strconv.Atoi(full)
		if err != nil {
			return false // what is not understood is repaired
		}
		copies += n
	}
	return copies == 1
}

func allUp(ctx context.Context, a engine.Asker) error {
	members, err := nodetool.New(a).Status(ctx)
	if err != nil {
		return err
	}
	var out []string
	for _, m := range members {
		if !m.UN() {
			out = append(out, member(m))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "not every member can take part in a repair: %s", strings.Join(out, "; ")),
		"bring these members up (nodetool status)")
}

// Apply repairs one keyspace after the other. Each is marked: an attempt behind one that was killed goes on where it was.
func (s *repairStep) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	due, skipped, err := s.due(ctx, h)
	if err != nil {
		return engine.Output{}, err
	}
	out := RepairOut{Repaired: due, Skipped: skipped}
	left := slices.DeleteFunc(slices.Clone(due), func(k string) bool { return h.Marked(repairedMark(k)) })
	if len(left) > 0 {
		if err := allUp(ctx, h); err != nil {
			return engine.Output{}, err
		}
	}
	begin := time.Now()
	for i, k := range left {
		h.Progress(int64(i), int64(len(left)), "repair "+k)
		if err := s.repair(ctx, h, k); err != nil {
			return engine.Output{}, err
		}
	}
	out.Seconds = time.Since(begin).Seconds()
	return engine.Output{Value: out, Note: out.note()}, nil
}

func repairedMark(keyspace string) string { return "repaired " + keyspace }

func (s *repairStep) repair(ctx context.Context, h *engine.Host, keyspace string) error {
	if err := nodetool.New(h).Repair(ctx, keyspace, s.PrimaryRange, s.Timeout); err != nil {
		return engine.WithNext(fmt.Errorf("repair %s: %w", keyspace, err), "look with: nodetool netstats, nodetool status; a repair may run again")
	}
	return h.Mark(repairedMark(keyspace))
}

func (o RepairOut) note() string {
	var parts []string
	if len(o.Repaired) > 0 {
		parts = append(parts, fmt.Sprintf("%s repaired in %.1f s", strings.Join(o.Repaired, ", "), o.Seconds))
	}
	if len(o.Skipped) > 0 {
		parts = append(parts, skips(o.Skipped))
	}
	return strings.Join(parts, "; ")
}
