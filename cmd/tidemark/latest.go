package main

import (
	"context"
	"encoding/json"
	"sync"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/steps/backup"
)

// The input `backup: latest` is resolved to an id by reading, before the plan.
const (
	backupInput = "backup"
	latestWord  = "latest"
)

// resolveLatest replaces `latest` by the newest backup that is complete on all nodes of its set. The nodes of
// --limit would not know that, so all nodes of the runbook are asked.
func (a *app) resolveLatest(ctx context.Context, s *session, b engine.Basis) error {
	if b.Inputs[backupInput] != latestWord {
		return nil
	}
	whole := b
	whole.Limit = nil
	p, err := engine.NewPlan(whole)
	if err != nil {
		return unplanned(err, b.Runbook)
	}
	dirs := map[string]string{}
	given, _ := b.Inputs["dir"].(string)
	for _, name := range controllerOut(engine.NodesOf(p)) {
		if dirs[name] = given; given == "" {
			dirs[name] = dirOf(b, name)
		}
	}
	lists, err := s.listBackups(ctx, dirs)
	if err != nil {
		return &refused{err}
	}
	sets := backup.Sets(entriesOf(lists))
	for _, set := range sets {
		if set.Complete() {
			b.Inputs[backupInput] = set.ID
			a.say("latest is %s", set.ID)
			return nil
		}
	}
	return noLatest(a, sets)
}

func noLatest(a *app, sets []backup.Set) error {
	text, next := "there is none", a.command("backups")
	if len(sets) > 0 {
		text = "the newest, " + sets[0].ID + ", is " + sets[0].Share()
		if sets[0].Unsealed() {
			next = a.sealing(sets[0].ID)
		} else {
			text += ", missing on " + view.NodeList(sets[0].Missing())
		}
	}
	return &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "no backup is complete: %s", text), next)}
}

// sealing is the command that makes a set complete which lacks nothing but its seal.
func (a *app) sealing(id string) string {
	return a.command("run", "verify-vellum", "--input", "backup="+id, "--input", "seal=true")
}

// dirOf is where a node keeps its backups: the var backup_dir, "" for the kind's default.
func dirOf(b engine.Basis, node string) string {
	dir, _ := b.Runbook.VarsFor(b.Site.Node(node), b.Site)["backup_dir"].(string)
	return dir
}

// listBackups asks nodes for their backups in the given directories, behind the fence of the dry run. Nodes that give no
// answer are in the error alone.
func (s *session) listBackups(ctx context.Context, dirs map[string]string) (map[string]backup.ListOut, error) {
	var mu sync.Mutex
	out := map[string]backup.ListOut{}
	err := forAll(keys(dirs), func(name string) error {
		list, err := askBackups(ctx, s.node(name), name, dirs[name])
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		out[name] = list
		return nil
	})
	return out, err
}

func askBackups(ctx context.Context, node engine.Node, name, dir string) (out backup.ListOut, err error) {
	k := backup.ListBackups()
	args := map[string]string{"dir": dir}
	if dir == "" {
		args["dir"] = "/var/lib/tidemark/backups"
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return out, err
	}
	reply, err := node.Plan(ctx, engine.PlanRequest{Node: name, Items: []engine.PlanItem{{Task: "list", Kind: k.Name, Args: raw}}})
	switch {
	case err != nil:
		return out, err
	case len(reply.Planned) != 1:
		return out, engine.Failf(engine.ClassIO, "the node gave %d answers for one question", len(reply.Planned))
	case reply.Planned[0].Error != "":
		p := reply.Planned[0]
		return out, engine.WithNext(engine.Failf(p.Class, "%s", p.Error), p.Next)
	}
	return out, json.Unmarshal(reply.Planned[0].Change.Out, &out)
}

func entriesOf(lists map[string]backup.ListOut) map[string][]backup.Entry {
	out := map[string][]backup.Entry{}
	for node, l := range lists {
		out[node] = l.Backups
	}
	return out
}
