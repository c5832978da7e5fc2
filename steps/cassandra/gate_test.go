package cassandra

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
	"tidemark/testdata/needed"
)

// restoreRun is a run other than the one that saved the backup.
const restoreRun = "20261123T040506Z-ab"

// newRestoreNode is a node with a sealed backup of homer and memento, ready for a restore.
func newRestoreNode(t testing.TB) *snapshotNode {
	t.Helper()
	n := newSnapshotNode(t)
	n.put("/var/lib/cassandra/commitlog/CommitLog-7-1.log", cleanSegment)
	n.put("/var/lib/cassandra/hints/host-1-2.hints", "hint")
	n.put("/var/lib/cassandra/saved_caches/KeyCache.db", "cache")
	n.take("other-tool", []string{"homer"})
	n.take(tag, []string{"homer", "memento"})
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil {
		t.Fatal(err)
	}
	n.seal("vellum-1", "vellum-2")
	n.Run = restoreRun
	return n
}

func (n *snapshotNode) seal(nodes ...string) {
	n.T.Helper()
	s := backup.Seal{Format: 1, Backup: tag, Time: time.Now()}
	for _, name := range nodes {
		s.Nodes = append(s.Nodes, backup.SealedNode{Name: name})
	}
	data, err := json.Marshal(s)
	if err != nil {
		n.T.Fatal(err)
	}
	n.put(backup.Path(store, tag, "set.json"), string(data))
}

// answer changes what the made-up server says in the rows of a table.
func (n *snapshotNode) answer(table, column string, value any) {
	ask := n.Ground.OnQuery
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		rows, err := ask(q)
		if strings.Contains(q.Statement, " "+table) {
			for _, r := range rows {
				r[column] = value
			}
		}
		return rows, err
	}
}

// addRow adds a row to a table of the made-up server.
func (n *snapshotNode) addRow(table string, row engine.Row) {
	ask := n.Ground.OnQuery
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		rows, err := ask(q)
		if strings.Contains(q.Statement, " "+table) {
			rows = append(slices.Clone(rows), row)
		}
		return rows, err
	}
}

func gateStep() *checkRestore {
	return &checkRestore{Backup: tag, Keyspaces: []string{"homer", "memento"}, Dir: store}
}

func TestGatePasses(t *testing.T) {
	n := newRestoreNode(t)
	c, err := n.Plan(CheckRestore(), gateStep())
	if err != nil || c.Sign != engine.Same {
		t.Fatalf("%+v, %v", c, err)
	}
	var out GateOut
	if err := json.Unmarshal(c.Out, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Members) != 1 || out.Live.HostID != "8cd40723" || len(out.Live.Tokens) != 2 || out.Bytes["homer"] == 0 || len(out.TTL) != 1 {
		t.Errorf("%+v", out)
	}
}

func TestGateRefuses(t *testing.T) {
	data := backup.Path(store, tag, backup.Cassandra, "data/homer", simservs, "nb-1-big-Data.db")
	cases := map[string]struct {
		harm  func(*snapshotNode)
		words []string
	}{
		"flipped byte":      {func(n *snapshotNode) { n.rewrite(data, "homer 1 Dbta.db") }, []string{"nb-1-big-Data.db", "sha256"}},
		"missing file":      {func(n *snapshotNode) { n.remove(data) }, []string{"nb-1-big-Data.db: missing"}},
		"no set":            {func(n *snapshotNode) { n.remove(backup.Path(store, tag, "set.json")) }, []string{"set is not complete", "vellum-2"}},
		"part of a set":     {func(n *snapshotNode) { n.seal("vellum-1") }, []string{"1 of 2 nodes", "vellum-2 missing", "tidemark backups"}},
		"no manifest":       {func(n *snapshotNode) { n.remove(backup.Path(store, tag, backup.Cassandra, "manifest.json")) }, []string{"incomplete on this node"}},
		"other cluster":     {func(n *snapshotNode) { n.answer("system.local", "cluster_name", "west") }, []string{`cluster "lab"`, `"west"`}},
		"other partitioner": {func(n *snapshotNode) { n.answer("system.local", "partitioner", "RandomPartitioner") }, []string{"RandomPartitioner"}},
		"other rack":        {func(n *snapshotNode) { n.answer("system.local", "rack", "rack9") }, []string{"rack1", "rack9"}},
		"other tokens":      {func(n *snapshotNode) { n.answer("system.local", "tokens", []string{"100", "7"}) }, []string{"1 of 2 are the same", "nodetool decommission, with --force", "initial_token", "sstableloader"}},
		"another node's": {func(n *snapshotNode) {
			n.answer("system.local", "tokens", []string{"0", "9"})
			n.answer("system.peers_v2", "tokens", []string{"100", "-100"})
		}, []string{"backup of another node", "10.0.0.2"}},
		"another member": {func(n *snapshotNode) {
			n.addRow("system.peers_v2", engine.Row{"peer": "10.0.0.3", "host_id": "33", "tokens": []string{"300"}})
		}, []string{"the ring has 3 members, the backup's set 2 (vellum-1, vellum-2)"}},
		"old server":   {func(n *snapshotNode) { n.answer("system.local", "release_version", "3.11.19") }, []string{"3.11.19 is not supported"}},
		"older server": {func(n *snapshotNode) { n.answer("system.local", "release_version", "4.1.10") }, []string{"saved from Cassandra 5.0.8", "older 4.1.10"}},
		"column type":  {func(n *snapshotNode) { n.answer("system_schema.columns", "type", "blob") }, []string{"homer.simservs: column user is text in the backup, blob live", "memento.call_lists: column impu"}},
		"replication": {func(n *snapshotNode) {
			n.answer("system_schema.keyspaces", "replication", map[string]string{"class": "NetworkTopologyStrategy"})
		}, []string{"keyspace homer", "NetworkTopologyStrategy"}},
		"not running": {func(n *snapshotNode) { n.Ground.Open = nil }, []string{"does not serve on vellum-1"}},
		"directories deleted": {func(n *snapshotNode) {
			for _, d := range n.disks() {
				if err := os.RemoveAll(d + "/homer"); err != nil {
					n.T.Fatal(err)
				}
			}
		}, []string{"the directories of homer.simservs were deleted while Cassandra runs", "monit start cassandra_process"}},
		"unreleased": {func(n *snapshotNode) { n.unreleased() }, []string{"not released yet", "release-restore-vellum --input run=20261120T000000Z-zz", "undo-restore-vellum"}},
		"encrypted commit log": {func(n *snapshotNode) {
			n.put("/var/lib/cassandra/commitlog/CommitLog-7-2.log", strings.Replace(segmentHead, "\x00\x02{}", "\x00\x0f{\"encCipher\":1}", 1)+zeros)
		}, []string{"the commit log in /var/lib/cassandra/commitlog is encrypted", "transparent_data_encryption_options"}},
		"symbolic link": {func(n *snapshotNode) { n.link(n.disks()[1] + "/memento/elsewhere-1") }, []string{"elsewhere-1 is a symbolic link"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := newRestoreNode(t)
			c.harm(n)
			_, err := n.Plan(CheckRestore(), gateStep())
			enginetest.Refused(t, err, engine.ClassPrecondition, c.words...)
		})
	}
}

// TestGateRefusesWithoutRoom: linked files need none, copied ones do, on each file system for all that lies there.
func TestGateRefusesWithoutRoom(t *testing.T) {
	n := newRestoreNode(t)
	c, err := n.Plan(CheckRestore(), gateStep())
	if err != nil || !slices.Contains(c.Pre, engine.Fact{Key: "space for the copies beside /var/lib/cassandra/data", Value: "true"}) {
		t.Errorf("%v, %v", c.Pre, err)
	}
	m := n.open()
	for i := range m.Tables {
		for j := range m.Tables[i].Files {
			m.Tables[i].Files[j].Size = 1 << 50
		}
	}
	k := CheckRestore()
	g := &gate{step: gateStep(), view: engine.NewView(&k, n.Ground, engine.NewFacts(nil), n.Run, "vellum-1"), manifest: m}
	if g.conf, err = readConfig(g.view); err != nil {
		t.Fatal(err)
	}
	if err := g.space(t.Context()); err != nil {
		t.Fatal(err)
	}
	enginetest.Refused(t, g.verdict(), engine.ClassPrecondition, "/var/lib/cassandra/data has ", "free, the copies beside it need", "/disk2/data has", "free space on Cassandra's file system")
}

// TestGatePassesWhatIsWhole: a damaged file of a keyspace that is not restored takes nothing from the others.
func TestGatePassesWhatIsWhole(t *testing.T) {
	n, step := newRestoreNode(t), gateStep()
	n.rewrite(backup.Path(store, tag, backup.Cassandra, "data/memento", calls, "da-1-bti-Data.db"), "memento 1 Dbta.db")
	n.put(backup.Path(store, tag, backup.Cassandra, "data/memento/surplus"), "x")
	_, err := n.Plan(CheckRestore(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "da-1-bti-Data.db", "surplus")
	step.Keyspaces = []string{"homer", "homer"}
	if _, err := n.Plan(CheckRestore(), step); err != nil {
		t.Error(err)
	}
	n.put(backup.Path(store, tag, backup.Cassandra, "data/homer/surplus"), "x")
	_, err = n.Plan(CheckRestore(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "homer/surplus: surplus")
}

// TestGateListsTablesThatStay: a live table that the backup lacks is no reason to refuse, but the reviewer sees it.
func TestGateListsTablesThatStay(t *testing.T) {
	n := newRestoreNode(t)
	n.addRow("system_schema.tables", engine.Row{"keyspace_name": "homer", "table_name": "later", "id": callsID})
	n.put("/disk2/data/homer/later-"+strings.ReplaceAll(callsID, "-", "")+"/nb-1-big-Data.db", "later")
	c, err := n.Plan(CheckRestore(), gateStep())
	if err != nil || !slices.Contains(c.Details, "homer.later is not in the backup and stays as it is") {
		t.Errorf("%q, %v", c.Details, err)
	}
}

func TestGateRefusesAPartOfTheReplicas(t *testing.T) {
	n, step := newRestoreNode(t), gateStep()
	step.Nodes = []string{"vellum-1"}
	_, err := n.Plan(CheckRestore(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "leaves out vellum-2", "--limit", "homer.simservs exists",
		"memento.call_lists exists", "how many replicas keyspace memento has is not known")
	step.Nodes = []string{"vellum-2", "vellum-1"}
	if _, err := n.Plan(CheckRestore(), step); err != nil {
		t.Errorf("all of the set: %v", err)
	}
}

// TestGatePassesAPartWhereNoTableExists: then nothing can win over a restored row, and with two replicas every range
// has one of them on the nodes that are restored.
func TestGatePassesAPartWhereNoTableExists(t *testing.T) {
	n, step := newRestoreNode(t), gateStep()
	step.Keyspaces, step.Nodes = []string{"homer"}, []string{"vellum-1"}
	ask := n.Ground.OnQuery
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		if strings.Contains(q.Statement, "system_schema.tables") {
			return nil, nil
		}
		return ask(q)
	}
	c, err := n.Plan(CheckRestore(), step)
	said := strings.Join(c.Details, "\n")
	if err != nil || !strings.Contains(said, "vellum-2 left out: none of the tables exists") || !strings.Contains(said, "repair-vellum --input all=true") {
		t.Errorf("%+v, %v", c, err)
	}
	m := n.open()
	m.Keyspaces[0].Replication["replication_factor"] = "1"
	g := &gate{step: step, manifest: m}
	if why := g.uncovered([]string{"vellum-2"}); len(why) != 1 || !strings.Contains(why[0], "has 1 replica, so rows that only they hold would be missing") {
		t.Errorf("one replica: %q", why)
	}
}

func TestGateNamesAllFindingsAtOnce(t *testing.T) {
	n := newRestoreNode(t)
	n.seal("vellum-1")
	n.answer("system.local", "rack", "rack9")
	n.answer("system.local", "cluster_name", "west")
	_, err := n.Plan(CheckRestore(), gateStep())
	enginetest.Refused(t, err, engine.ClassPrecondition, "(1)", "(2)", "(3)", "1 of 2 nodes", "rack9", "west")
}

func TestGateSaysAnotherHostIDWithTheSameTokens(t *testing.T) {
	n := newRestoreNode(t)
	n.answer("system.local", "host_id", "99999999")
	c, err := n.Plan(CheckRestore(), gateStep())
	if err != nil || !strings.Contains(strings.Join(c.Details, "\n"), "host id is another one") {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestGateRefusesUnknownKeyspaceAndLegacy(t *testing.T) {
	n := newRestoreNode(t)
	s := gateStep()
	s.Keyspaces = []string{"homre"}
	_, err := n.Plan(CheckRestore(), s)
	enginetest.Refused(t, err, engine.ClassPrecondition, "no keyspace homre", "homer")
	n.put("/usr/share/clearwater/homer/backup/backups/homer/1395401410135/x/y", "z")
	s.Backup = "1395401410135"
	_, err = n.Plan(CheckRestore(), s)
	enginetest.Refused(t, err, engine.ClassPrecondition, "legacy", "restore_backup.sh")
}

// TestGateRefusesAMountAmongTheSnapshots: it could not be given back to the live table in the middle of the exchange.
func TestGateRefusesAMountAmongTheSnapshots(t *testing.T) {
	needed.Root(t, "mounting a small file system")
	n := newRestoreNode(t)
	dir := n.disks()[0] + "/homer/" + simservs + "/snapshots"
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		needed.Skip(t, err.Error())
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	_, err := n.Plan(CheckRestore(), gateStep())
	enginetest.Refused(t, err, engine.ClassPrecondition, "/snapshots are not on one mount", "unmount it until the restore is released or undone")
}

func (n *snapshotNode) remove(path string) {
	n.T.Helper()
	if err := os.Remove(n.Ground.Dir + path); err != nil {
		n.T.Fatal(err)
	}
}

// rewrite replaces a file instead of writing into it: the backup's inode is Cassandra's own.
func (n *snapshotNode) rewrite(path, text string) {
	n.remove(path)
	n.put(path, text)
}

func (n *snapshotNode) link(path string) {
	n.T.Helper()
	if err := os.Symlink(n.Ground.Dir, path); err != nil {
		n.T.Fatal(err)
	}
}

func (n *snapshotNode) unreleased() {
	n.put("/var/lib/cassandra/tidemark/20261120T000000Z-zz/swap.json",
		`{"format": 1, "run": "20261120T000000Z-zz", "backup": "b", "state": "restored", "data_dirs": ["/var/lib/cassandra/data", "/disk2/data"]}`)
}
