// Package enginetest is what tests of kinds and of the loop stand on: a node in memory and in a temporary directory.
package enginetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"tidemark/engine"
)

// Ground is a node whose files lie below a directory and whose servers are functions of the test.
type Ground struct {
	// Dir is the node's root directory.
	Dir string
	// OnExec answers a command; nil refuses every command.
	OnExec func(argv []string) (engine.Result, error)
	// OnQuery answers a statement; nil refuses every statement.
	OnQuery func(q engine.Query) ([]engine.Row, error)
	// OnGet answers an HTTP GET; nil refuses.
	OnGet func(url string) ([]byte, error)
	// Open are the addresses that accept connections.
	Open map[string]bool

	mu    sync.Mutex
	calls []string
}

// Calls lists the commands that were run, each as one line.
func (g *Ground) Calls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.calls...)
}

// Exec notes the call and asks OnExec.
func (g *Ground) Exec(_ context.Context, c engine.Command) (engine.Result, error) {
	g.mu.Lock()
	g.calls = append(g.calls, strings.Join(c.Argv, " "))
	g.mu.Unlock()
	if g.OnExec == nil {
		return engine.Result{}, fmt.Errorf("test node: unexpected command %q", c.Argv)
	}
	return g.OnExec(c.Argv)
}

// Query asks OnQuery and serves Visit.
func (g *Ground) Query(_ context.Context, q engine.Query) ([]engine.Row, error) {
	if g.OnQuery == nil {
		return nil, fmt.Errorf("test node: unexpected statement %q", q.Statement)
	}
	rows, err := g.OnQuery(q)
	if err != nil || q.Visit == nil {
		return rows, err
	}
	for _, r := range rows {
		if err := q.Visit(r); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Get asks OnGet.
func (g *Ground) Get(_ context.Context, url, _, _ string) ([]byte, error) {
	if g.OnGet == nil {
		return nil, fmt.Errorf("test node: unexpected GET %s", url)
	}
	return g.OnGet(url)
}

// Listens looks the address up in Open.
func (g *Ground) Listens(_ context.Context, _ engine.Space, address string) (bool, error) {
	return g.Open[address], nil
}

// Root is Dir.
func (g *Ground) Root() string { return g.Dir }
