package story

import (
	"context"
	"fmt"
	"testing"

	"github.com/gocql/gocql"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/digest"
	"tidemark/testdata/lab/site"
)

// typed is a keyspace of the site's own, with a table that has columns of a user type.
const typed = "typed"

func typedSchema() []string {
	return []string{
		"CREATE KEYSPACE " + typed + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}",
		"CREATE TYPE " + typed + ".address (street text, number int)",
		"CREATE TABLE " + typed + ".people (name text PRIMARY KEY, home frozen<address>, past list<frozen<address>>, town text)",
	}
}

// withTypes makes that keyspace with rows, for one test. It gives what its table holds.
func withTypes(t *testing.T) string {
	t.Helper()
	t.Cleanup(func() { lab(t, "cql", "DROP KEYSPACE IF EXISTS "+typed) })
	statements := typedSchema()
	for i := range 20 {
		statements = append(statements, fmt.Sprintf("INSERT INTO %s.people (name, home, past, town) VALUES ('p%d', {street: 'Quay', number: %d}, [{street: 'Hill', number: 1}], 'Ely')", typed, i, i))
	}
	lab(t, append([]string{"cql"}, statements...)...)
	return people(t)
}

// otherTypes changes the type since the backup and makes a view from the table: the gate names both, as they are on the server.
func otherTypes(t *testing.T, op person, restore []string) {
	t.Helper()
	lab(t, "cql", "ALTER TYPE "+typed+".address ADD flat text",
		"CREATE MATERIALIZED VIEW "+typed+".by_town AS SELECT town, name FROM "+typed+".people WHERE town IS NOT NULL AND name IS NOT NULL PRIMARY KEY (town, name)")
	op.refused(5, []string{
		typed + ".people: type address has the fields (street text, number int) in the backup, (street text, number int, flat text) live",
		typed + ".people: materialized view by_town is made from it",
	}, restore...)
}

// sameTypes makes the keyspace again, by hand, as the backup has it.
func sameTypes(t *testing.T) {
	t.Helper()
	lab(t, append([]string{"cql"}, typedSchema()...)...)
}

// samePeople looks whether the table of that keyspace holds what it held.
func samePeople(t *testing.T, want string) {
	t.Helper()
	if got := people(t); got != want {
		t.Errorf("%s.people has %s, want %s", typed, got, want)
	}
}

// people is the number of rows of that keyspace's table, and their digest.
func people(t *testing.T) string {
	t.Helper()
	l, err := site.Load(labDir)
	if err != nil {
		t.Fatal(err)
	}
	session, err := cluster.Session(l, gocql.All)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	tables, err := digest.Read(context.Background(), session, []string{typed + ".people"})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(tables)
}
