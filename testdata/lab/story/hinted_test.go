package story

import (
	"fmt"
	"strings"
	"testing"
)

// other is a keyspace that no site names; its rows are on all nodes, and are looked for in the files, since a read would
// repair them.
const other = "other"

// missed writes a row into the other keyspace while Cassandra on vellum-2 is down, and starts it without the hints for it:
// what vellum-2 missed is then on the others only, and in their hints.
func missed(t *testing.T, word string) {
	t.Helper()
	lab(t, "cql", "CREATE KEYSPACE IF NOT EXISTS "+other+" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
		"CREATE TABLE IF NOT EXISTS "+other+".words (word text PRIMARY KEY) WITH compression = {'enabled': false}")
	on(t, "vellum-2", `monit stop cassandra_process
		while kill -0 "$(cat /var/run/cassandra/cassandra.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done`)
	lab(t, "cql", fmt.Sprintf("INSERT INTO %s.words (word) VALUES ('%s')", other, word))
	on(t, "vellum-1", "nodetool pausehandoff")
	on(t, "vellum-3", "ip netns exec signaling nodetool pausehandoff") // where Cassandra is on that host
	on(t, "vellum-2", "monit start cassandra_process")
	lab(t, "up")
	if has(t, "vellum-2", word) {
		t.Fatalf("vellum-2 has %s already", word)
	}
}

// has tells whether a host's files of the other keyspace hold the word.
func has(t *testing.T, host, word string) bool {
	t.Helper()
	on(t, host, "nodetool flush "+other)
	return on(t, host, "cat /var/lib/cassandra/data/"+other+"/words-*/*-Data.db 2>/dev/null | grep -ac "+word+" || true") != "0\n"
}

// brought looks that hints were moved away on the nodes that had them, to the run's set of that name, and that what
// vellum-2 missed came to it all the same.
func brought(t *testing.T, run, set, word string) {
	t.Helper()
	hints := ""
	for _, host := range []string{"vellum-1", "vellum-3"} {
		hints += on(t, host, "ls /var/lib/cassandra/tidemark/"+run+"/"+set+"/hints 2>/dev/null || true")
	}
	if !strings.Contains(hints, ".hints") {
		t.Errorf("no hints were moved away: %q", hints)
	}
	if !has(t, "vellum-2", word) {
		t.Errorf("%s is lost on vellum-2: the hint of it was moved away, and its keyspace not repaired", word)
	}
}
