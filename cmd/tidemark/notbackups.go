package main

import (
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/steps/backup"
)

// notBackups says below the list what lies on the nodes and is no backup that a restore takes, each with what to do.
func (a *app) notBackups(answer backupsAnswer) {
	for _, s := range answer.Sets {
		if s.Unsealed() && s.Source == backup.Cassandra {
			a.say("%s is verified on all its nodes and never sealed: its run ended before that, and nothing restores from it; seal it: %s", s.ID, a.sealing(s.ID))
		}
	}
	for _, node := range keys(answer.Unreadable) {
		for _, e := range answer.Unreadable[node] {
			a.say("%s on %s cannot be used as it is (%s); it takes %s and may be whole, so keep it, and %s", e.ID, node, e.State, engine.Bytes(e.Bytes), e.Next)
		}
	}
	for _, node := range keys(answer.Unfinished) {
		for _, e := range answer.Unfinished[node] {
			a.say("%s on %s is no backup (%s) and takes %s; where its run is over, it goes there with: %s",
				e.ID, node, e.State, engine.Bytes(e.Bytes), view.Command([]string{"rm", "-r", e.Path}))
		}
	}
	a.leftSnapshots(answer.Snapshots)
}

// leftSnapshots names each snapshot once, with the nodes that have it.
func (a *app) leftSnapshots(byNode map[string][]backup.Snapshot) {
	nodes, first := map[string][]string{}, map[string]backup.Snapshot{}
	for _, node := range keys(byNode) {
		for _, s := range byNode[node] {
			nodes[s.ID], first[s.ID] = append(nodes[s.ID], node), s
		}
	}
	for _, id := range keys(nodes) {
		a.say("snapshot %s is not cleared on %s and keeps disk space; where its run is over, the next backup-vellum clears it at its end, or there: nodetool clearsnapshot -t %s -- %s",
			id, view.NodeList(nodes[id]), id, strings.Join(first[id].Keyspaces, " "))
	}
}
