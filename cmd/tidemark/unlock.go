package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newUnlock(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "unlock NODE", Short: "Drops a node's lock that nobody can close; refused while a task lives or files are half exchanged.", Args: between(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.unlock(c.Context(), args[0]) },
	}
}

func (a *app) unlock(ctx context.Context, name string) error {
	site, src, err := a.loadSite()
	if err != nil {
		return err
	}
	if err := knownNode(site, "", name); err != nil {
		return err
	}
	s, err := a.open(site, src.Name, name)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, stop := interruptible(ctx)
	defer stop()
	states, err := s.states(ctx, []string{name}, "")
	if err != nil {
		return err
	}
	return a.dropLock(ctx, s.node(name), name, states[name])
}

func (a *app) dropLock(ctx context.Context, node engine.Node, name string, state engine.NodeState) error {
	lock := state.Lock
	if lock == nil {
		a.say("%s is not locked", name)
		return a.unlocked(unlockAnswer{Node: name})
	}
	a.say("%s", (&engine.Locked{Node: name, Record: *lock}).Error())
	a.say("unlock is for a run that nobody can close; else %s", a.instead(lock, name))
	if err := a.consent("unlock " + name); err != nil {
		return err
	}
	if err := node.Unlock(ctx, engine.UnlockRequest{Run: lock.Run, Epoch: max(lock.Epoch, state.Epoch), Closed: "unlocked", Force: true}); err != nil {
		return &refused{err}
	}
	a.say("%s is free", name)
	return a.unlocked(unlockAnswer{name, lock})
}

// instead is how to end the run that holds a node without unlocking it. A run whose record is elsewhere is known here only
// when it was adopted.
func (a *app) instead(lock *engine.LockRecord, node string) string {
	if _, err := os.Stat(journal.Dir(a.stateDir(), lock.Run)); err != nil {
		return "whoever holds it goes on with it; or from here: " + a.command("resume", "--adopt", node, lock.Run)
	}
	return "go on with it: " + a.command("resume", lock.Run) + "; or, only if it cannot go on: " + a.command("abandon", lock.Run)
}

// unlockAnswer is what unlock did, as JSON: the lock that it dropped, where there was one.
type unlockAnswer struct {
	Node    string             `json:"node"`
	Dropped *engine.LockRecord `json:"dropped"`
}

func (a *app) unlocked(u unlockAnswer) error {
	if a.json() {
		return view.JSON(a.stdout, u)
	}
	return nil
}
