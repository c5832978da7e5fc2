package cql_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/cql"
)

const address = "10.77.0.12:9042"

// server answers each statement by the table it reads, and keeps what was asked.
func server(t *testing.T, tables map[string][]engine.Row) (*cql.Server, *[]engine.Query) {
	t.Helper()
	var asked []engine.Query
	g := &enginetest.Ground{Dir: t.TempDir(), OnQuery: func(q engine.Query) ([]engine.Row, error) {
		asked = append(asked, q)
		if _, from, ok := strings.Cut(q.Statement, " FROM "); ok {
			return tables[strings.Fields(from)[0]], nil
		}
		return nil, nil
	}}
	k := &engine.Kind{Name: "test", Reads: append(cql.Reads(), engine.Read{Keyspace: "homer"})}
	return cql.At(engine.NewView(k, g, engine.NewFacts(nil), "run", "vellum-1"), address), &asked
}

func TestLocalAndPeers(t *testing.T) {
	s, asked := server(t, map[string][]engine.Row{
		"system.local": {{"host_id": "id-1", "cluster_name": "lab", "release_version": "5.0.8", "partitioner": "P", "data_center": "site1", "rack": "rack1", "tokens": []string{"9", "-1"}, "schema_version": "v"}},
		"system.peers_v2": {
			{"peer": "10.77.0.14", "host_id": "id-3", "data_center": "site1", "rack": "rack1", "release_version": "5.0.8", "schema_version": nil, "tokens": nil, "native_address": "10.77.0.24", "native_port": 9043},
			{"peer": "10.77.0.13", "host_id": "id-2", "data_center": "site1", "rack": "rack1", "release_version": "5.0.8", "schema_version": "v", "tokens": []string{"2", "1"}, "native_address": "10.77.0.13", "native_port": 9042},
		},
	})
	local, err := s.Local(t.Context())
	want := cql.Local{HostID: "id-1", Cluster: "lab", Release: "5.0.8", Partitioner: "P", DC: "site1", Rack: "rack1", Tokens: []string{"-1", "9"}, SchemaVersion: "v"}
	if err != nil || cmp.Diff(want, local) != "" {
		t.Error(err, cmp.Diff(want, local))
	}
	peers, err := s.Peers(t.Context())
	wantPeers := []cql.Peer{
		{HostID: "id-2", Address: "10.77.0.13", DC: "site1", Rack: "rack1", Release: "5.0.8", SchemaVersion: "v", Native: "10.77.0.13:9042", Tokens: []string{"1", "2"}},
		{HostID: "id-3", Address: "10.77.0.14", DC: "site1", Rack: "rack1", Release: "5.0.8", Native: "10.77.0.24:9043"},
	}
	if err != nil || cmp.Diff(wantPeers, peers) != "" {
		t.Error(err, cmp.Diff(wantPeers, peers))
	}
	for _, q := range *asked {
		if q.System != "cql" || q.Address != address || !slices.Equal(q.Keyspaces, []string{"system"}) {
			t.Errorf("%+v", q)
		}
	}
}

func TestLocalOfAServerThatHasNotJoined(t *testing.T) {
	for _, rows := range [][]engine.Row{nil, {{"host_id": nil}}, {{}, {}}} {
		s, _ := server(t, map[string][]engine.Row{"system.local": rows})
		if l, err := s.Local(t.Context()); err == nil {
			t.Errorf("%v: %+v", rows, l)
		}
	}
}

func TestTables(t *testing.T) {
	when := time.Unix(1700000000, 0)
	key := func(more engine.Row) engine.Row {
		more["keyspace_name"], more["table_name"] = "homer", "simservs"
		return more
	}
	s, asked := server(t, map[string][]engine.Row{
		"system_schema.tables": {key(engine.Row{"id": "uuid", "flags": []string{"dense", "compound"}, "default_time_to_live": 60, "gc_grace_seconds": 864000})},
		"system_schema.columns": {
			key(engine.Row{"column_name": "value", "type": `map<text, frozen<"Post Addr">>`, "kind": "static", "position": -1, "clustering_order": "none"}),
			key(engine.Row{"column_name": "b", "type": "int", "kind": "partition_key", "position": 1, "clustering_order": "none"}),
			key(engine.Row{"column_name": "column1", "type": "text", "kind": "clustering", "position": 0, "clustering_order": "desc"}),
			key(engine.Row{"column_name": "z", "type": "int", "kind": "partition_key", "position": 0, "clustering_order": "none"}),
			{"keyspace_name": "homer", "table_name": "a_view", "column_name": "x"},
		},
		"system_schema.dropped_columns": {key(engine.Row{"column_name": "old", "type": "text", "dropped_time": when})},
		"system_schema.indexes":         {key(engine.Row{"index_name": "by_value"}), key(engine.Row{"index_name": "by_b"})},
		"system_schema.views": {
			{"keyspace_name": "homer", "view_name": "by_z", "base_table_name": "simservs"}, {"keyspace_name": "homer", "view_name": "v", "base_table_name": "other"},
		},
		"system_schema.types": {
			{"keyspace_name": "homer", "type_name": "Post Addr", "field_names": []string{"street", "land"}, "field_types": []string{"text", "frozen<land>"}},
			{"keyspace_name": "homer", "type_name": "land", "field_names": []string{"code"}, "field_types": []string{"int"}},
			{"keyspace_name": "homer", "type_name": "unused", "field_names": []string{"x"}, "field_types": []string{"int"}},
			{"keyspace_name": "other", "type_name": "int", "field_names": []string{"x"}, "field_types": []string{"int"}},
		},
	})
	got, err := s.Tables(t.Context(), []string{"homer"})
	want := []cql.Table{{
		Keyspace: "homer", Name: "simservs", ID: "uuid", Flags: []string{"compound", "dense"}, DefaultTTL: 60, GCGrace: 864000,
		Columns: []cql.Column{{"z", "int", "partition_key", 0, "none"}, {"b", "int", "partition_key", 1, "none"}, {"column1", "text", "clustering", 0, "desc"}, {"value", `map<text, frozen<"Post Addr">>`, "static", -1, "none"}},
		Dropped: []cql.Dropped{{"old", "text", when}}, Indexes: []string{"by_b", "by_value"}, Views: []string{"by_z"},
		Types: map[string]string{"Post Addr": "street text, land frozen<land>", "land": "code int"},
	}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
	for _, q := range *asked {
		if !strings.HasSuffix(q.Statement, " WHERE keyspace_name IN ?") || cmp.Diff([]any{[]string{"homer"}}, q.Args) != "" {
			t.Errorf("%s %v", q.Statement, q.Args)
		}
	}
}

func TestKeyspaces(t *testing.T) {
	replication := map[string]string{"class": "SimpleStrategy", "replication_factor": "2"}
	s, asked := server(t, map[string][]engine.Row{"system_schema.keyspaces": {
		{"keyspace_name": "memento", "replication": replication, "durable_writes": false},
		{"keyspace_name": "homer", "replication": replication, "durable_writes": true},
	}})
	got, err := s.Keyspaces(t.Context(), nil)
	want := []cql.Keyspace{{"homer", replication, true}, {"memento", replication, false}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
	if strings.Contains((*asked)[0].Statement, "WHERE") {
		t.Error((*asked)[0].Statement)
	}
}

func TestRowsReadsEachRangeOnce(t *testing.T) {
	tables := map[string][]engine.Row{
		"system_schema.tables":  {{"keyspace_name": "homer", "table_name": "simservs", "id": "uuid"}},
		"system_schema.columns": {{"keyspace_name": "homer", "table_name": "simservs", "column_name": "user", "kind": "partition_key", "position": 0}},
		`"homer"."simservs"`:    {{"user": "sip:a@b"}},
	}
	s, asked := server(t, tables)
	seen := 0
	ranges := [][2]int64{{-5, 5}, {5, -5}, {7, 7}, {5, math.MinInt64}}
	err := s.Rows(t.Context(), "homer", "simservs", []cql.Selector{cql.ValueOf("user")}, ranges, "LOCAL_QUORUM", func(engine.Row) error { seen++; return nil })
	if err != nil || seen != 5 {
		t.Errorf("%d rows, %v", seen, err)
	}
	var got []string
	for _, q := range *asked {
		if strings.Contains(q.Statement, " FROM system_schema.") {
			continue
		}
		if q.Consistency != "LOCAL_QUORUM" || !slices.Equal(q.Keyspaces, []string{"homer"}) {
			t.Errorf("%+v", q)
		}
		got = append(got, strings.TrimPrefix(q.Statement, `SELECT "user" FROM "homer"."simservs"`))
	}
	want := []string{` WHERE token("user") > ? AND token("user") <= ?`, ` WHERE token("user") > ?`, ` WHERE token("user") <= ?`, ``, ` WHERE token("user") > ?`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	stop := errors.New("enough")
	if err := s.Rows(t.Context(), "homer", "simservs", nil, ranges, "ONE", func(engine.Row) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := s.Rows(t.Context(), "homer", "nosuch", nil, ranges, "ONE", nil); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Error(err)
	}
}

func TestExecWaitsForOneSchema(t *testing.T) {
	version := []string{"old", "old", "new"}
	g := &enginetest.Ground{Dir: t.TempDir(), OnQuery: func(q engine.Query) ([]engine.Row, error) {
		switch {
		case strings.Contains(q.Statement, "system.local"):
			return []engine.Row{{"host_id": "id-1", "schema_version": "new"}}, nil
		case strings.Contains(q.Statement, "peers_v2"):
			v := version[0]
			version = version[1:]
			return []engine.Row{{"peer": "10.77.0.13", "schema_version": v}}, nil
		}
		return nil, nil
	}}
	h := engine.NewHost(engine.NewView(&engine.Kind{}, g, engine.NewFacts(nil), "run", "vellum-1"), enginetest.Marks{})
	if err := cql.At(h, address).Exec(t.Context(), "CREATE KEYSPACE x", []string{"x"}); err != nil || len(version) != 0 {
		t.Errorf("%v, %d answers left", err, len(version))
	}
	version = slices.Repeat([]string{"old"}, 100)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := cql.At(h, address).Exec(ctx, "CREATE KEYSPACE x", []string{"x"}); engine.ClassOf(err) != engine.ClassTimeout || !strings.Contains(err.Error(), `10.77.0.13 has version "old"`) {
		t.Error(err)
	}
}

// dialer opens plain TCP connections and counts them.
func dialer(ctx context.Context, space engine.Space, network, address string) (io.ReadWriteCloser, error) {
	if space != engine.Signaling {
		return nil, errors.New("not the signalling network")
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func TestClientOnAClosedPort(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	c := cql.NewClient()
	defer c.Close()
	_, err = c.Query(t.Context(), dialer, engine.Query{System: "cql", Address: closed, Statement: "SELECT host_id FROM system.local"})
	if engine.ClassOf(err) != engine.ClassConnect || engine.NextOf(err) == "" || !strings.HasPrefix(err.Error(), "CQL at "+closed+": dial tcp") {
		t.Errorf("%v, class %s", err, engine.ClassOf(err))
	}
}

func TestClientOnAServerThatNeverAnswers(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := cql.NewClient()
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = c.Query(ctx, dialer, engine.Query{System: "cql", Address: l.Addr().String(), Statement: "SELECT host_id FROM system.local"})
	if engine.ClassOf(err) != engine.ClassTimeout || time.Since(begin) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
}

func TestClientRefusesWhatItDoesNotKnow(t *testing.T) {
	c := cql.NewClient()
	defer c.Close()
	for name, q := range map[string]engine.Query{
		"consistency": {Address: "127.0.0.1:1", Consistency: "MOST"}, "address": {Address: "127.0.0.1"}, "port": {Address: "127.0.0.1:cql"},
	} {
		if _, err := c.Query(t.Context(), dialer, q); engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{"user": `"user"`, "Mixed": `"Mixed"`, `a"b`: `"a""b"`} {
		if got := cql.Quote(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
