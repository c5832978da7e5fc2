package cassandra

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/steps/internal/cql"
)

// schema compares replication and each table that exists; missing ones will be created, surplus ones stay.
func (g *gate) schema(ctx context.Context, server *cql.Server) error {
	live, err := server.Keyspaces(ctx, g.step.Keyspaces)
	if err != nil {
		return err
	}
	for _, k := range live {
		g.replication(k)
	}
	tables, err := server.Tables(ctx, g.step.Keyspaces)
	if err != nil {
		return err
	}
	made, err := readCreated(g.view, g.conf.DataDirs, g.view.Run)
	if err != nil {
		return err
	}
	diff := compareSchema(g.manifest, g.step.Keyspaces, tables, made)
	g.out.Missing, g.out.Kept = append(g.out.Missing, slices.Concat(diff.missing, diff.unfinished)...), append(g.out.Kept, diff.kept...)
	_, types, err := missingTypes(ctx, server, g.manifest, slices.Concat(diff.missing, diff.unfinished))
	if err != nil {
		return err
	}
	for _, line := range slices.Concat(diff.differs, types) {
		g.refuse("bring the table back to the saved schema, or drop it so that it is created anew: its files do not fit the live one", "%s", line)
	}
	g.replicas(tables)
	g.directories(tables)
	return nil
}

func (g *gate) replication(k cql.Keyspace) {
	saved := g.manifest.Keyspace(k.Name)
	if saved == nil {
		return
	}
	refuse, note := replicationDiffers(saved.Replication, k.Replication)
	if refuse != "" {
		g.refuse("bring the keyspace's replication back as it was (ALTER KEYSPACE)", "keyspace %s: %s, so other nodes own its rows", k.Name, refuse)
	}
	if note != "" {
		g.note("keyspace %s: %s", k.Name, note)
	}
}

// directories refuses where a live table has no directory: somebody deleted it under the running server, which then
// fails to flush, and so to drain, in the middle of the restore.
func (g *gate) directories(tables []cql.Table) {
	var gone []string
	for _, t := range tables {
		there := func(data string) bool { return exists(g.view.Path(filepath.Join(data, t.Keyspace, tableDir(t)))) }
		if !slices.ContainsFunc(g.conf.DataDirs, there) {
			gone = append(gone, t.Keyspace+"."+t.Name)
		}
	}
	if len(gone) > 0 {
		g.refuse("stop and start Cassandra on this node (monit stop cassandra_process, then monit start cassandra_process): it makes the directories anew",
			"the directories of %s were deleted while Cassandra runs: it could not flush, and so not drain", strings.Join(gone, ", "))
	}
}
