package main

import (
	"errors"
	"fmt"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/schema"
)

// errPending is a plan with changes; errReported an end that the report has told already.
var (
	errPending  = errors.New("changes pending")
	errReported = errors.New("reported")
)

// usage is a wrong invocation.
type usage struct{ err error }

func (u *usage) Error() string { return u.err.Error() }

func (u *usage) Unwrap() error { return u.err }

func usagef(next, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if next != "" {
		err = engine.WithNext(err, next)
	}
	return &usage{err}
}

// invalid are the mistakes of a runbook, a site or inputs, with the texts they stand in.
type invalid struct {
	diags   schema.Diagnostics
	sources []schema.Source
}

func (i *invalid) Error() string { return i.diags.Error() }

// refused is whatever ended a run before its first change.
type refused struct{ err error }

func (r *refused) Error() string { return r.err.Error() }

func (r *refused) Unwrap() error { return r.err }

// refusal is err where it is one itself, else nil.
func refusal(err error) *refused {
	r, _ := err.(*refused) //nolint:errorlint // what is wrapped around a refusal must not be lost
	return r
}

// causes takes the refusals off the errors that they hold, so that each is told on its own.
func causes(err error) error {
	var out []error
	for _, e := range view.Leaves(err) {
		if r := refusal(e); r != nil {
			e = causes(r.err)
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

// ended is a run that began and is not done.
type ended struct {
	err error
	// some: a node came through while another failed.
	some, interrupted bool
}

func (e *ended) Error() string { return e.err.Error() }

func (e *ended) Unwrap() error { return e.err }

// Is hides it from the list of problems: the report at the end of the run says it better.
func (e *ended) Is(target error) bool { return target == errReported }
