package engine

import (
	"context"
	"errors"
	"fmt"
)

// Class is a typed cause of failure; `retry.if` sees it as `failure`.
type Class string

// The closed set of causes.
const (
	ClassExit         Class = "exit"
	ClassTimeout      Class = "timeout"
	ClassConnect      Class = "connect"
	ClassAuth         Class = "auth"
	ClassHostKey      Class = "host-key"
	ClassIO           Class = "io"
	ClassSpace        Class = "space"
	ClassPrecondition Class = "precondition"
	ClassCancelled    Class = "cancelled"
)

// Classes are all causes.
func Classes() []Class {
	return []Class{
		ClassExit, ClassTimeout, ClassConnect, ClassAuth, ClassHostKey, ClassIO, ClassSpace, ClassPrecondition, ClassCancelled,
	}
}

// Error is a classed failure, with the next thing to do where the code knows it.
type Error struct {
	Class Class
	Err   error
	// Next is one sentence: what the operator does now.
	Next string
	// Exit is the status of a command that was seen to fail; 0 is none.
	Exit int
}

// Error is the message alone, without class and next step.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the failure that was classed.
func (e *Error) Unwrap() error { return e.Err }

// ErrUnsure marks a failure behind which the work may be done all the same, e.g. a program that ended without a word:
// unless it can simply be done again, its outcome is unknown.
var ErrUnsure = errors.New("what was done is not known")

// Unsure marks err with ErrUnsure and keeps its words.
func Unsure(err error) error { return unsure{err} }

type unsure struct{ error }

func (u unsure) Unwrap() []error { return []error{u.error, ErrUnsure} }

// ErrNoFact is the answer of a Prober to a fact that it knows nothing of.
var ErrNoFact = errors.New("nothing is known of this fact")

// Fail classes err where it is understood.
func Fail(class Class, err error) error { return &Error{Class: class, Err: err} }

// Failf classes a new message.
func Failf(class Class, format string, args ...any) error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

// WithNext adds the next thing to do to err and keeps its class.
func WithNext(err error, next string) error {
	return &Error{Class: ClassOf(err), Err: err, Next: next, Exit: ExitOf(err)}
}

// ClassOf is the class of err: as set where it was understood, else io.
func ClassOf(err error) Class {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Class
	case errors.Is(err, context.DeadlineExceeded):
		return ClassTimeout
	case errors.Is(err, context.Canceled):
		return ClassCancelled
	}
	return ClassIO
}

// ExitOf is the command status behind err; 0 where no status was seen.
func ExitOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Exit
	}
	return 0
}

// NextOf is the next thing to do that err carries, or "".
func NextOf(err error) string {
	for e := (*Error)(nil); errors.As(err, &e); err = e.Err {
		if e.Next != "" {
			return e.Next
		}
	}
	return ""
}

// HalfWay is why nobody but run, or its undo, may work on a node: files are half exchanged there, and a server that
// came up on them would mix old rows with restored ones.
func HalfWay(node, run string) error {
	return WithNext(&NodeError{node, Failf(ClassPrecondition, "the restore of run %s is half-way: Cassandra must not be started there by anybody else", run)},
		fmt.Sprintf("take it back: tidemark run undo-restore-vellum --input run=%s; or finish it, while the run is open: tidemark resume %s", run, run))
}
