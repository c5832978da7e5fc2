package cql

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/engine"
)

// Server is one Cassandra server, asked through a node's View or Host.
type Server struct {
	asker   engine.Asker
	address string
}

// At is the server that listens at address (host:port, see cassconf.Config.CQLAddress).
func At(a engine.Asker, address string) *Server { return &Server{asker: a, address: address} }

// Reads is what the reading methods of Server ask except Rows, for a kind's Reads.
func Reads() []engine.Read {
	return []engine.Read{{Keyspace: "system"}, {Keyspace: "system_schema"}, {Keyspace: "system_views"}}
}

// Local is the server itself.
type Local struct {
	HostID, Cluster, Release, Partitioner, DC, Rack string
	// Tokens are sorted as numbers are written, not by value.
	Tokens        []string
	SchemaVersion string
}

// Peer is another member of the ring as this server knows it.
type Peer struct {
	HostID, Address, DC, Rack, Release, SchemaVersion string
	// Native is host:port where the member answers CQL.
	Native string
	Tokens []string
}

// Local reads the server's own row of the ring.
func (s *Server) Local(ctx context.Context) (Local, error) {
	rows, err := s.query(ctx, "system", "SELECT host_id, cluster_name, release_version, partitioner, data_center, rack, tokens, schema_version FROM system.local")
	if err != nil {
		return Local{}, err
	}
	if len(rows) != 1 {
		return Local{}, engine.Failf(engine.ClassIO, "CQL at %s: system.local has %d rows", s.address, len(rows))
	}
	r := rows[0]
	l := Local{
		HostID: text(r, "host_id"), Cluster: text(r, "cluster_name"), Release: text(r, "release_version"),
		Partitioner: text(r, "partitioner"), DC: text(r, "data_center"), Rack: text(r, "rack"),
		Tokens: list(r, "tokens"), SchemaVersion: text(r, "schema_version"),
	}
	if l.HostID == "" {
		return l, engine.Failf(engine.ClassIO, "CQL at %s: no host id; it has not joined the ring yet", s.address)
	}
	return l, nil
}

// Peers reads the other members of the ring, by address. It needs Cassandra 4.0.
func (s *Server) Peers(ctx context.Context) ([]Peer, error) {
	rows, err := s.query(ctx, "system", "SELECT peer, host_id, data_center, rack, release_version, schema_version, tokens, native_address, native_port FROM system.peers_v2")
	if err != nil {
		return nil, err
	}
	var out []Peer
	for _, r := range rows {
		out = append(out, Peer{
			Address: text(r, "peer"), HostID: text(r, "host_id"), DC: text(r, "data_center"), Rack: text(r, "rack"),
			Release: text(r, "release_version"), SchemaVersion: text(r, "schema_version"), Tokens: list(r, "tokens"),
			Native: net.JoinHostPort(text(r, "native_address"), strconv.Itoa(number(r, "native_port"))),
		})
	}
	slices.SortFunc(out, func(a, b Peer) int { return strings.Compare(a.Address, b.Address) })
	return out, nil
}

// agreeTimeout bounds how long the members may differ in their schema after a statement, agreePause how often it
// is looked at.
const (
	agreeTimeout = time.Minute
	agreePause   = 200 * time.Millisecond
)

// Exec sends one statement that changes the schema of keyspaces, and returns when all members this server knows
// have the same schema again.
func (s *Server) Exec(ctx context.Context, statement string, keyspaces []string) error {
	_, err := s.asker.Query(ctx, engine.Query{System: "cql", Address: s.address, Statement: statement, Keyspaces: keyspaces})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	for {
		differ, err := s.differ(ctx)
		if err != nil || len(differ) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return engine.Failf(engine.ClassTimeout, "schema at %s: %s", s.address, strings.Join(differ, ", "))
		case <-time.After(agreePause):
		}
	}
}

// differ lists the members whose schema is another one than this server's.
func (s *Server) differ(ctx context.Context) ([]string, error) {
	local, err := s.Local(ctx)
	if err != nil {
		return nil, err
	}
	peers, err := s.Peers(ctx)
	var out []string
	for _, p := range peers {
		if p.SchemaVersion != local.SchemaVersion {
			out = append(out, fmt.Sprintf("%s has version %q, this server %q", p.Address, p.SchemaVersion, local.SchemaVersion))
		}
	}
	return out, err
}

func (s *Server) query(ctx context.Context, keyspace, statement string, args ...any) ([]engine.Row, error) {
	return s.asker.Query(ctx, engine.Query{System: "cql", Address: s.address, Statement: statement, Args: args, Keyspaces: []string{keyspace}})
}

// Quote writes a name as CQL needs it; always in quotes, since a plain one may be a reserved word.
func Quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func text(r engine.Row, column string) string {
	switch v := r[column].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func list(r engine.Row, column string) []string {
	v, _ := r[column].([]string)
	v = slices.Clone(v)
	slices.Sort(v)
	return v
}

func number(r engine.Row, column string) int {
	switch v := r[column].(type) {
	case int:
		return v
	case int64:
		return int(v)
	}
	return 0
}
