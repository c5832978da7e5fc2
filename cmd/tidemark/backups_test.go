package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// keepsUnsealed lays a backup down that is saved and verified on both nodes, as a run that died before its seal leaves it.
func (h *house) keepsUnsealed(id string) {
	h.t.Helper()
	for _, node := range []string{"one", "two"} {
		root := filepath.Join(h.dir, "root", node, "var/lib/tidemark/backups", id, backup.Cassandra)
		m := &backup.Manifest{Backup: id, Run: id, Source: backup.Cassandra, Node: node, Nodes: []string{"one", "two"}}
		if err := errors.Join(os.MkdirAll(filepath.Join(root, "data"), 0o700), m.Write(root)); err != nil {
			h.t.Fatal(err)
		}
		note, err := json.Marshal(backup.Verified{Depth: backup.Checksums, SHA256: m.Sum()})
		if err != nil {
			h.t.Fatal(err)
		}
		h.write(strings.TrimPrefix(filepath.Join(root, "verified.json"), h.dir), string(note))
	}
}

// What is verified and never sealed is no restore's backup: the list says so, `latest` passes it over, both name the cure.
func TestABackupThatWasNeverSealed(t *testing.T) {
	h := newHouse(t)
	h.write("site.yaml", strings.ReplaceAll(testSite, "[vellum]", "[vellum, sprout, ellis]")+"vars: {backup_dir: /var/lib/tidemark/backups}\n")
	h.keepsUnsealed("20261122T010203Z-k7")
	seal := h.command("run verify-vellum --input backup=20261122T010203Z-k7 --input seal=true")
	h.wants(h.do("backups"), 0, "verified, not sealed", "seal it: "+seal)
	if strings.Contains(h.out.String(), "complete") {
		t.Error("it is listed as complete")
	}
	h.wants(h.do("plan", "restore-vellum", "--input", "backup=latest"), exitRefused,
		"no backup is complete: the newest, 20261122T010203Z-k7, is verified, not sealed", seal)
	for _, node := range []string{"one", "two"} {
		h.write("root/"+node+"/var/lib/tidemark/backups/20261122T010203Z-k7/set.json", `{"format": 1, "nodes": [{"name": "one"}, {"name": "two"}]}`)
	}
	h.wants(h.do("backups"), 0, "complete")
	if strings.Contains(h.err.String(), "seal=true") {
		t.Error("it is sealed, and the list still offers it")
	}
}

// A site that says nothing of backup_dir has its backups in the usual place: the shipped runbooks say so, and the list agrees.
func TestTheStoreNeedsNoVar(t *testing.T) {
	h := newHouse(t)
	h.write("site.yaml", strings.ReplaceAll(testSite, "[vellum]", "[vellum, sprout, ellis]"))
	for _, name := range []string{"backup-vellum", "verify-vellum", "restore-vellum", "copy-backup-off", "copy-backup-in"} {
		h.wants(h.do("validate", name), 0)
		h.wants(h.do("explain", name, "vars.backup_dir"), 0, "/var/lib/tidemark/backups")
	}
	h.write("own.yaml", "runbook: own\ntitle: Looks.\nvars: {backup_dir: /srv}\ninputs: {backup: {type: string, required: true, help: an id}}\n"+
		"stages:\n  - stage: s\n    on: vellum\n    steps:\n      - {id: a, verify-backup: {backup: \"${{ inputs.backup }}\", dir: \"${{ vars.backup_dir }}\"}}\n")
	h.keepsUnsealed("20261122T010203Z-k7")
	h.wants(h.do("plan", filepath.Join(h.dir, "own.yaml"), "--input", "backup=latest"), exitRefused, "no backup is complete: there is none")
}

// Nobody knows what a node has that gave no answer: the list says so, instead of "no backups".
func TestBackupsOfNodesWithoutAnAnswer(t *testing.T) {
	h := newHouse(t)
	h.refused["two"] = engine.WithNext(engine.Failf(engine.ClassConnect, "no route to host"), "tidemark nodes")
	h.wants(h.do("backups"), exitRefused, "no backups on one\nnothing is known of the backups on two: no answer from there\n")
	h.wants(h.do("backups", "-o", "json"), exitRefused, `"answered": [
    "one"
  ]`, `"node": "two"`, `"class": "connect"`, `"error": "no route to host"`, `"next": "`+h.command("nodes"))
	h.refused["one"] = h.refused["two"]
	h.wants(h.do("backups"), exitRefused, "nothing is known of the backups on one, two: no answer from there\n")
	if strings.Contains(h.err.String(), "no backups") {
		t.Error("it says that there are none")
	}
}

// What a killed backup left takes space and is no backup: the list names it, what it takes, and the command.
func TestWhatAKilledBackupLeft(t *testing.T) {
	h := newHouse(t)
	const id, store = "20261122T010203Z-k7", "/var/lib/tidemark/backups/"
	for _, node := range []string{"one", "two"} {
		dir := filepath.Join(h.dir, "root", node, store, id, backup.Cassandra)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h.write("root/"+node+store+id+"/snapshot.json", `{"id": "`+id+`", "node": "`+node+`", "keyspaces": ["homer", "memento"]}`)
	}
	h.write("root/two"+store+id+"/cassandra/nb-1-big-Data.db", "half")
	h.wants(h.do("backups"), 0, "0 of 2 nodes",
		id+" on two is no backup (incomplete: no manifest) and takes 4 B; where its run is over, it goes there with: rm -r "+store+id+"/cassandra",
		"snapshot "+id+" is not cleared on one, two and keeps disk space", "nodetool clearsnapshot -t "+id+" -- homer memento")
	h.wants(h.do("backups", "-o", "json"), 0, `"unfinished"`, `"snapshots"`)
}

// A manifest that this build does not accept says nothing against the files beside it: nobody is told to remove them.
func TestABackupWhoseManifestIsNotAccepted(t *testing.T) {
	h := newHouse(t)
	const store = "/var/lib/tidemark/backups/"
	for id, c := range map[string]struct{ manifest, says, next string }{
		"20261122T010203Z-aa": {`{"format": 2, "tables": {}}`, "manifest.json: format 2; this build reads 1 to 1, so a newer tidemark made it", "use the tidemark that made it, or a newer one"},
		"20261122T010203Z-bb": {`{"format": 1, "backup": "2026`, "manifest.json is damaged (29 B, sha256 ", "bring its manifest from a copy"},
		"20261122T010203Z-cc": {`{"format": 1}`, "it lacks the name of its backup, source or node", "bring its manifest from a copy"},
		"20261122T010203Z-dd": {`{"format": 1, "backup": "x", "source": "cassandra", "node": "two"}`, "the manifest belongs to backup x", "give the directory the name"},
	} {
		dir := "root/two" + store + id + "/cassandra/"
		if err := os.MkdirAll(filepath.Join(h.dir, dir, "data/homer"), 0o700); err != nil {
			t.Fatal(err)
		}
		h.write(dir+"manifest.json", c.manifest)
		h.write(dir+"data/homer/nb-1-big-Data.db", strings.Repeat("x", 4096-len(c.manifest)))
		h.wants(h.do("backups"), 0, id+" on two cannot be used as it is (", c.says, "; it takes 4.0 KiB and may be whole, so keep it, and ", c.next)
		if strings.Contains(h.out.String()+h.err.String(), "rm -r") || !strings.Contains(h.out.String(), "4.0 KiB") {
			t.Errorf("%s: it may be whole:\n%s%s", id, h.out.String(), h.err.String())
		}
	}
	h.wants(h.do("backups", "-o", "json"), 0, `"unreadable"`, `"next": "use the tidemark that made it`)
	if strings.Contains(h.out.String(), "unfinished") {
		t.Error("it stands among what was not saved to its end")
	}
}
