package main

import (
	"context"

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
	held := &engine.Locked{Node: name, Record: *lock}
	a.say("%s", held.Error())
	a.say("%s", a.beforeUnlock(held))
	if err := a.consent("unlock " + name); err != nil {
		return err
	}
	if err := node.Unlock(ctx, engine.UnlockRequest{Run: lock.Run, Epoch: max(lock.Epoch, state.Epoch), Closed: "unlocked", Force: true}); err != nil {
		return &refused{err}
	}
	a.say("%s is free", name)
	return a.unlocked(unlockAnswer{name, lock})
}

// beforeUnlock is what else can be done about a lock. A run whose record is elsewhere is known here only when it was adopted;
// one whose record here is closed cannot be gone on with.
func (a *app) beforeUnlock(l *engine.Locked) string {
	const rather = "unlock is for a run that nobody can close; else: "
	dir, run := journal.Dir(a.stateDir(), l.Record.Run), l.Record.Run
	rec, err := journal.Read(dir)
	if err != nil {
		return rather + "whoever holds it goes on with it; or from here: " + a.command("resume", "--adopt", l.Node, run)
	}
	driver, _ := journal.DrivenBy(dir) // a run that cannot be asked about is not watched either
	s, by := engine.Fold(rec.Events), l.Record.Holder
	switch {
	case s.Closed == "":
		return rather + a.ways(rec.Plan, s, driver)
	case ofHere(by, nil):
		return "run " + run + " is closed here (" + s.Closed + "): nothing goes on with it, only its lock is left"
	}
	return "run " + run + " is closed here (" + s.Closed + "), and another controller took it up since: ask " + by.User + "@" + by.Host
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
