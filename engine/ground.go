package engine

import (
	"context"
	"io"
	"time"
)

// Space is one of a node's network namespaces.
type Space int

// The machine's own namespace (monit, etcd), and the one Cassandra lives in (the node's `netns:`; the
// machine's own where there is none).
const (
	Machine Space = iota
	Signaling
)

// Command is one program call: an argument list, never a shell line.
type Command struct {
	Argv  []string
	Env   []string
	Stdin []byte
	Dir   string
	User  string
	Space Space
	// Timeout is ours; 0 is one minute. Every call has one: some programs never end (nodetool on a stopped daemon).
	Timeout time.Duration
	// Daemon: the command starts something that outlives the task, so it does not inherit the task's lock.
	Daemon bool
}

// Result is a finished command; a status other than 0 is no error here.
type Result struct {
	Code           int
	Stdout, Stderr []byte
}

// Query is one statement to a database server.
type Query struct {
	// System is the client that answers: "cql".
	System string
	// Address is host:port of the server; the answer must come from that very server.
	Address   string
	Statement string
	Args      []any
	// Consistency is CQL's, e.g. LOCAL_QUORUM; "" is ONE.
	Consistency string
	// Keyspaces are those the statement reads or changes; the door compares them.
	Keyspaces []string
	// Visit, when set, sees the rows one by one and the answer is empty; for large results.
	Visit func(Row) error
}

// Row is one row of an answer, by column name.
type Row map[string]any

// Dial opens a connection in one of the node's spaces; the value is a net.Conn.
type Dial func(ctx context.Context, space Space, network, address string) (io.ReadWriteCloser, error)

// Client answers queries of one database system; its sessions end with Close.
type Client interface {
	Query(ctx context.Context, dial Dial, q Query) ([]Row, error)
	Close()
}

// Ground is the machine under a View or a Host: the agent's real one, or a test's.
type Ground interface {
	Exec(ctx context.Context, c Command) (Result, error)
	Query(ctx context.Context, q Query) ([]Row, error)
	// Get is an HTTP GET with optional basic login; the status must be 200.
	Get(ctx context.Context, url, user, password string) ([]byte, error)
	// Listens tells whether something accepts connections at address in space.
	Listens(ctx context.Context, space Space, address string) (bool, error)
	// Root is "/" on a real node, a directory in tests; every absolute path goes below it.
	Root() string
}

// Asker is the part of View and Host that clients of servers use: on a View it passes the door, on a Host not.
type Asker interface {
	Exec(ctx context.Context, c Command) (Result, error)
	Query(ctx context.Context, q Query) ([]Row, error)
	Get(ctx context.Context, url, user, password string) ([]byte, error)
	Listens(ctx context.Context, space Space, address string) (bool, error)
	Path(name string) string
}
