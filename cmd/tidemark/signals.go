package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// interruptible ends the context at Ctrl-C: for verbs that leave nothing behind.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// watchSignals serves Ctrl-C during a run. Once: nothing new starts, what runs is waited for. Twice: detach, tasks
// go on on their nodes. SIGTERM counts as the first (`tidemark cancel` sends it).
func (a *app) watchSignals(ctx context.Context, x *engine.Executor, t *view.Tracker, sink view.Sink) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	got := make(chan os.Signal, 2)
	signal.Notify(got, os.Interrupt, syscall.SIGTERM)
	go func() {
		for asked := false; ; asked = true {
			select {
			case <-ctx.Done():
				return
			case sig := <-got:
				if asked && sig == os.Interrupt {
					if x.Began() {
						a.tell(sink, "detached: tasks go on on their nodes; %s", a.command("resume", x.Plan.Run))
					}
					cancel()
					return
				}
				x.Stop()
				a.tell(sink, "stopping: nothing new starts; %s (Ctrl-C again detaches)", waiting(t))
			}
		}
	}()
	return ctx, func() { signal.Stop(got); cancel() }
}

// tell says something during a run: above the board where there is one, which would write over it otherwise.
func (a *app) tell(sink view.Sink, format string, args ...any) {
	if l, ok := sink.(*view.Live); ok {
		l.Say(fmt.Sprintf(format, args...))
		return
	}
	a.say(format, args...)
}

func waiting(t *view.Tracker) string {
	alive := t.Alive()
	if len(alive) == 0 {
		return "nothing runs"
	}
	return "waiting for " + view.NodeList(alive)
}
