package cassandra

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed schema.cql
var schemaText string

// Replicas is the schema's replication factor on a cluster of n nodes: two, as
// on a site of Clearwater, where there are two.
func Replicas(n int) int { return min(n, 2) }

// Statements returns the schema's statements without comments, in order.
func Statements(replicas int) []string {
	var lines []string
	for line := range strings.Lines(schemaText) {
		code, _, _ := strings.Cut(line, "--")
		lines = append(lines, strings.TrimRight(code, " \n"))
	}
	var statements []string
	for s := range strings.SplitSeq(strings.Join(lines, "\n"), ";") {
		if s = strings.TrimSpace(s); s != "" {
			factor := fmt.Sprintf("'replication_factor': %d}", replicas)
			statements = append(statements, strings.ReplaceAll(s, "'replication_factor': 2}", factor))
		}
	}
	return statements
}

// Tables returns keyspace.table of each table of the schema, in its order.
func Tables() []string {
	var tables []string
	for _, s := range Statements(1) {
		if rest, ok := strings.CutPrefix(s, "CREATE TABLE IF NOT EXISTS "); ok {
			name, _, _ := strings.Cut(rest, " ")
			tables = append(tables, name)
		}
	}
	return tables
}
