package view

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/hashicorp/go-multierror"

	"tidemark/engine"
)

// Leaves takes joined errors apart, in order.
func Leaves(err error) []error {
	if err == nil {
		return nil
	}
	var list []error
	switch e := err.(type) { //nolint:errorlint // only what is joined here comes apart; what is wrapped around it stays
	case *multierror.Error:
		list = e.Errors
	case interface{ Unwrap() []error }:
		list = e.Unwrap()
	default:
		return []error{err}
	}
	var out []error
	for _, e := range list {
		out = append(out, Leaves(e)...)
	}
	return out
}

// Problem writes an error: each cause once, with the nodes that share it, and the next thing to do.
func Problem(w io.Writer, err error, st Style) {
	f := foldText{addressed: true}
	for _, e := range Leaves(err) {
		node, text := cause(e)
		if next := engine.NextOf(e); next != "" {
			text += "\x00" + next
		}
		f.add(node, text)
	}
	f.each(func(text string, nodes []string) {
		text, next, _ := strings.Cut(text, "\x00")
		text, more, _ := strings.Cut(text, "\n")
		if nodes[0] != "" {
			text += "  @" + NodeList(nodes)
		}
		fmt.Fprintln(w, st.paint(red, "tidemark: "+text))
		for line := range strings.Lines(more) {
			fmt.Fprintf(w, "    %s\n", strings.TrimRight(line, "\n"))
		}
		if next != "" {
			fmt.Fprintf(w, "  next: %s\n", behind(next, 8))
		}
	})
}

// Causes are the failures in err, each once with the nodes that share it, without the next thing to do.
func Causes(err error) (out []string) {
	f := foldText{addressed: true}
	for _, e := range Leaves(err) {
		f.add(cause(e))
	}
	f.each(func(text string, nodes []string) {
		if nodes[0] != "" {
			text += "  @" + NodeList(nodes)
		}
		out = append(out, text)
	})
	return out
}

// cause takes the node out of a failure, so that equal failures of many nodes become one.
func cause(err error) (node, text string) {
	var n *engine.NodeError
	var l *engine.Locked
	switch {
	case errors.As(err, &n):
		return n.Node, withoutNode(n.Err.Error(), n.Node)
	case errors.As(err, &l):
		return l.Node, withoutNode(l.Error(), l.Node)
	}
	return ofTask(err.Error())
}

// withoutNode takes a leading "node: " off a message.
func withoutNode(text, node string) string { return strings.TrimPrefix(text, node+": ") }

// ofTask takes the node out of a message that begins with a task's id.
func ofTask(message string) (node, text string) {
	m := regexp.MustCompile(`(?s)^([a-z][a-z0-9_]*/[^@:\s]+)@([^:\s]+): (.*)$`).FindStringSubmatch(message)
	if m == nil {
		return "", message
	}
	return m[2], m[1] + ": " + m[3]
}
