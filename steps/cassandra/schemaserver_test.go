package cassandra

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// fullSchema is a saved schema with every statement that one can have: `old` was dropped, `again` dropped and added again.
const fullSchema = `CREATE TYPE IF NOT EXISTS homer.address (street text);
CREATE TABLE IF NOT EXISTS homer.simservs (user text PRIMARY KEY, old text, again text)
    WITH ID = ` + simservsID + ` AND memtable = 'default' AND comment = 'one; two';
ALTER TABLE homer.simservs DROP old USING TIMESTAMP 1000000;
ALTER TABLE homer.simservs DROP again USING TIMESTAMP 2000000;
ALTER TABLE homer.simservs ADD again text;
CREATE INDEX IF NOT EXISTS by_again ON homer.simservs (again);
`

// schemaServer is a made-up server with the schema of homer alone; it does not know the option memtable.
type schemaServer struct {
	*snapshotNode
	keyspace bool
	// tables are the live tables' ids by name.
	tables        map[string]string
	columns, gone []string
	index         bool
	types, sent   []string
	// kill ends the task right behind that many statements, or before the last of them.
	kill   int
	before bool
}

// newSchemaServer is a node whose backup of homer has fullSchema, while the live ring has no homer.
func newSchemaServer(t *testing.T) *schemaServer {
	t.Helper()
	s := &schemaServer{snapshotNode: newRestoreNode(t), tables: map[string]string{}}
	m := s.open()
	saved := m.Table("homer", "simservs")
	saved.Create, saved.Indexes = fullSchema, []string{"by_again"}
	saved.Columns = append(saved.Columns, backup.Column{Name: "again", Type: "text", Kind: "regular", Position: -1})
	saved.Dropped = []backup.Dropped{{Name: "again", Type: "text", Time: droppedAt()}, {Name: "old", Type: "text", Time: droppedAt()}}
	if err := m.Write(s.Ground.Dir + backup.Path(store, tag, backup.Cassandra)); err != nil {
		t.Fatal(err)
	}
	s.Ground.OnQuery = s.answers
	return s
}

func droppedAt() time.Time { return time.Unix(1, 0).UTC() }

func (s *schemaServer) answers(q engine.Query) ([]engine.Row, error) {
	switch {
	case strings.Contains(q.Statement, "FROM system_schema."):
		return s.schema(q.Statement), nil
	case strings.HasPrefix(q.Statement, "SELECT"):
		rows, err := s.query(q)
		for _, r := range rows {
			r["schema_version"] = "same"
		}
		return rows, err
	case strings.Contains(q.Statement, "memtable"):
		return nil, errors.New("Unknown property 'memtable'") // the server's words
	}
	if s.kill == len(s.sent)+1 && s.before {
		return nil, errKilled
	}
	if err := s.change(strings.Fields(q.Statement)); err != nil {
		return nil, err
	}
	if s.sent = append(s.sent, q.Statement); s.kill == len(s.sent) {
		return nil, errKilled
	}
	return nil, nil
}

// schema answers from what there is by now.
func (s *schemaServer) schema(statement string) []engine.Row {
	var out []engine.Row
	row := func(table string, r engine.Row) {
		if strings.Contains(statement, table) {
			r["keyspace_name"] = "homer"
			out = append(out, r)
		}
	}
	if s.keyspace {
		row("system_schema.keyspaces", engine.Row{"replication": map[string]string{"class": "SimpleStrategy", "replication_factor": "2"}, "durable_writes": true})
	}
	for name, id := range s.tables {
		row("system_schema.tables", engine.Row{"table_name": name, "id": id, "flags": []string{"compound"}, "gc_grace_seconds": 864000})
	}
	for _, c := range s.columns {
		r := engine.Row{"table_name": "simservs", "column_name": c, "type": "text", "kind": "regular", "position": -1}
		if c == "user" {
			r["kind"], r["position"] = "partition_key", 0
		}
		row("system_schema.columns", r)
	}
	for _, c := range s.gone {
		row("system_schema.dropped_columns", engine.Row{"table_name": "simservs", "column_name": c, "type": "text", "dropped_time": droppedAt()})
	}
	for _, name := range s.types {
		row("system_schema.types", engine.Row{"type_name": name, "field_names": []string{"street"}, "field_types": []string{"text"}})
	}
	if s.index {
		row("system_schema.indexes", engine.Row{"table_name": "simservs", "index_name": "by_again"})
	}
	return out
}

// change is what a statement does; as the real one, the server refuses to drop and to add a column twice.
func (s *schemaServer) change(words []string) error {
	switch strings.Join(words[:2], " ") {
	case "CREATE KEYSPACE":
		s.keyspace = true
	case "CREATE TYPE":
		s.types = []string{"address"}
	case "CREATE TABLE":
		if s.tables["simservs"] == "" {
			s.tables["simservs"], s.columns = simservsID, []string{"user", "old", "again"}
		}
	case "CREATE INDEX":
		s.index = true
	case "ALTER TABLE":
		return s.alter(words[3], words[4])
	case "DROP TABLE":
		delete(s.tables, "simservs")
	case "DROP KEYSPACE":
		s.keyspace, s.tables, s.types = false, map[string]string{}, nil
	}
	return nil
}

func (s *schemaServer) alter(verb, column string) error {
	var rest []string
	for _, c := range s.columns {
		if c != column {
			rest = append(rest, c)
		}
	}
	there := len(rest) < len(s.columns)
	if there == (verb == "ADD") {
		return fmt.Errorf("column %s cannot be altered: %s", column, verb)
	}
	if s.columns = rest; verb == "ADD" {
		s.columns = append(rest, column)
		return nil
	}
	s.gone = append(s.gone, column)
	return nil
}
