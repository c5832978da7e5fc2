package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"tidemark/engine"
)

// Machine is the real ground: programs, sockets and files of this node.
type Machine struct {
	// Netns is the namespace behind engine.Signaling; "" is the machine's own.
	Netns string
	// User runs commands that name none; "" is the agent's own.
	User    string
	Clients map[string]engine.Client
	// Mask hides secrets in what commands print, before anything is kept of it.
	Mask *engine.Mask

	dialer   dialer
	programs programs // of executable kinds
	fenced   bool     // this process is behind the fence of the dry run

	dir   string   // the room of the task's attempt; "" while planning
	lock  *os.File // inherited by commands, so that what a task started counts as the task
	space *worker
}

// Root is the file system's root.
func (m *Machine) Root() string { return "/" }

// Close ends the sessions to servers.
func (m *Machine) Close() {
	for _, c := range m.Clients {
		c.Close()
	}
}

// Query asks the client of the query's system.
func (m *Machine) Query(ctx context.Context, q engine.Query) ([]engine.Row, error) {
	c := m.Clients[q.System]
	if c == nil {
		return nil, engine.Failf(engine.ClassPrecondition, "no client for %q", q.System)
	}
	return c.Query(ctx, m.dial, q)
}

// Listens connects and closes; "connection refused" is a clear no, everything else that fails is an error.
func (m *Machine) Listens(ctx context.Context, space engine.Space, address string) (bool, error) {
	conn, err := m.dial(ctx, space, "tcp", address)
	switch {
	case err == nil:
		return true, conn.Close()
	case errors.Is(err, syscall.ECONNREFUSED):
		return false, nil
	}
	return false, err
}

// Get fetches from the machine's own namespace; redirects and proxies are not followed.
func (m *Machine) Get(ctx context.Context, url, name, password string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, engine.Fail(engine.ClassPrecondition, err)
	}
	if name != "" {
		req.SetBasicAuth(name, password)
	}
	client := &http.Client{
		Timeout: 15 * time.Second, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, engine.Fail(engine.ClassConnect, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxOutput))
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &engine.Error{Class: engine.ClassExit, Exit: resp.StatusCode, Err: fmt.Errorf("GET %s: %s", strings.Split(url, "?")[0], resp.Status)}
	}
	return body, nil
}

// in runs do in the space: on this goroutine, or on the thread that lives in Cassandra's namespace.
func (m *Machine) in(space engine.Space, do func() error) error {
	if space == engine.Machine || m.Netns == "" {
		return do()
	}
	if m.space == nil {
		if err := m.enter(); err != nil {
			return err
		}
	}
	return m.space.do(do)
}
