// Package nodetool asks Cassandra's nodetool. Every call has a deadline and lies in the node's signalling network;
// every change is proved by what a reading command says afterwards, or by the caller on disk. Output of a shape that is
// not known is an error, never good news; known are Cassandra 4.0, 4.1 and 5.0, whose outputs lie in testdata/nodetool.
package nodetool

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"tidemark/engine"
)

// Deadlines of the calls. Reading ones answer in about a second; nodetool never ends by itself on a hung daemon.
const (
	readTimeout     = 30 * time.Second
	snapshotTimeout = 10 * time.Minute
	flushTimeout    = 10 * time.Minute
)

// Drained is the mode of a node that has flushed everything and takes no more writes.
const Drained = "DRAINED"

// Normal is the mode of a serving member of the ring.
const Normal = "NORMAL"

// Tool asks one node.
type Tool struct{ asker engine.Asker }

// New is the nodetool of the node behind a.
func New(a engine.Asker) *Tool { return &Tool{asker: a} }

// Reads are the commands that the reading methods of Tool send, for a kind's Reads.
func Reads() []engine.Read {
	return []engine.Read{
		{Argv: []string{"nodetool", "netstats"}},
		{Argv: []string{"nodetool", "status"}},
		{Argv: []string{"nodetool", "describecluster"}},
		{Argv: []string{"nodetool", "statusautocompaction", "*"}},
	}
}

// Mode is the node's operation mode: STARTING, NORMAL, JOINING, LEAVING, DECOMMISSIONED, MOVING, DRAINING, DRAINED.
func (t *Tool) Mode(ctx context.Context) (string, error) {
	out, err := t.run(ctx, readTimeout, "netstats")
	if err != nil {
		return "", err
	}
	return parseMode(out)
}

// Status lists the members of the ring as this node sees them.
func (t *Tool) Status(ctx context.Context) ([]Member, error) {
	out, err := t.run(ctx, readTimeout, "status")
	if err != nil {
		return nil, err
	}
	return parseStatus(out)
}

// Agreement tells which schema versions the members hold; the node asks each of them.
func (t *Tool) Agreement(ctx context.Context) (Agreement, error) {
	out, err := t.run(ctx, readTimeout, "describecluster")
	if err != nil {
		return Agreement{}, err
	}
	return parseAgreement(out)
}

// Drain flushes everything and stops accepting writes; the node must be started to serve again. It proves nothing: a
// drain that failed half-way may end with status 0.
func (t *Tool) Drain(ctx context.Context, timeout time.Duration) error {
	_, err := t.run(ctx, timeout, "drain")
	return err
}

// ProveDrained fails unless the mode is DRAINED.
func (t *Tool) ProveDrained(ctx context.Context) error {
	mode, err := t.Mode(ctx)
	if err == nil && mode != Drained {
		err = engine.Failf(engine.ClassExit, "nodetool drain: ended with status 0, but the mode is %s, not %s", mode, Drained)
	}
	return err
}

// Flush writes the memtables of keyspaces to disk; none means all.
func (t *Tool) Flush(ctx context.Context, keyspaces []string) error {
	if err := names(keyspaces); err != nil {
		return err
	}
	_, err := t.run(ctx, flushTimeout, append([]string{"flush"}, keyspaceArgs(keyspaces)...)...)
	return err
}

// keyspaceArgs ends the options before the first name; no names, no arguments.
func keyspaceArgs(keyspaces []string) []string {
	if len(keyspaces) == 0 {
		return nil
	}
	return append([]string{"--"}, keyspaces...)
}

var (
	keyspaceName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_]{1,48}$`) })
	tagName      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`) })
)

func names(keyspaces []string) error {
	i := slices.IndexFunc(keyspaces, func(k string) bool { return !keyspaceName().MatchString(k) })
	if i >= 0 {
		return engine.Failf(engine.ClassPrecondition, "%q is not the name of a keyspace", keyspaces[i])
	}
	return nil
}

func tagged(tag string, keyspaces []string) error {
	if !tagName().MatchString(tag) {
		return engine.Failf(engine.ClassPrecondition, "%q is not a snapshot's tag", tag)
	}
	return names(keyspaces)
}

func argv(args []string) []string { return append([]string{"nodetool"}, args...) }

func line(args []string) string { return strings.Join(argv(args), " ") }

func unknownShape(what, text string) error {
	return engine.Fail(engine.ClassIO, fmt.Errorf("nodetool %s: output of a shape that is not known: %q", what, clip(text)))
}
