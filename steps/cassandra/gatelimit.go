package cassandra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// leftOut are the nodes of the backup's set that this run does not restore, see --limit.
func (g *gate) leftOut() []string {
	var left []string
	for _, n := range g.manifest.Nodes {
		if len(g.step.Nodes) > 0 && !slices.Contains(g.step.Nodes, n) {
			left = append(left, n)
		}
	}
	return left
}

// replicas refuses a restore of only a part of the set: on the other replicas newer rows would win over the restored
// ones, and deleted rows would come back. With vnodes every node shares ranges with every other.
// It passes where nothing can win, since none of the tables exists (one that merely has no rows may still hold deletions,
// which no query shows), and where no row is lost, since every range has a
// replica among the nodes that are restored; a repair of all nodes brings the others theirs.
func (g *gate) replicas(live []cql.Table) {
	left := g.leftOut()
	if len(left) == 0 {
		return
	}
	why := g.uncovered(left)
	for _, t := range live {
		if g.manifest.Table(t.Keyspace, t.Name) == nil {
			continue
		}
		why = append(why, fmt.Sprintf("%s.%s exists, and its newer rows or deletions there would win over restored rows", t.Keyspace, t.Name))
	}
	names := strings.Join(left, ", ")
	if len(why) > 0 {
		g.refuse("run it without --limit, on nodes of these names: one that has another name in the site file by now needs its old one for the restore", "the restore leaves out %s, which hold replicas of the same ranges: %s", names, listed(why))
		return
	}
	g.note("%s left out: none of the tables exists, so nothing there can win over restored rows; run repair-vellum --input all=true on all nodes afterwards, which brings every replica its rows, also those that only hints had", names)
}

// uncovered are the keyspaces in which a range may have all its replicas on the nodes that are left out.
func (g *gate) uncovered(left []string) []string {
	var out []string
	for _, name := range g.step.Keyspaces {
		k := g.manifest.Keyspace(name)
		if k == nil {
			continue
		}
		switch rf := leastReplicas(*k); {
		case rf == 0:
			out = append(out, fmt.Sprintf("how many replicas keyspace %s has is not known", name))
		case len(left) >= rf:
			out = append(out, fmt.Sprintf("keyspace %s has %s, so rows that only they hold would be missing", name, engine.Count(rf, "replica")))
		}
	}
	return out
}

// leastReplicas is the least number of replicas of a keyspace in any data centre; 0 where it cannot be told.
func leastReplicas(k backup.Keyspace) int {
	least := 0
	for key, value := range k.Replication {
		n, err := strconv.Atoi(value)
		switch {
		case key == "class":
		case err != nil:
			return 0
		case least == 0 || n < least:
			least = n
		}
	}
	return least
}
