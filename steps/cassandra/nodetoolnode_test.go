package cassandra

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

// toolNode is a made-up Cassandra for nodetool, waiting and repair: its commands change its state, not its files.
type toolNode struct {
	*enginetest.Bench
	mode     string // "" is stopped
	members  []string
	versions string
	release  string
	peers    int
	factor   string
	compacts map[string]string
	answers  map[string]engine.Result // instead of a command's own answer
	each     func()                   // called at each statement
}

const upRow = "UN  10.0.0.%d  1 KiB  16  100%%  00000000-0000-0000-0000-00000000000%d  rack1\n"

func newToolNode(t testing.TB) *toolNode {
	t.Helper()
	n := &toolNode{
		Bench: enginetest.NewBench(t), release: "5.0.8", peers: 2, factor: "2", compacts: map[string]string{"homer": "running"},
		versions: "\t\taaaa: [10.0.0.1, 10.0.0.2, 10.0.0.3]\n", answers: map[string]engine.Result{},
	}
	for i := 1; i <= 3; i++ {
		n.members = append(n.members, fmt.Sprintf(upRow, i, i))
	}
	n.write("/etc/cassandra/cassandra.yaml", []byte("listen_address: 10.0.0.1\nrpc_address: 10.0.0.1\n"))
	n.Ground.Open = map[string]bool{}
	n.Ground.OnExec, n.Ground.OnQuery = n.exec, n.query
	n.become("NORMAL")
	return n
}

func (n *toolNode) write(path string, data []byte) {
	n.T.Helper()
	path = filepath.Join(n.Ground.Dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		n.T.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		n.T.Fatal(err)
	}
}

// become opens and closes the ports as a Cassandra of that mode does.
func (n *toolNode) become(mode string) {
	n.mode = mode
	n.Ground.Open["127.0.0.1:7199"] = mode != ""
	n.Ground.Open["10.0.0.1:9042"] = mode == "NORMAL"
	n.Ground.Open["10.0.0.1:7000"] = mode == "NORMAL"
}

// dirty leaves a commit log that a start would replay.
func (n *toolNode) dirty() {
	n.write("/var/lib/cassandra/commitlog/CommitLog-7-1.log", []byte("\x00\x00\x00\x07rows that were never flushed"))
}

func (n *toolNode) exec(argv []string) (engine.Result, error) {
	if n.mode == "" {
		return nodetooltest.Golden(n.T, "5.0.8", "connect-failed"), nil
	}
	if r, ok := n.answers[argv[1]]; ok {
		return r, nil
	}
	switch argv[1] {
	case "netstats":
		return nodetooltest.Says("Mode: " + n.mode + "\nNot sending any streams.\n"), nil
	case "drain":
		n.become("DRAINED")
	case "status":
		return nodetooltest.Says("Datacenter: site1\n=====\n--  Address  Load  Tokens  Owns  Host ID  Rack\n" + strings.Join(n.members, "") + "\n"), nil
	case "describecluster":
		return nodetooltest.Says("Cluster Information:\n\tSchema versions:\n" + n.versions + "\nStats for all nodes:\n"), nil
	case "disableautocompaction":
		n.compacts[argv[3]] = "not running"
	case "enableautocompaction":
		n.compacts[argv[3]] = "running"
	case "statusautocompaction":
		return nodetooltest.Says(n.compacts[argv[2]] + "\n"), nil
	case "repair":
		return nodetooltest.Says("[x] Repair completed successfully\n"), nil
	case "flush":
	default:
		return engine.Result{}, fmt.Errorf("unexpected %q", argv)
	}
	return engine.Result{}, nil
}

func (n *toolNode) query(q engine.Query) ([]engine.Row, error) {
	if n.each != nil {
		n.each()
	}
	if n.mode != "NORMAL" {
		return nil, engine.Failf(engine.ClassConnect, "CQL at %s: connection refused", q.Address)
	}
	switch {
	case strings.Contains(q.Statement, "system.local"):
		return []engine.Row{{"host_id": "00000000-0000-0000-0000-000000000001", "release_version": n.release, "schema_version": "aaaa"}}, nil
	case strings.Contains(q.Statement, "peers_v2"):
		return make([]engine.Row, n.peers), nil
	case strings.Contains(q.Statement, "system_schema.keyspaces"):
		return n.keyspaces(q.Args), nil
	}
	return nil, fmt.Errorf("unexpected %q", q.Statement)
}

// keyspaces are homer and the others of the ring, or those that are asked for.
func (n *toolNode) keyspaces(asked []any) []engine.Row {
	replicas := func(factor string) map[string]string {
		return map[string]string{"class": "org.apache.cassandra.locator.SimpleStrategy", "replication_factor": factor}
	}
	var out []engine.Row
	for name, replication := range map[string]map[string]string{
		"homer": replicas(n.factor), "memento": replicas(n.factor), "system_auth": replicas("1"),
		"system": {"class": "org.apache.cassandra.locator.LocalStrategy"},
	} {
		if len(asked) == 0 || slices.Contains(asked[0].([]string), name) {
			out = append(out, engine.Row{"keyspace_name": name, "replication": replication, "durable_writes": true})
		}
	}
	return out
}

func (n *toolNode) actual(k engine.Kind) *engine.View {
	v := engine.NewView(&k, n.Ground, engine.NewFacts(nil), n.Run, "vellum-1")
	v.Actual = true
	return v
}

// changes are the commands that were sent and are no reading ones.
func (n *toolNode) changes() []string {
	var out []string
	for _, c := range n.Ground.Calls() {
		switch strings.Fields(c)[1] {
		case "netstats", "status", "describecluster", "statusautocompaction":
		default:
			out = append(out, c)
		}
	}
	return out
}

func factsOf(list []engine.Fact) map[string]string {
	out := map[string]string{}
	for _, f := range list {
		out[f.Key] = f.Value
	}
	return out
}
