package steps_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps"
)

// wrongArg is an argument that no node could carry out. « stands before the token that the mistake is shown at.
type wrongArg struct{ args, says string }

// wrongArgs are such arguments of every kind.
func wrongArgs() map[string][]wrongArg {
	out := map[string][]wrongArg{}
	for _, some := range []map[string][]wrongArg{wrongControl(), wrongSave(), wrongRestore(), wrongFiles()} {
		maps.Copy(out, some)
	}
	return out
}

func wrongControl() map[string][]wrongArg {
	return map[string][]wrongArg{
		"assert":  nil,
		"confirm": {{`{text: «""}`, "text is empty: write what is asked"}},
		"pause":   nil,
		"monit": {
			{`{action: «stop}`, "monit stop: of what? name a service, or a group"},
			{`{action: stop, service: a, group: «b}`, "monit takes a service or a group, not both: remove one"},
		},
		"wait-monit": {
			{`{service: «"", state: running}`, "service is empty: name it as monit summary does"},
			{`{service: a, state: running, ports: ["${{ vars.text }}", «abc]}`, `"abc" is no port: write host:port, or a number from 1 to 65535`},
			{`{service: a, state: running, ports: [«"99999999"]}`, `"99999999" is no port: write host:port, or a number from 1 to 65535`},
			{`{service: a, state: running, ports: [«"x:y:z"]}`, `"x:y:z" is no port: write host:port, or a number from 1 to 65535`},
			{`{service: a, state: running, pidfile: «run.pid}`, "pidfile run.pid is relative: write it from the root, like /var/lib/…"},
		},
	}
}

func wrongSave() map[string][]wrongArg {
	return map[string][]wrongArg{
		"nodetool": {
			{`{command: drain, keyspaces: «[x]}`, "nodetool drain takes no keyspaces: it drains the node; remove them"},
			{`{command: «disableautocompaction}`, "nodetool disableautocompaction: name its keyspaces"},
			{`{command: flush, keyspaces: [a, «-h]}`, `keyspace "-h": a name has letters, digits and underscores`},
		},
		"nodetool-repair": {
			{`{keyspace: «a/b}`, `keyspace "a/b": a name has letters, digits and underscores`},
			{`{keyspace: «a, all_keyspaces: true}`, "nodetool-repair takes a keyspace or all_keyspaces, not both: remove one"},
			{`«{primary_range: true}`, "nodetool-repair: of what? name a keyspace, or write all_keyspaces: true"},
		},
		"wait-cassandra": {{`{members: «-3}`, "members is 0 to 10000"}},
		"snapshot": {
			{`{tag: «../../etc, keyspaces: [a]}`, `backup "../../etc": an id has letters, digits, dots and hyphens, at most 64`},
			{`{tag: "${{ run.id }}", keyspaces: [«""]}`, `keyspace "": a name has letters, digits and underscores`},
			{`{tag: "${{ run.id }}", keyspaces: «[]}`, "keyspaces is empty: name at least one"},
			{`{tag: "${{ run.id }}", keyspaces: [a, «system_traces]}`, ofCassandra("system_traces")},
			{`{tag: "${{ run.id }}", keyspaces: [a], dir: «b}`, "dir b is relative: write it from the root, like /var/lib/…"},
		},
		"clear-snapshot": {
			{`{tag: «../x}`, `backup "../x": an id has letters, digits, dots and hyphens, at most 64`},
			{`{tag: a, dir: «b}`, "dir b is relative: write it from the root, like /var/lib/…"},
		},
		"save-snapshot": {
			{`{tag: «a/b, keyspaces: [a], nodes: [vellum-1]}`, `backup "a/b": an id has letters, digits, dots and hyphens, at most 64`},
			{`{tag: a, keyspaces: [a], nodes: «[]}`, "nodes is empty: name all nodes of the set"},
			{`{tag: a, keyspaces: [«system_auth], nodes: [vellum-1]}`, "keyspace system_auth is neither saved nor restored: " +
				"its old passwords would lock out the run itself; make roles anew with CREATE ROLE and GRANT"},
			{`{tag: a, keyspaces: [a], nodes: [vellum-1, «vellum-9]}`, `site lab has no node "vellum-9"`},
			{`{tag: a, keyspaces: [a], nodes: [vellum-1], dir: «b}`, "dir b is relative: write it from the root, like /var/lib/…"},
		},
	}
}

func wrongRestore() map[string][]wrongArg {
	const id = "backup: 20261122T010203Z-k7, "
	return map[string][]wrongArg{
		"check-restore": {
			{`{backup: «"", keyspaces: [a]}`, `backup "": an id has letters, digits, dots and hyphens, at most 64`},
			{`{` + id + `keyspaces: «[]}`, "keyspaces is empty: name at least one"},
			{`{` + id + `keyspaces: [«system_schema]}`, ofCassandra("system_schema")},
			{`{` + id + `keyspaces: [a], nodes: [«velum-1]}`, `site lab has no node "velum-1"`},
		},
		"note-schema": {
			{`{` + id + `keyspaces: «[]}`, "keyspaces is empty: name at least one"},
			{`{` + id + `keyspaces: [«system]}`, ofCassandra("system")},
		},
		"restore-schema": {
			{`{` + id + `keyspaces: [a], dir: «/a/../b}`, "dir /a/../b goes up (..): write the path it leads to"},
			{`{` + id + `keyspaces: [«system_views]}`, ofCassandra("system_views")},
		},
		"stage-restore": {
			{`{keyspace: «a/b, backup: x}`, `keyspace "a/b": a name has letters, digits and underscores`},
			{`{keyspace: a, backup: «x y}`, `backup "x y": an id has letters, digits, dots and hyphens, at most 64`},
			{`{keyspace: a, backup: x, dir: «""}`, "dir is empty"},
			{`{keyspace: «system_distributed, backup: x}`, ofCassandra("system_distributed")},
			{`{keyspace: «system_mine, backup: x}`, "keyspace system_mine is taken for Cassandra's own, as any that begins with system_: each release has more of them; an application's needs another name to be saved"},
		},
		"restore-keyspace": {
			{`{keyspace: a, backup: «../x}`, `backup "../x": an id has letters, digits, dots and hyphens, at most 64`},
			{`{keyspace: «system_virtual_schema, backup: x}`, ofCassandra("system_virtual_schema")},
		},
		"compare-counts": {
			{`{` + id + `keyspaces: [a], phase: rows, sha256: «true}`, "sha256 is of files: it goes with phase: files"},
			{`{` + id + `keyspaces: [«system_cluster_metadata], phase: rows}`, ofCassandra("system_cluster_metadata")},
		},
		"sum-counts":      {{`{counts: [], backup: «a/b}`, `backup "a/b": an id has letters, digits, dots and hyphens, at most 64`}},
		"undo-restore":    {{`{run: «../x}`, `run "../x": not the id of a run`}},
		"undo-schema":     {{`{run: «../x}`, `run "../x": not the id of a run`}},
		"restore-state":   {{`{run: «../x}`, `run "../x": not the id of a run`}},
		"release-restore": {{`{run: «../x}`, `run "../x": not the id of a run`}},
		"verify-backup":   {{`{` + id + `source: «../x}`, `source "../x": a name has letters, digits, dots and hyphens`}},
		"seal-backup":     {{`{` + id + `nodes: «[]}`, "nodes is empty: name all nodes of the set"}},
		"list-backups":    {{`{dir: «backups}`, "dir backups is relative: write it from the root, like /var/lib/…"}},
		"prune-backups": {
			{`{keep: «-4}`, "keep is 1 to 10000"},
			{`{min: «-9}`, "min is 1 to 10000"},
			{`{keep: "${{ vars.later }}", dir: «not/absolute}`, "dir not/absolute is relative: write it from the root, like /var/lib/…"},
		},
	}
}

func ofCassandra(keyspace string) string {
	why := "its rows are about this node, the ring and its schema, and old ones would contradict what is there"
	if keyspace == "system_traces" || keyspace == "system_distributed" {
		why = "it notes there what it traced, or repaired and built, and nothing rests on old notes"
	}
	return "keyspace " + keyspace + " is Cassandra's own: " + why + "; name the application's keyspaces"
}

func wrongFiles() map[string][]wrongArg {
	return map[string][]wrongArg{
		"mkdir": {{`«relative`, "path relative is relative: write it from the root, like /var/lib/…"}},
		"chown": {
			{`{path: «/a/b}`, "chown needs an owner, a group or a mode"},
			{`{path: «/etc, owner: a, recursive: true}`, "path /etc: recursive would take in a part of the system; name the directory below it that is meant"},
			{`{path: /a/b, owner: a, links: «true}`, "links: true goes with recursive: true"},
		},
		"move": {{`{from: /a/b, to: «/a/b/c}`, "/a/b cannot be moved into itself (/a/b/c)"}},
		"scp": {
			{`{from: «vellum-99, source: /a/b, target: /a/b}`, `site lab has no node "vellum-99"`},
			{`{from: vellum-2, source: /a/b, target: «/a/b/}`, "target /a/b/: write it as /a/b"},
			{`{from: vellum-2, source: /a/b, target: /a/b, saved_by: «vellum-1}`, "saved_by goes with backup: say which one it is"},
		},
		"run": {
			{`{argv: [echo], dir: «relative}`, "dir relative is relative: write it from the root, like /var/lib/…"},
			{`{argv: [«""]}`, "argv needs at least the program's name"},
			{`{argv: [echo], output: «2MiB}`, "output 2MiB: at most 1MiB is kept; let the program write more to a file"},
			{`{argv: [echo], ok: [0, «256]}`, "ok: 256 is no exit status (0 to 255)"},
			{`{argv: [echo], env: {B: "${{ vars.text }}", «"A=B": x}}`, `env: "A=B" is no name of a variable`},
		},
	}
}

// TestWrongArgumentsAreRefusedAtTheDesk: what a kind would refuse for its arguments alone is a mistake of the runbook, at the
// argument, also while others wait for an expression; and the node refuses the same.
func TestWrongArgumentsAreRefusedAtTheDesk(t *testing.T) {
	cases, ks := wrongArgs(), kinds(t).Schema()
	for _, k := range steps.All() {
		list, known := cases[k.Name]
		if !known {
			t.Errorf("%s: no wrong arguments are tried", k.Name)
		}
		for _, c := range list {
			t.Run(k.Name+" "+c.args, func(t *testing.T) { refusedAt(t, k, ks, c.args, c.says) })
		}
	}
}

func refusedAt(t *testing.T, k engine.Kind, all []schema.Kind, args, says string) {
	on := "vellum"
	if k.At == engine.OnController {
		on = engine.ControllerNode
	}
	before, after, _ := strings.Cut(fmt.Sprintf("      - {id: a, %s: %s}", k.Name, args), "«")
	head := fmt.Sprintf("runbook: x\nvars: {later: 1, text: a}\nstages:\n  - stage: s\n    on: %s\n    steps:\n", on)
	src := schema.Source{Name: "x.yaml", Data: []byte(head + before + after + "\n")}
	_, diags := schema.Load(schema.Sources{Runbook: src}, all, site(t))
	var wrong []schema.Diagnostic
	for _, d := range diags {
		if d.Severity == schema.Error {
			wrong = append(wrong, d)
		}
	}
	if len(wrong) != 1 || wrong[0].Message != says || wrong[0].Pos.Line != 7 || wrong[0].Pos.Col != len([]rune(before))+1 {
		t.Errorf("want %q in column %d:\n%s", says, len([]rune(before))+1, diags.Render(src))
	}
}
