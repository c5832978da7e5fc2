package cassandra

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// drops is what the undo of a run has to drop, as the live schema says it now.
type drops struct {
	rec *createdRecord
	// keyspaces go whole, with their tables; tables are all that are dropped.
	keyspaces []string
	tables    []createdTable
	kept      []survivor
}

// survivor is a keyspace or table that the run created and that stays.
type survivor struct{ name, why string }

func (k survivor) String() string { return k.name + " stays: " + k.why }

// createdBy reads what a run foresaw and created on this node; nil where there is neither.
func createdBy(a engine.Asker, run string) (cassconf.Config, *createdRecord, error) {
	conf, err := readConfig(a)
	if err != nil {
		return conf, nil, err
	}
	rec, err := readCreated(a, conf.DataDirs, run)
	return conf, rec, err
}

// dropsOf compares the record with the live schema. A table goes while it has the id that the run gave it and no later
// run claims it; a keyspace goes with its last table.
func dropsOf(ctx context.Context, a engine.Asker, conf cassconf.Config, rec *createdRecord) (*drops, error) {
	d := &drops{rec: rec}
	server := cql.At(a, conf.CQLAddress())
	var names []string
	for _, t := range rec.Tables {
		names = append(names, t.Keyspace)
	}
	if names = append(names, rec.Keyspaces...); len(names) == 0 {
		return d, nil // asked for none, the server names all
	}
	slices.Sort(names)
	names = slices.Compact(names)
	live, err := server.Tables(ctx, names)
	if err != nil {
		return nil, err
	}
	keyspaces, err := server.Keyspaces(ctx, names)
	if err != nil {
		return nil, err
	}
	later, err := claimed(a, conf.DataDirs, rec.Run)
	if err != nil {
		return nil, err
	}
	for _, t := range rec.Tables {
		d.table(t, live, later[t.place()])
	}
	for _, k := range keyspaces {
		if slices.Contains(rec.Keyspaces, k.Name) {
			d.keyspace(k.Name, live)
		}
	}
	if len(rec.Types) > 0 {
		types, err := server.Types(ctx, names)
		if err != nil {
			return nil, err
		}
		d.keepTypes(slices.Collect(maps.Keys(types)))
	}
	return d, nil
}

func (d *drops) table(t createdTable, live []cql.Table, later string) {
	i := slices.IndexFunc(live, func(l cql.Table) bool { return l.Keyspace == t.Keyspace && l.Name == t.Name })
	switch {
	case i < 0: // gone
	case !t.is(live[i]):
		d.kept = append(d.kept, survivor{t.String(), "it has another id, so it is not the one that the run created"})
	case later != "":
		d.kept = append(d.kept, survivor{t.String(), "run " + later + " created or restored it since"})
	default:
		d.tables = append(d.tables, t)
	}
}

func (d *drops) keyspace(name string, live []cql.Table) {
	var others []string
	for _, l := range live {
		if l.Keyspace == name && !slices.ContainsFunc(d.tables, func(t createdTable) bool { return t.is(l) }) {
			others = append(others, l.Name)
		}
	}
	if len(others) > 0 {
		d.kept = append(d.kept, survivor{name, "the keyspace has tables that are not dropped: " + strings.Join(others, ", ")})
		return
	}
	d.keyspaces = append(d.keyspaces, name)
}

func (d *drops) none() bool { return len(d.keyspaces)+len(d.tables) == 0 }

// lines name each keyspace and table, for the plan.
func (d *drops) lines() []string {
	var out []string
	for _, k := range d.keyspaces {
		out = append(out, "- keyspace "+k)
	}
	for _, t := range d.tables {
		out = append(out, "- table "+t.String()+" and all that was written into it since")
	}
	for _, k := range d.kept {
		out = append(out, "= "+k.String())
	}
	return out
}

// send drops, and returns when all members have the same schema.
func (d *drops) send(ctx context.Context, h *engine.Host, server *cql.Server) error {
	drop := func(what, name, quoted, keyspace string) error {
		h.Log("drop %s %s", what, name)
		if err := server.Exec(ctx, "DROP "+strings.ToUpper(what)+" IF EXISTS "+quoted, []string{keyspace}); err != nil {
			return fmt.Errorf("drop %s %s: %w", what, name, err)
		}
		return nil
	}
	for _, k := range d.keyspaces {
		if err := drop("keyspace", k, cql.Quote(k), k); err != nil {
			return err
		}
	}
	for _, t := range d.tables {
		if slices.Contains(d.keyspaces, t.Keyspace) {
			continue
		}
		if err := drop("table", t.String(), cql.Quote(t.Keyspace)+"."+cql.Quote(t.Name), t.Keyspace); err != nil {
			return err
		}
	}
	return nil
}

// claimed are the table directories that a run later than this one restored and nobody took back, or found missing and
// created, by that run. Ids of runs begin with their time.
func claimed(a engine.Asker, dataDirs []string, run string) (map[string]string, error) {
	runs, err := runsBeside(a, dataDirs)
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	out := map[string]string{}
	for _, other := range runs {
		if other <= run {
			continue
		}
		swap, err := readRecord(a, dataDirs, other)
		if err != nil {
			return nil, err
		}
		if swap != nil && swap.State != stateStaged && !swap.asBefore() {
			for _, dir := range swap.Dirs {
				out[dir] = other
			}
		}
		made, err := readCreated(a, dataDirs, other)
		if err != nil {
			return nil, err
		}
		if made == nil {
			continue
		}
		for _, t := range made.all().Tables {
			out[t.place()] = other // it was missing then, so it is not this run's, whatever became of the other
		}
	}
	return out, nil
}
