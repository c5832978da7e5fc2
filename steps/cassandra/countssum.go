package cassandra

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// sumCounts compares the rows of whole tables: what all nodes counted now with what they counted at the backup.
type sumCounts struct {
	Counts []CountsOut `json:"counts" help:"what compare-counts, phase rows, gave on each node" required:"true"`
	Backup string      `json:"backup" help:"backup id" required:"true"`
}

// SumOut is the verdict over all nodes.
type SumOut struct {
	Basis  string            `json:"basis" help:"quiet only where nothing wrote at the backup and nothing writes now; only then the sums must be equal"`
	Tables []TableRows       `json:"tables" help:"tables that were compared"`
	Left   map[string]string `json:"left" help:"tables that could not be compared, by name, with the reason"`
}

// TableRows are the rows of one table: at the backup and now.
type TableRows struct {
	Table    string `json:"table" help:"keyspace.table"`
	Saved    int64  `json:"saved" help:"rows at the backup"`
	Rows     int64  `json:"rows" help:"rows now"`
	Expiring int64  `json:"expiring" help:"rows of the backup that had a time to live: up to so many fewer are no loss"`
}

// Check refuses what cannot be looked for or written.
func (s *sumCounts) Check() error {
	return backup.CheckArg("backup", s.Backup)
}

// SumCounts is the kind sum-counts.
func SumCounts() engine.Kind {
	return engine.Kind{
		Name: "sum-counts",
		Doc: "Compares the rows of each table over all nodes with those of the backup. Each node counted its primary ranges, so the sums are the " +
			"tables' rows. Where the backup and this run are both quiet the sums must be equal; as many fewer are allowed as the backup found rows with a " +
			"time to live. On a live basis differences are only told.",
		Example: "id: sum\nsum-counts: {backup: 20261122T010203Z-k7, counts: []}",
		At:      engine.OnController,
		Redo:    engine.Pure,
		New:     func() engine.Step { return &sumCounts{} },
		Out:     SumOut{},
		Version: 1,
	}
}

// Plan is the whole comparison: its arguments are all it needs.
func (s *sumCounts) Plan(context.Context, *engine.View) (engine.Change, error) {
	out := s.sum()
	same, differ, lost := out.differences()
	if out.Basis == quiet && len(lost) > 0 {
		return engine.Change{}, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the rows are not those of backup %s: %s", s.Backup, strings.Join(lost, "; ")),
			"find out who writes: on a quiet basis nobody does. The restored files themselves were compared before the start; undo-restore-vellum takes the restore back, abandon leaves it as it is")
	}
	c := engine.Change{Sign: engine.Same, Out: engine.Encode(out), Summary: out.told(s.Backup, same, differ)}
	return c, nil
}

// Apply is never reached: the comparison is Same or an error.
func (s *sumCounts) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{Value: s.sum()}, nil
}

// sum adds up each table that every node counted both times.
func (s *sumCounts) sum() SumOut {
	out := SumOut{Basis: quiet, Tables: []TableRows{}, Left: map[string]string{}}
	byName := map[string]*TableRows{}
	for _, c := range s.Counts {
		if c.Basis != quiet || c.SavedBasis != quiet {
			out.Basis = live
		}
		for name, why := range c.Left {
			out.Left[name] = c.Node + ": " + why
		}
		for name, rows := range c.Rows {
			if byName[name] == nil {
				byName[name] = &TableRows{Table: name}
			}
			t := byName[name]
			t.Rows, t.Saved, t.Expiring = t.Rows+rows, t.Saved+c.Saved[name], t.Expiring+c.Expiring[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if out.Left[name] == "" {
			out.Tables = append(out.Tables, *byName[name])
		}
	}
	return out
}

// differences counts the tables that are equal and says of the others what differs; lost are those whose difference
// no time to live explains.
func (o SumOut) differences() (same int, differ, lost []string) {
	for _, t := range o.Tables {
		text := fmt.Sprintf("%s has %s, the backup %d", t.Table, engine.Count(int(t.Rows), "row"), t.Saved)
		switch {
		case t.Rows == t.Saved:
			same++
			continue
		case t.Rows < t.Saved && t.Saved-t.Rows <= t.Expiring:
			text += fmt.Sprintf(" (%d of them expire)", t.Expiring)
		default:
			lost = append(lost, text)
		}
		differ = append(differ, text)
	}
	return same, differ, lost
}

func (o SumOut) told(id string, same int, differ []string) string {
	if len(o.Tables) == 0 && len(o.Left) == 0 {
		return fmt.Sprintf("no rows to compare: backup %s was taken without counting", id)
	}
	parts := []string{fmt.Sprintf("%s of backup %s compared, %d equal", engine.Count(len(o.Tables), "table"), id, same)}
	parts = append(parts, differ...)
	for _, name := range slices.Sorted(maps.Keys(o.Left)) {
		parts = append(parts, fmt.Sprintf("%s not compared (%s)", name, o.Left[name]))
	}
	return fmt.Sprintf("%s (basis: %s)", strings.Join(parts, "; "), o.Basis)
}
