// Package cql asks Cassandra over its native protocol. A session is pinned to one server: everything node-local
// (system.local, system_views) is otherwise answered by any member of the ring.
package cql

import (
	"context"
	"errors"
	"sync"

	"github.com/gocql/gocql"

	"tidemark/engine"
)

// pageSize bounds the rows of one page, and with them the memory of a large read.
const pageSize = 500

// client keeps one session per server.
type client struct {
	mu       sync.Mutex
	sessions map[string]*session
	// hosts remembers who answered at an address; it must stay the same server.
	hosts map[string]string
}

// NewClient makes the client of system "cql". Its sessions open with the first query to a server, in the node's
// signalling network, and end with Close or a broken connection.
func NewClient() engine.Client {
	return &client{sessions: map[string]*session{}, hosts: map[string]string{}}
}

// Query sends one statement to the server at q.Address. Rows hold plain values: string for text and uuid, int,
// int64, bool, []byte, time.Time, []string, map[string]string; nil for null.
func (c *client) Query(ctx context.Context, dial engine.Dial, q engine.Query) ([]engine.Row, error) {
	consistency, err := consistencyOf(q.Consistency)
	if err != nil {
		return nil, err
	}
	seen := false
	if visit := q.Visit; visit != nil {
		q.Visit = func(r engine.Row) error { seen = true; return visit(r) }
	}
	rows, err := c.ask(ctx, dial, q, consistency)
	if errors.Is(err, gocql.ErrNoConnections) && !seen { // it never left: the server was started again since the last one
		rows, err = c.ask(ctx, dial, q, consistency)
	}
	return rows, err
}

func (c *client) ask(ctx context.Context, dial engine.Dial, q engine.Query, consistency gocql.Consistency) ([]engine.Row, error) {
	s, err := c.session(ctx, dial, q.Address)
	if err != nil {
		return nil, err
	}
	iter := s.gocql.Query(q.Statement, q.Args...).WithContext(ctx).Consistency(consistency).PageSize(pageSize).Iter()
	rows, visited := collect(iter, q.Visit)
	if err := iter.Close(); err != nil {
		c.drop(q.Address, s, err)
		return nil, classed(q.Address, err)
	}
	return rows, visited
}

// Close ends all sessions.
func (c *client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for address, s := range c.sessions {
		s.close()
		delete(c.sessions, address)
	}
}

func (c *client) session(ctx context.Context, dial engine.Dial, address string) (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.sessions[address]; s != nil {
		return s, nil
	}
	s, err := open(ctx, dial, address)
	if err != nil {
		return nil, classed(address, err)
	}
	if known := c.hosts[address]; known != "" && known != s.hostID {
		s.close()
		return nil, engine.Failf(engine.ClassPrecondition, "CQL at %s: answered as host %s before, now as %s", address, known, s.hostID)
	}
	c.hosts[address], c.sessions[address] = s.hostID, s
	return s, nil
}

// drop forgets a session whose connection broke; the next query opens a new one. An error that the server itself
// answered leaves it.
func (c *client) drop(address string, s *session, err error) {
	if answered(err) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[address] == s {
		delete(c.sessions, address)
		s.close()
	}
}

func consistencyOf(name string) (gocql.Consistency, error) {
	if name == "" {
		return gocql.One, nil
	}
	c, err := gocql.ParseConsistencyWrapper(name)
	if err != nil {
		return 0, engine.Failf(engine.ClassPrecondition, "%q is not a consistency level", name)
	}
	return c, nil
}
