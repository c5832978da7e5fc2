package cql_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cql"
)

// The frames of the protocol by which a session opens.
const (
	ready, options, supported, query, result, prepare, execute = 2, 5, 6, 7, 8, 9, 10
)

// hungServer answers until it was asked for its host id, which is how a session opens. From then on it takes what it is
// asked and says nothing; the connections stay open.
type hungServer struct{ hung atomic.Bool }

func (s *hungServer) listen(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			go s.serve(conn)
		}
	}()
	return l.Addr().String()
}

func (s *hungServer) serve(conn net.Conn) {
	head := make([]byte, 9)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(head[5:]))); err != nil {
			return
		}
		if s.hung.Load() {
			continue
		}
		s.hung.Store(head[4] == execute)
		kind, body := answer(head[4])
		frame := append([]byte{0x84, 0, head[2], head[3], kind}, binary.BigEndian.AppendUint32(nil, uint32(len(body)))...)
		if _, err := conn.Write(append(frame, body...)); err != nil {
			return
		}
	}
}

func answer(kind byte) (byte, []byte) {
	switch kind {
	case options:
		return supported, []byte{0, 0}
	case prepare:
		prepared := append([]byte{0, 0, 0, 4, 0, 1, 'p'}, make([]byte, 12)...) // no arguments
		return result, append(prepared, column()...)
	case query, execute:
		rows := append([]byte{0, 0, 0, 2}, column()...)
		return result, append(rows, "\x00\x00\x00\x01\x00\x00\x00\x100123456789abcdef"...)
	}
	return ready, nil
}

// column describes rows of one uuid.
func column() []byte {
	b := []byte{0, 0, 0, 1, 0, 0, 0, 1} // one table for all columns; one column
	for _, name := range []string{"system", "local", "host_id"} {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(name))), name...)
	}
	return append(b, 0, 0x0c)
}

// TestNobodyWaitsForAHungServer: a query ends with its time. The driver by itself asks the server for a sign of life,
// and would let the session go only when that is overdue, too.
func TestNobodyWaitsForAHungServer(t *testing.T) {
	c, s := cql.NewClient(), &hungServer{}
	q := engine.Query{System: "cql", Address: s.listen(t), Statement: "SELECT host_id FROM system.local"}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := c.Query(ctx, dialer, q)
		c.Close()
		ended <- err
	}()
	select {
	case err := <-ended:
		if !s.hung.Load() || engine.ClassOf(err) != engine.ClassTimeout || !strings.Contains(engine.NextOf(err), "hangs") {
			t.Errorf("%v; next: %s", err, engine.NextOf(err))
		}
	case <-time.After(20 * time.Second):
		t.Error("it still waits for the server")
	}
}
