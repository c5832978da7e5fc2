package cassandra

import (
	"context"
	"slices"
	"strings"

	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// typesOf are the user types that the saved schema of a table creates, each as KEYSPACE.TYPE.
func typesOf(t backup.Table) []string {
	var out []string
	for _, s := range statements(t.Create) {
		head, _, _ := strings.Cut(s, "(")
		w := words(head)
		if len(w) < 3 || !strings.EqualFold(w[0]+" "+w[1], "CREATE TYPE") {
			continue
		}
		keyspace, name, ok := strings.Cut(w[len(w)-1], ".")
		if !ok {
			keyspace, name = t.Keyspace, keyspace
		}
		if !slices.Contains(out, plain(keyspace)+"."+plain(name)) {
			out = append(out, plain(keyspace)+"."+plain(name))
		}
	}
	return out
}

// plain is the name that a statement means: what is not in quotes is lower case.
func plain(name string) string {
	if inner, ok := strings.CutPrefix(name, `"`); ok {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return strings.ToLower(name)
}

// missingTypes are the types that creating these tables, each as KEYSPACE.TABLE, would create. The server is asked only
// where they have any.
func missingTypes(ctx context.Context, server *cql.Server, m *backup.Manifest, tables []string) ([]string, error) {
	var wanted, keyspaces []string
	for _, name := range tables {
		keyspace, table, _ := strings.Cut(name, ".")
		for _, t := range typesOf(*m.Table(keyspace, table)) {
			wanted, keyspaces = union(wanted, []string{t}), union(keyspaces, []string{keyspace})
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	live, err := server.Types(ctx, keyspaces)
	return slices.DeleteFunc(wanted, func(t string) bool { return slices.Contains(live, t) }), err
}

// keepTypes names the types of the run that stay: they go with their keyspace alone. live are those that there are; where
// Cassandra cannot be asked, all.
func (d *drops) keepTypes(live []string) {
	for _, t := range d.rec.Types {
		keyspace, name, _ := strings.Cut(t, ".")
		if slices.Contains(live, t) && !slices.Contains(d.keyspaces, keyspace) {
			d.kept = append(d.kept, survivor{"type " + t, "other tables may use it by now; if none does: DROP TYPE " + cql.Quote(keyspace) + "." + cql.Quote(name)})
		}
	}
}
