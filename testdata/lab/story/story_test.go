package story

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var vellums = []string{"vellum-1", "vellum-2", "vellum-3"}

// disaster changes and deletes rows everywhere, drops a table, and takes the directories of all four keyspaces
// from one node, whose Cassandra is stopped and started around it.
func disaster(t *testing.T, op person) {
	t.Helper()
	lab(t, "load", "--lines", "500", "--phase", "newer")
	on(t, "vellum-1", "rm -rf /var/lib/cassandra/data/homestead_* /var/lib/cassandra/data/homer /var/lib/cassandra/data/memento")
	op.refused(5, []string{"vellum-1", "homer.simservs", "were deleted while Cassandra runs", "monit start cassandra_process"},
		"plan", "restore-vellum", "--input", "backup=latest")
	on(t, "vellum-1", `monit stop cassandra_process
		while kill -0 "$(cat /var/run/cassandra/cassandra.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done
		monit start cassandra_process`)
	lab(t, "up")
	lab(t, "cql", "DROP TABLE homestead_cache.impi_mapping")
}

// TestBackupDisasterRestore is the main job: at each of several points the restore is killed with -9 and resumed, in
// the end by another operator who adopts it, and on the way a node loses its records. What must not happen twice is counted
// on the nodes, and at the end every table has its digest from before. Then the restore is released, and says what that freed.
func TestBackupDisasterRestore(t *testing.T) {
	op := operator(t)
	want := lab(t, "digest")
	before := counts(t)
	op.must("run", "backup-vellum", "--input", "basis=quiet", "--input", "count_time=5m", "--yes")
	saved := op.id()
	once(t, before, backupCalls(), op.events())
	if out := op.must("backups"); !strings.Contains(out, "complete") {
		t.Fatalf("no complete backup:\n%s", out)
	}
	disaster(t, op)
	if lab(t, "digest") == want {
		t.Fatal("the disaster changed nothing")
	}
	leave(t)
	before = counts(t)
	r, seen := chance(t), watchAll(t)
	half := task(r, "restore/restore", "homestead_cache", "homer")
	op.killAt(task(r, []string{"gate/gate", "schema/schema", "gate/serving"}[r.IntN(3)]), "run", "restore-vellum", "--input", "backup=latest", "--input", "basis=quiet", "--yes=lab")
	again := killedWithTask(t, op, r)
	op.killAt(task(r, []string{"stop/drain", "stop/stop", "stop/stopped"}[r.IntN(3)]), "resume", "--yes=lab")
	open := forgets(t, op, half[strings.IndexByte(half, '@')+1:])
	op.killAt(half, "resume", "--yes=lab")
	toldAndSettled(t, op.events(), open)
	held(t, op, half)
	op.killAt(task(r, []string{"start/start", "start/serving_again"}[r.IntN(2)]), "resume", "--yes=lab")
	other := operator(t)
	said(t, other.must("resume", "--yes=lab", "--adopt", "vellum-1,vellum-3", op.id()), "The restore is not released", "not synchronised")
	same(t, want)
	journal := slices.Concat(op.events(), other.events())
	once(t, before, restoreCalls(), journal)
	doneAgain(t, journal, again)
	op.refused(5, []string{"closed (done) by another controller"}, "resume", "--yes=lab")
	rowsCompared(t, other)
	released(t, other, r, op.id())
	total := eachOnce(t, seen, op.id(), saved, journal)
	if total["given back"] == 0 || total["released"] < allTables*len(vellums) {
		t.Errorf("no snapshot was given back, or too little released: %v", total)
	}
}

// killedWithTask resumes a restore and kills its controller together with the task that lays files ready on a node.
// Nobody knows then how far that task came. It gives the node.
func killedWithTask(t *testing.T, op person, r *rand.Rand) string {
	t.Helper()
	host := vellums[r.IntN(len(vellums))]
	p, _ := op.frozenAt(host, func(c change) bool { return strings.Contains(c.path, "/tidemark/"+op.id()+"/staged/") }, "resume", "--yes=lab")
	p.kill()
	killTask(t, host)
	return host
}

// doneAgain looks that the journal shows a staging task of the host as done again, as what is idempotent is.
func doneAgain(t *testing.T, journal []event, host string) {
	t.Helper()
	n := 0
	for _, e := range journal {
		mine := strings.HasPrefix(e.Task, "prepare/staged[") && strings.HasSuffix(e.Task, "@"+host)
		if mine && e.Type == "settled" && e.Reason == "done again (idempotent)" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d staging tasks of %s were done again, want the one that was killed", n, host)
	}
}

// held shows that a node whose swap is half-way is neither given to another run nor unlocked.
func held(t *testing.T, op person, half string) {
	t.Helper()
	operator(t).refused(6, []string{op.id(), "restore-vellum", "root@"}, "run", "backup-vellum", "--yes")
	operator(t).refused(5, []string{op.id()}, "unlock", half[strings.IndexByte(half, '@')+1:], "--yes")
}

// released releases a restore, whose controller is killed, and looks whether what it kept is gone.
func released(t *testing.T, op person, r *rand.Rand, run string) {
	t.Helper()
	kept := "ls -d /var/lib/cassandra/tidemark/" + run + "/old* 2>/dev/null || true"
	if on(t, "vellum-3", kept) == "" {
		t.Errorf("the restore of run %s kept nothing", run)
	}
	out := killedOnce(t, op, task(r, []string{"look/serving", "release/release"}[r.IntN(2)]), nil, "release-restore-vellum", "--input", "run="+run)
	if !strings.Contains(out, " freed; ") {
		t.Errorf("release does not say how much it freed:\n%s", out)
	}
	if left := on(t, "vellum-3", kept); left != "" {
		t.Errorf("after the release there is still %s", left)
	}
}

func same(t *testing.T, want string) {
	t.Helper()
	if got := lab(t, "digest"); got != want {
		t.Errorf("the digests differ:\nwant\n%s\ngot\n%s", want, got)
	}
}

// counts are the calls that every host has logged.
func counts(t *testing.T) map[string]string {
	t.Helper()
	n := map[string]string{}
	for _, host := range vellums {
		for _, log := range []string{"nodetool.log", "monit.log"} {
			n[host+" "+log] = on(t, host, "cat /var/log/lab/"+log+" 2>/dev/null || true")
		}
	}
	return n
}

// call is a call that a host logs, and the step that makes it.
type call struct{ log, words, step string }

// restoreCalls are those that a restore makes once on every host.
func restoreCalls() []call {
	return []call{
		{"nodetool.log", "drain", "stop/drain"}, {"monit.log", "stop -g cassandra", "stop/stop"}, {"monit.log", "start cassandra_process", "start/start"},
	}
}

// backupCalls are those that a backup makes once on every host.
func backupCalls() []call {
	return []call{{"nodetool.log", "snapshot", "snapshot/snapshot"}, {"nodetool.log", "clearsnapshot", "save/save"}}
}

// killedOnce runs a runbook whose controller is killed when the task begins, resumes it, and looks that every host got
// each call once.
func killedOnce(t *testing.T, op person, task string, calls []call, runbook ...string) string {
	t.Helper()
	before := counts(t)
	op.killAt(task, append(append([]string{"run"}, runbook...), "--yes=lab")...)
	out := op.must("resume", "--yes=lab")
	once(t, before, calls, op.events())
	return out
}

// once looks that each call was made once on every host since before: more often only where the journal shows that a
// task was settled as not done.
func once(t *testing.T, before map[string]string, calls []call, journal []event) {
	t.Helper()
	after := counts(t)
	for _, c := range calls {
		for _, host := range vellums {
			fresh := strings.TrimPrefix(after[host+" "+c.log], before[host+" "+c.log])
			n, most := strings.Count(fresh, " "+c.words), 1+notDone(journal, c.step, host)
			if n == 0 || n > most {
				t.Errorf("%s: %q was called %d times, want once, at most %d times:\n%s", host, c.words, n, most, fresh)
			}
		}
	}
}
