package cassandra

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const (
	simservsID = "ff6bfed0-e6db-11f1-8904-0d8b2a99fde8"
	simservs   = "simservs-ff6bfed0e6db11f189040d8b2a99fde8"
	callsID    = "0001af20-e6dc-11f1-94af-abbca74eff8c"
	calls      = "call_lists-0001af20e6dc11f194afabbca74eff8c"
	tag        = "20261122T010203Z-k7" // the bench's run
)

// snapshotNode is a made-up Cassandra: its files lie in two data directories, its nodetool works on them.
type snapshotNode struct {
	*enginetest.Bench
	release string
	// skip are tables that nodetool snapshot leaves out while it says all is well.
	skip []string
}

func (n *snapshotNode) disks() []string {
	return []string{n.Ground.Dir + "/var/lib/cassandra/data", n.Ground.Dir + "/disk2/data"}
}

func newSnapshotNode(t testing.TB) *snapshotNode {
	t.Helper()
	n := &snapshotNode{Bench: enginetest.NewBench(t), release: "5.0.8"}
	n.put("/etc/cassandra/cassandra.yaml", "cluster_name: lab\nlisten_address: 10.0.0.1\nrpc_address: 10.0.0.1\ndata_file_directories: [/var/lib/cassandra/data, /disk2/data]\n")
	n.put("/proc/1/cmdline", "init")
	for _, f := range []string{"Data.db", "Index.db", "Statistics.db", "TOC.txt", "Digest.crc32"} {
		n.put("/var/lib/cassandra/data/homer/"+simservs+"/nb-1-big-"+f, "homer 1 "+f)
		n.put("/disk2/data/homer/"+simservs+"/nb-2-big-"+f, "homer 2 "+f)
		n.put("/var/lib/cassandra/data/homer/"+simservs+"/.idx/nb-1-big-"+f, "index "+f)
		n.put("/var/lib/cassandra/data/homer/simservs-00000000000000000000000000000000/nb-1-big-"+f, "dropped")
		n.put("/disk2/data/memento/"+calls+"/da-1-bti-"+f, "memento "+f)
	}
	n.put("/var/lib/cassandra/data/homer/"+simservs+"/nb-3-big-tmp-Data.db", "half")
	n.put("/var/lib/cassandra/data/homer/"+simservs+"/nb_txn_flush_0a.log", "half")
	n.put("/disk2/data/memento/"+calls+"/da-1-bti-Partitions.db", "p")
	n.put("/disk2/data/memento/"+calls+"/da-1-bti-Rows.db", "r")
	n.Ground.Open = map[string]bool{"10.0.0.1:9042": true}
	n.Ground.OnQuery = n.query
	n.Ground.OnExec = n.exec
	return n
}

func (n *snapshotNode) put(path, text string) {
	n.T.Helper()
	path = n.Ground.Dir + path
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		n.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		n.T.Fatal(err)
	}
}

func (n *snapshotNode) query(q engine.Query) ([]engine.Row, error) {
	asked := []string{"homer", "memento", "system_schema"}
	if strings.Contains(q.Statement, "keyspace_name IN ?") {
		asked = q.Args[0].([]string)
	}
	rows := map[string][]engine.Row{
		"system.local": {{
			"host_id": "8cd40723", "cluster_name": "lab", "release_version": n.release, "partitioner": "Murmur3Partitioner",
			"data_center": "site1", "rack": "rack1", "tokens": []string{"100", "-100"}, "schema_version": "866b",
		}},
		"system.peers_v2": {{"peer": "10.0.0.2", "host_id": "22", "tokens": []string{"0", "200"}}},
		"system_schema.keyspaces": {
			{"keyspace_name": "homer", "replication": map[string]string{"class": "SimpleStrategy", "replication_factor": "2"}, "durable_writes": true},
			{"keyspace_name": "memento", "replication": map[string]string{"class": "SimpleStrategy"}, "durable_writes": false},
			{"keyspace_name": "system_schema"},
		},
		"system_schema.tables": {
			{"keyspace_name": "homer", "table_name": "simservs", "id": simservsID, "flags": []string{"compound"}, "gc_grace_seconds": 864000},
			{"keyspace_name": "memento", "table_name": "call_lists", "id": callsID, "default_time_to_live": 60},
		},
		"system_schema.columns": {
			{"keyspace_name": "homer", "table_name": "simservs", "column_name": "user", "type": "text", "kind": "partition_key", "position": 0},
			{"keyspace_name": "memento", "table_name": "call_lists", "column_name": "impu", "type": "text", "kind": "partition_key", "position": 0},
		},
		"homer.simservs": {{"user": "a"}, {"user": "b"}},
	}
	for table, found := range rows {
		if slices.Contains(strings.Fields(strings.ReplaceAll(q.Statement, `"`, "")), table) {
			return slices.DeleteFunc(found, func(r engine.Row) bool {
				k, ok := r["keyspace_name"].(string)
				return ok && !slices.Contains(asked, k)
			}), nil
		}
	}
	return nil, nil
}

func (n *snapshotNode) exec(argv []string) (engine.Result, error) {
	switch argv[1] {
	case "snapshot":
		return n.take(argv[3], argv[5:]), nil
	case "clearsnapshot":
		n.clear(argv[3], argv[5:]...)
		return engine.Result{}, nil
	}
	return engine.Result{}, fmt.Errorf("unexpected %q", argv)
}

func (n *snapshotNode) clear(tag string, keyspaces ...string) {
	for _, k := range keyspaces {
		for _, dir := range n.glob(k, "snapshots/"+tag) {
			_ = os.RemoveAll(dir)
		}
	}
}

func (n *snapshotNode) glob(keyspace, under string) []string {
	var all []string
	for _, d := range n.disks() {
		found, _ := filepath.Glob(filepath.Join(d, keyspace, "*", under))
		all = append(all, found...)
	}
	return all
}

func (n *snapshotNode) list() string {
	text := "Snapshot Details: \nSnapshot name             Keyspace name Column family name True size Size on disk\n"
	var rows int
	for _, dir := range n.glob("*", "snapshots/*") {
		table := filepath.Dir(filepath.Dir(dir))
		name, _, _ := strings.Cut(filepath.Base(table), "-")
		text += fmt.Sprintf("%-25s %-13s %-18s 1 KiB     2 KiB\n", filepath.Base(dir), filepath.Base(filepath.Dir(table)), name)
		rows++
	}
	if rows == 0 {
		return "Snapshot Details: \nThere are no snapshots\n"
	}
	return text + "\nTotal TrueDiskSpaceUsed: 0 bytes\n\n"
}

// take links as Cassandra does: each data directory's files into its own snapshots directory, the records into one.
func (n *snapshotNode) take(tag string, keyspaces []string) engine.Result {
	for _, k := range keyspaces {
		if len(n.glob(k, "snapshots/"+tag)) > 0 {
			return engine.Result{Code: 2, Stderr: []byte("error: Snapshot " + tag + " already exists.\n")}
		}
		for _, live := range []string{simservs, calls} {
			if len(n.glob(k, "../"+live)) > 0 && !slices.Contains(n.skip, live) {
				n.takeTable(filepath.Join(k, live), tag)
			}
		}
	}
	return engine.Result{Stdout: []byte("Requested creating snapshot(s)\nSnapshot directory: " + tag + "\n")}
}

func (n *snapshotNode) takeTable(table, tag string) {
	var data []string
	for _, d := range n.disks() {
		live := filepath.Join(d, table)
		to := filepath.Join(live, "snapshots", tag)
		_ = filepath.WalkDir(live, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.Name() == "snapshots" {
				return fs.SkipDir
			}
			rel, _ := filepath.Rel(live, path)
			if e.IsDir() {
				return os.MkdirAll(filepath.Join(to, rel), 0o755)
			}
			if strings.HasSuffix(rel, "big-Data.db") {
				data = append(data, rel)
			}
			return os.Link(path, filepath.Join(to, rel))
		})
	}
	text, _ := json.Marshal(map[string]any{"files": data, "created_at": "2026-11-22T01:02:04.5Z"})
	at := filepath.Join(n.disks()[1], table, "snapshots", tag)
	_ = os.MkdirAll(at, 0o755)
	_ = os.WriteFile(filepath.Join(at, "manifest.json"), text, 0o644)
	_ = os.WriteFile(filepath.Join(at, "schema.cql"), []byte("CREATE TABLE IF NOT EXISTS "+filepath.Base(table)), 0o644)
}
