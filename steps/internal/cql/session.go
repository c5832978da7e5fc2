package cql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gocql/gocql"

	"tidemark/engine"
)

// Limits of a session. A hung server accepts connections and never answers, so the handshake has a limit, too.
const (
	connectTimeout = 10 * time.Second
	queryTimeout   = 60 * time.Second
)

// session is a connection to exactly one server.
type session struct {
	gocql  *gocql.Session
	hostID string
	pin    *pinned
}

// close cuts the connections first: the driver waits for the answer to its heartbeat, which a hung server never gives,
// and a task whose own time is over would wait with it.
func (s *session) close() {
	s.pin.cut()
	s.gocql.Close()
}

// pinned dials one address whatever host the driver thinks of. Once sealed it dials no more: a broken session is
// replaced as a whole, with a new look at who answers.
type pinned struct {
	ctx     context.Context
	dial    engine.Dial
	address string
	sealed  atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
}

// cut closes all connections that were dialled.
func (p *pinned) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close() // the driver closes it once more
	}
}

// DialHost opens a connection to the pinned address.
func (p *pinned) DialHost(ctx context.Context, _ *gocql.HostInfo) (*gocql.DialedHost, error) {
	if p.sealed.Load() {
		return nil, errSealed
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	rw, err := p.dial(ctx, engine.Signaling, "tcp", p.address)
	if err != nil {
		return nil, err
	}
	conn, ok := rw.(net.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("connection to %s is a %T, not a net.Conn", p.address, rw), rw.Close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, conn)
	return &gocql.DialedHost{Conn: conn}, nil
}

var errSealed = errors.New("the connection is lost")

// protocols are tried in order: 4 is Cassandra 3.0 and later, 3 is 2.1, which is asked for its version only.
func protocols() []int { return []int{4, 3} }

func open(ctx context.Context, dial engine.Dial, address string) (*session, error) {
	var err error
	for _, version := range protocols() {
		var s *session
		if s, err = openVersion(ctx, dial, address, version); err == nil {
			return s, nil
		}
		if !isProtocol(err) {
			return nil, err
		}
	}
	return nil, err
}

func openVersion(ctx context.Context, dial engine.Dial, address string, version int) (*session, error) {
	pin := &pinned{ctx: ctx, dial: dial, address: address}
	config, err := clusterConfig(pin, version)
	if err != nil {
		return nil, err
	}
	g, err := create(ctx, config)
	if err != nil {
		return nil, err
	}
	pin.sealed.Store(true)
	s := &session{gocql: g, pin: pin}
	if err := g.Query("SELECT host_id FROM system.local").WithContext(ctx).Consistency(gocql.One).Scan(&s.hostID); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// create opens the session but waits no longer than ctx: the driver itself does not look at it.
func create(ctx context.Context, config *gocql.ClusterConfig) (*gocql.Session, error) {
	type opened struct {
		session *gocql.Session
		err     error
	}
	done := make(chan opened, 1)
	go func() {
		s, err := config.CreateSession()
		done <- opened{s, err}
	}()
	select {
	case o := <-done:
		return o.session, o.err
	case <-ctx.Done():
		go func() {
			if o := <-done; o.session != nil {
				o.session.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

func clusterConfig(pin *pinned, version int) (*gocql.ClusterConfig, error) {
	host, port, err := net.SplitHostPort(pin.address)
	if err != nil {
		return nil, engine.Fail(engine.ClassPrecondition, err)
	}
	c := gocql.NewCluster(host)
	if c.Port, err = strconv.Atoi(port); err != nil {
		return nil, engine.Fail(engine.ClassPrecondition, err)
	}
	c.HostDialer, c.ProtoVersion, c.NumConns = pin, version, 1
	c.DisableInitialHostLookup, c.IgnorePeerAddr = true, true
	c.Events.DisableNodeStatusEvents, c.Events.DisableTopologyEvents, c.Events.DisableSchemaEvents = true, true, true
	c.ReconnectInterval = 0
	c.ReconnectionPolicy = &gocql.ConstantReconnectionPolicy{MaxRetries: 1, Interval: time.Millisecond}
	c.ConnectTimeout, c.Timeout, c.WriteTimeout = connectTimeout, queryTimeout, connectTimeout
	c.DefaultIdempotence, c.PageSize = false, pageSize
	c.Logger = silent{}
	return c, nil
}

// silent takes what the driver would print on standard error; every failure comes back as an error anyway.
type silent struct{}

func (silent) Print(...any)          {}
func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
