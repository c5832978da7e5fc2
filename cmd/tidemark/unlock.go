package main

import (
	"context"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

func newUnlock(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "unlock NODE", Short: "Drops a node's lock that nobody can close; refused while a task lives or a swap is open.", Args: between(1, 1),
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
	a.say("unlock is for a run that nobody can close; else go on with it: %s; or, only if it cannot go on: %s", a.command("resume", lock.Run), a.command("abandon", lock.Run))
	if err := a.consent("unlock " + name); err != nil {
		return err
	}
	if err := node.Unlock(ctx, engine.UnlockRequest{Run: lock.Run, Epoch: max(lock.Epoch, state.Epoch), Closed: "unlocked", Force: true}); err != nil {
		return &refused{err}
	}
	a.say("%s is released", name)
	return a.unlocked(unlockAnswer{name, lock})
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
