package cassandra

import (
	"cmp"
	"slices"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// manifest describes the ring member and the schema; the tables' files are still to be filled in.
func (s *saveSnapshot) manifest(v *engine.View, r *ring, began time.Time) *backup.Manifest {
	l := r.local
	m := &backup.Manifest{
		Backup: s.Tag, Run: v.Run, Source: backup.Cassandra, Site: s.Site, Node: v.Node, Nodes: slices.Sorted(slices.Values(s.Nodes)),
		Server: backup.Server{
			HostID: l.HostID, Cluster: l.Cluster, Version: l.Release, Partitioner: l.Partitioner, DC: l.DC, Rack: l.Rack,
			Tokens: l.Tokens, SchemaVersion: l.SchemaVersion, DataDirs: r.conf.DataDirs,
		},
		Times: backup.Times{Started: began.UTC()},
	}
	for _, k := range r.keyspaces {
		m.Keyspaces = append(m.Keyspaces, backup.Keyspace{Name: k.Name, Replication: k.Replication, Durable: k.Durable})
	}
	slices.SortFunc(m.Keyspaces, func(a, b backup.Keyspace) int { return cmp.Compare(a.Name, b.Name) })
	return m
}

// tableOf is one table's schema as the live server has it, with the statements Cassandra saved in the snapshot.
func tableOf(t cql.Table, create string) backup.Table {
	out := backup.Table{
		Keyspace: t.Keyspace, Name: t.Name, ID: t.ID, Dir: tableDir(t), Flags: t.Flags,
		DefaultTTL: t.DefaultTTL, GCGrace: t.GCGrace, Indexes: t.Indexes, Types: t.Types, Create: create,
	}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, backup.Column{Name: c.Name, Type: c.Type, Kind: c.Kind, Position: c.Position, Order: c.Order})
	}
	for _, d := range t.Dropped {
		out.Dropped = append(out.Dropped, backup.Dropped{Name: d.Name, Type: d.Type, Time: d.Time})
	}
	return out
}

func totals(tables []backup.Table) backup.Totals {
	sum := backup.Totals{Tables: len(tables)}
	for _, t := range tables {
		sum.Bytes += t.Bytes()
		sum.Files += len(t.Files)
		for _, f := range t.Files {
			if f.Linked {
				sum.Linked++
			} else {
				sum.Copied++
			}
		}
	}
	return sum
}
