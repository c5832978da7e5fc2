package engine

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
)

// NodeError is a failure on one node.
type NodeError struct {
	Node string
	Err  error
}

// Error begins with the node, once.
func (e *NodeError) Error() string {
	return e.Node + ": " + strings.TrimPrefix(e.Err.Error(), e.Node+": ")
}

// Unwrap gives the failure.
func (e *NodeError) Unwrap() error { return e.Err }

// onNode names the node of a failure; one that another run holds names it itself.
func onNode(name string, err error) error {
	var l *Locked
	if err == nil || errors.As(err, &l) {
		return err
	}
	return &NodeError{name, err}
}

// refusalMost bounds the reason of a refusal in the journal, in bytes: it is read from the journal's last few KiB.
const refusalMost = 1 << 10

// Refusal is the end of a run that was refused before its first change, with the reason: the terminal that showed it may be gone.
func Refusal(err error) Event {
	e := Event{Type: EventClosed, Reason: ClosedRefused, Class: ClassOf(err), Next: cut(NextOf(err))}
	var texts, nodes []string
	for _, leaf := range leavesOf(err) {
		if text := leaf.Error(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		if n := nodeOf(leaf); n != "" && !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	if e.Message = cut(strings.Join(texts, "; ")); len(nodes) == 1 {
		e.Node = nodes[0]
	}
	return e
}

// leavesOf takes joined errors apart.
func leavesOf(err error) (out []error) {
	var list []error
	switch e := err.(type) { //nolint:errorlint // only what is joined here comes apart
	case *multierror.Error:
		list = e.Errors
	case interface{ Unwrap() []error }:
		list = e.Unwrap()
	default:
		return []error{err}
	}
	for _, e := range list {
		out = append(out, leavesOf(e)...)
	}
	return out
}

func nodeOf(err error) string {
	var n *NodeError
	var l *Locked
	switch {
	case errors.As(err, &n):
		return n.Node
	case errors.As(err, &l):
		return l.Node
	}
	return ""
}

func cut(text string) string {
	if len(text) <= refusalMost {
		return text
	}
	return strings.ToValidUTF8(text[:refusalMost], "") + "…"
}
