package cassandra

import (
	"context"
	"fmt"
	"maps"
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

// missingTypes are the types that creating these tables, each as KEYSPACE.TABLE, would create. differs says which there are and
// are made of something else: CREATE TYPE IF NOT EXISTS would leave them so, and the table would not be the saved one. The
// server is asked only where the tables have any.
func missingTypes(ctx context.Context, server *cql.Server, m *backup.Manifest, tables []string) (missing, differs []string, err error) {
	var wanted, keyspaces []string
	for _, name := range tables {
		t := tableIn(m, name)
		if wanted = union(wanted, typesOf(t)); len(t.Types) > 0 || len(typesOf(t)) > 0 {
			keyspaces = union(keyspaces, []string{t.Keyspace})
		}
	}
	if len(keyspaces) == 0 {
		return nil, nil, nil
	}
	live, err := server.Types(ctx, keyspaces)
	for _, name := range tables {
		t := tableIn(m, name)
		for _, typ := range slices.Sorted(maps.Keys(t.Types)) {
			if is, ok := live[t.Keyspace+"."+typ]; ok && is != t.Types[typ] {
				differs = append(differs, name+": "+typeDiffers(typ, t.Types[typ], is))
			}
		}
	}
	return slices.DeleteFunc(wanted, func(t string) bool { _, there := live[t]; return there }), differs, err
}

func tableIn(m *backup.Manifest, name string) backup.Table {
	keyspace, table, _ := strings.Cut(name, ".")
	return *m.Table(keyspace, table)
}

// typeDiffers says it with the way out: no statement takes a field from a type.
func typeDiffers(name, was, is string) string {
	return fmt.Sprintf("type %s has the fields (%s) in the backup, (%s) live: to be created anew it must be dropped, behind all tables that use it", name, was, is)
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
