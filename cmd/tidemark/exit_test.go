package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/schema"
)

func TestExitCodes(t *testing.T) {
	var (
		failed  = &engine.Incomplete{Failed: 1, Done: 4, Open: true}
		unknown = &engine.Incomplete{Failed: 1, Unknown: 1}
		stopped = &engine.Incomplete{Stopped: true, Done: 1}
		locked  = &engine.Locked{Node: "vellum-1"}
		connect = engine.Failf(engine.ClassConnect, "no route")
		hostKey = engine.Failf(engine.ClassHostKey, "changed")
		login   = engine.Failf(engine.ClassAuth, "refused")
		on      = func(err error) error { return &engine.NodeError{Node: "vellum-1", Err: err} }
	)
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"done":                             {nil, exitDone},
		"a plain failure":                  {errors.New("x"), exitFailed},
		"none done":                        {&ended{err: failed}, exitFailed},
		"some done":                        {&ended{err: failed, some: true}, exitPartly},
		"unknown hides failed":             {&ended{err: unknown, some: true}, exitUnknown},
		"Ctrl-C once":                      {&ended{err: stopped}, exitInterrupted},
		"a deadline":                       {&ended{err: &engine.Incomplete{Overdue: true, Done: 1}, some: true}, exitPartly},
		"Ctrl-C twice hides unknown":       {&ended{err: unknown, interrupted: true}, exitInterrupted},
		"Ctrl-C while planning":            {&refused{on(context.Canceled)}, exitInterrupted},
		"gate":                             {&refused{engine.Failf(engine.ClassPrecondition, "no")}, exitRefused},
		"no space before the first change": {&refused{engine.Failf(engine.ClassSpace, "full")}, exitRefused},
		"unreachable":                      {&refused{on(connect)}, exitRefused},
		"host key":                         {&refused{on(hostKey)}, exitLogin},
		"login":                            {&refused{errors.Join(on(login), on(hostKey))}, exitLogin},
		"unreachable hides login":          {&refused{errors.Join(on(login), on(connect))}, exitRefused},
		"locked hides unreachable":         {&refused{errors.Join(on(connect), on(locked))}, exitLocked},
		"locked with advice":               {&refused{engine.WithNext(locked, "wait")}, exitLocked},
		"another process":                  {&journal.Busy{Run: "r"}, exitLocked},
		"another open run":                 {engine.WithNext(&held{run: "r"}, "resume"), exitLocked},
		"pending":                          {errPending, exitPending},
		"usage":                            {usagef("", "no"), exitUsage},
		"usage with advice":                {usagef("--help", "no"), exitUsage},
		"runbook":                          {&invalid{diags: schema.Diagnostics{{Message: "x"}}}, exitUsage},
		"no site":                          {&noSite{errors.New("none")}, exitUsage},
		"wrapped":                          {fmt.Errorf("more: %w", usagef("", "no")), exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(c.err); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

func TestAPanicIsInternal(t *testing.T) {
	a := &app{stdout: t.Output(), stderr: t.Output(), build: func() (string, error) { panic("test") }}
	if got := a.execute(t.Context(), []string{"version"}); got != exitInternal {
		t.Errorf("exit code %d, want %d", got, exitInternal)
	}
}
