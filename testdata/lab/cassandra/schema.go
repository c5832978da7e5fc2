package cassandra

import (
	_ "embed"
	"strings"
)

//go:embed schema.cql
var schemaText string

// Statements returns the schema's statements without comments, in order.
func Statements() []string {
	var lines []string
	for line := range strings.Lines(schemaText) {
		code, _, _ := strings.Cut(line, "--")
		lines = append(lines, strings.TrimRight(code, " \n"))
	}
	var statements []string
	for s := range strings.SplitSeq(strings.Join(lines, "\n"), ";") {
		if s = strings.TrimSpace(s); s != "" {
			statements = append(statements, s)
		}
	}
	return statements
}

// Tables returns keyspace.table of each table of the schema, in its order.
func Tables() []string {
	var tables []string
	for _, s := range Statements() {
		if rest, ok := strings.CutPrefix(s, "CREATE TABLE IF NOT EXISTS "); ok {
			name, _, _ := strings.Cut(rest, " ")
			tables = append(tables, name)
		}
	}
	return tables
}
