package main

import (
	"context"
	"errors"

	"tidemark/cmd/internal/reference"
	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// The exit codes; exits says what each means.
const (
	exitDone        = 0
	exitFailed      = 1
	exitPending     = 2
	exitPartly      = 3
	exitUnknown     = 4
	exitRefused     = 5
	exitLocked      = 6
	exitLogin       = 7
	exitUsage       = 64
	exitInternal    = 70
	exitInterrupted = 130
)

// exits are all codes, in the order in which one reason hides another.
func exits() []reference.Exit {
	return []reference.Exit{
		{Code: exitInternal, Meaning: "internal error: a mistake of tidemark"},
		{Code: exitInterrupted, Meaning: "interrupted; what runs on nodes goes on"},
		{Code: exitUnknown, Meaning: "the outcome of a step is unknown"},
		{Code: exitLocked, Meaning: "another run holds a node, or the run"},
		{Code: exitRefused, Meaning: "refused before a change: a gate, a fact that drifted, a plan that was used, a node that cannot be reached, consent that was not given. Of a `resume`: before a further change"},
		{Code: exitLogin, Meaning: "a host key or login was refused"},
		{Code: exitPartly, Meaning: "some nodes are done, some failed"},
		{Code: exitFailed, Meaning: "failed, and no node is done; or `lint` or `fmt --check` found something, or the answer could not be written"},
		{Code: exitPending, Meaning: "`plan --detailed-exitcode`: there are changes to be made"},
		{Code: exitUsage, Meaning: "wrong usage, or a mistake in a runbook, a site file or an input; or there is no such run, or no open one"},
		{Code: exitDone, Meaning: "done"},
	}
}

// exitCode gives the code of the weightiest reason in err.
func exitCode(err error) int {
	codes := map[int]bool{exitDone: true}
	collect(err, codes, exitFailed)
	for _, e := range exits() {
		if codes[e.Code] {
			return e.Code
		}
	}
	return exitInternal
}

// collect notes the codes of all reasons in err; other is the code of a failure that says no more.
func collect(err error, codes map[int]bool, other int) {
	for _, e := range view.Leaves(err) {
		var x *ended
		if errors.As(e, &x) {
			x.collect(codes)
		} else if r := refusal(e); r != nil {
			collect(r.err, codes, exitRefused)
		} else {
			codes[leafCode(e, other)] = true
		}
	}
}

func (e *ended) collect(codes map[int]bool) {
	if e.interrupted {
		codes[exitInterrupted] = true
	}
	other := exitFailed
	if e.some {
		other = exitPartly
	}
	collect(e.err, codes, other)
}

func leafCode(err error, other int) int {
	var (
		u *usage
		i *invalid
		l *engine.Locked
		b *journal.Busy
		h *held
		n *engine.Incomplete
	)
	switch {
	case errors.Is(err, errPending):
		return exitPending
	case errors.As(err, &u), errors.As(err, &i):
		return exitUsage
	case errors.As(err, &l), errors.As(err, &b), errors.As(err, &h):
		return exitLocked
	case errors.As(err, &n):
		return incompleteCode(n, other)
	}
	return classCode(err, other)
}

func incompleteCode(n *engine.Incomplete, other int) int {
	switch {
	case n.Stopped:
		return exitInterrupted
	case n.Unknown > 0:
		return exitUnknown
	}
	return other
}

func classCode(err error, other int) int {
	switch engine.ClassOf(err) {
	case engine.ClassAuth, engine.ClassHostKey:
		return exitLogin
	case engine.ClassPrecondition, engine.ClassConnect:
		return exitRefused
	case engine.ClassCancelled:
		if errors.Is(err, context.Canceled) {
			return exitInterrupted
		}
	}
	return other
}
