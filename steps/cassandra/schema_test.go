package cassandra

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

const savedSchema = `CREATE TYPE IF NOT EXISTS homer.address (street text);

CREATE TABLE IF NOT EXISTS homer.simservs (
    user text, -- a comment; with a semicolon
    column1 text,
    PRIMARY KEY (user, column1)
) WITH ID = d93f1430-e6cd-11f1-9673-8bcbaec31383
    AND CLUSTERING ORDER BY (column1 ASC)
    AND comment = 'one; two AND three''s'
    AND caching = {'keys': 'ALL', 'rows_per_partition': 'NONE'}
    AND memtable = 'default'
    AND gc_grace_seconds = 864000;
CREATE INDEX IF NOT EXISTS by_c ON homer.simservs (column1);
`

func TestStatements(t *testing.T) {
	got := statements(savedSchema)
	if len(got) != 3 || !strings.HasPrefix(got[0], "CREATE TYPE") || !strings.HasPrefix(got[2], "CREATE INDEX") {
		t.Fatalf("%q", got)
	}
	if !strings.Contains(got[1], "'one; two AND three''s'") || strings.Contains(got[1], "semicolon") {
		t.Errorf("%q", got[1])
	}
	if _, err := checkSaved(backup.Table{Keyspace: "homer", Name: "simservs", Create: savedSchema + "DROP TABLE homer.other;"}); err == nil {
		t.Error("a DROP in a saved schema passes")
	}
}

func TestWithoutOption(t *testing.T) {
	s := statements(savedSchema)[1]
	got := withoutOption(s, "memtable")
	if strings.Contains(got, "memtable") || !strings.Contains(got, "three''s") || !strings.Contains(got, "gc_grace_seconds = 864000") {
		t.Error(got)
	}
	if withoutOption(s, "cdc") != s {
		t.Error("an option that is not there changes the statement")
	}
	if got := withoutOption("CREATE TABLE a.b (k text PRIMARY KEY) WITH cdc = true", "cdc"); got != "CREATE TABLE a.b (k text PRIMARY KEY)" {
		t.Error(got)
	}
}

func TestCreateKeyspace(t *testing.T) {
	k := backup.Keyspace{Name: "homer", Replication: map[string]string{"class": "SimpleStrategy", "replication_factor": "2"}, Durable: true}
	want := `CREATE KEYSPACE IF NOT EXISTS "homer" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '2'} AND durable_writes = true`
	if d := cmp.Diff(want, createKeyspace(k)); d != "" {
		t.Error(d)
	}
}

func columnPair() (backup.Table, cql.Table) {
	saved := backup.Table{Keyspace: "k", Name: "t", Columns: []backup.Column{
		{Name: "id", Type: "text", Kind: "partition_key", Position: 0}, {Name: "c", Type: "text", Kind: "clustering", Position: 0, Order: "asc"}, {Name: "v", Type: "blob", Kind: "regular", Position: -1},
	}}
	live := cql.Table{Keyspace: "k", Name: "t"}
	for _, c := range saved.Columns {
		live.Columns = append(live.Columns, cql.Column(c))
	}
	return saved, live
}

func TestIncompatible(t *testing.T) {
	early, late := time.Unix(1000, 0), time.Unix(2000, 0)
	cases := map[string]struct {
		change func(*backup.Table, *cql.Table)
		want   string
	}{
		"same":    {func(*backup.Table, *cql.Table) {}, ""},
		"type":    {func(_ *backup.Table, l *cql.Table) { l.Columns[2].Type = "text" }, "column v is blob in the backup, text live"},
		"static":  {func(_ *backup.Table, l *cql.Table) { l.Columns[2].Kind = "static" }, "column v is regular in the backup, static live"},
		"order":   {func(_ *backup.Table, l *cql.Table) { l.Columns[1].Order = "desc" }, "order asc in the backup, desc live"},
		"missing": {func(_ *backup.Table, l *cql.Table) { l.Columns = l.Columns[:2] }, "column v blob is in the backup, not in the live table"},
		"added":   {func(_ *backup.Table, l *cql.Table) { l.Columns = append(l.Columns, cql.Column{Name: "w", Type: "int"}) }, "column w int is live"},
		"flags":   {func(_ *backup.Table, l *cql.Table) { l.Flags = []string{"dense"} }, "flags"},
		"a view":  {func(_ *backup.Table, l *cql.Table) { l.Views = []string{"by_value"} }, "materialized view by_value is made from it"},
		"a type with other fields": {func(s *backup.Table, l *cql.Table) {
			s.Types, l.Types = map[string]string{"addr": "street text"}, map[string]string{"addr": "street text, zip int"}
		}, "type addr has the fields (street text) in the backup, (street text, zip int) live"},
		"newer index":   {func(_ *backup.Table, l *cql.Table) { l.Indexes = []string{"i"} }, "index i is newer"},
		"lost index":    {func(s *backup.Table, _ *cql.Table) { s.Indexes = []string{"i"} }, "index i is in the backup"},
		"dropped since": {func(_ *backup.Table, l *cql.Table) { l.Dropped = []cql.Dropped{{Name: "v", Type: "blob", Time: late}} }, "values would be lost"},
		"dropped again": {func(s *backup.Table, l *cql.Table) { // and added again, both times
			s.Dropped, l.Dropped = []backup.Dropped{{Name: "v", Type: "blob", Time: early}}, []cql.Dropped{{Name: "v", Type: "blob", Time: late}}
		}, "column v was dropped again at 1970-01-01 00:33:20.000Z, after the backup: its values would be lost"},
		"dropped again, and nothing of it saved": {func(s *backup.Table, l *cql.Table) {
			s.Dropped, l.Dropped = []backup.Dropped{{Name: "x", Time: early}}, []cql.Dropped{{Name: "x", Time: late}}
		}, ""},
		"dropped of another type": {func(s *backup.Table, l *cql.Table) {
			s.Dropped, l.Dropped = []backup.Dropped{{Name: "x", Type: "int", Time: early}}, []cql.Dropped{{Name: "x", Type: "text", Time: early}}
		}, "dropped column x was int in the backup, is text live"},
		"dropped unknown": {func(s *backup.Table, _ *cql.Table) {
			s.Dropped = []backup.Dropped{{Name: "x", Type: "text", Time: early}}
		}, "does not know it"},
		"dropped earlier": {func(s *backup.Table, l *cql.Table) {
			s.Dropped, l.Dropped = []backup.Dropped{{Name: "x", Time: late}}, []cql.Dropped{{Name: "x", Time: early}}
		}, "would come back"},
		"dropped same": {func(s *backup.Table, l *cql.Table) {
			s.Dropped, l.Dropped = []backup.Dropped{{Name: "x", Time: late}}, []cql.Dropped{{Name: "x", Time: late}}
		}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			saved, live := columnPair()
			c.change(&saved, &live)
			got := strings.Join(incompatible(saved, live), "; ")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestReplicationDiffers(t *testing.T) {
	simple := func(n int) map[string]string {
		return map[string]string{"class": "org.apache.cassandra.locator.SimpleStrategy", "replication_factor": fmt.Sprint(n)}
	}
	if refuse, note := replicationDiffers(simple(2), simple(3)); refuse != "" || !strings.Contains(note, "full repair") {
		t.Error(refuse, note)
	}
	if refuse, _ := replicationDiffers(simple(2), map[string]string{"class": "NetworkTopologyStrategy", "site1": "2"}); refuse == "" {
		t.Error("another strategy passes")
	}
	short := simple(2)
	short["class"] = "SimpleStrategy"
	if refuse, note := replicationDiffers(simple(2), short); refuse+note != "" {
		t.Error(refuse, note)
	}
}
