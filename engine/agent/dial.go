package agent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"tidemark/engine"
)

// dialer opens connections on the goroutine that asks, one address after the other. The dialer of package net tries several
// addresses of a name beside each other, on goroutines of its own: those run on other threads, so in another namespace.
type dialer struct {
	net.Dialer
	// lookup gives the addresses of a name; nil asks the system.
	lookup func(ctx context.Context, host string) ([]string, error)
}

// literal gives the addresses that an address with a name stands for. Names are those of the machine's own namespace.
func (d *dialer) literal(ctx context.Context, address string) ([]string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return []string{address}, nil
	}
	ctx, cancel := engine.Within(ctx, dialLimit)
	defer cancel()
	lookup := d.lookup
	if lookup == nil {
		lookup = net.DefaultResolver.LookupHost
	}
	hosts, err := lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for i, h := range hosts {
		hosts[i] = net.JoinHostPort(h, port)
	}
	return hosts, nil
}

// first gives the first connection that opens. Otherwise the error is of the address that tells most: "connection refused"
// means that all are closed, as far as this machine can reach them at all.
func (d *dialer) first(ctx context.Context, network string, addresses []string) (net.Conn, error) {
	one := d.Dialer
	one.Timeout = dialLimit / time.Duration(max(1, len(addresses))) // a silent one leaves the next its time
	var told error
	for _, address := range addresses {
		conn, err := one.DialContext(ctx, network, address)
		if err == nil {
			return conn, nil
		}
		if told == nil || weight(err) > weight(told) {
			told = err
		}
	}
	return nil, told
}

// weight orders failures by what they leave open: an address that this machine cannot have or reach, a closed port,
// everything else.
func weight(err error) int {
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EAFNOSUPPORT):
		return 0
	case errors.Is(err, syscall.ECONNREFUSED):
		return 1
	}
	return 2
}

// dial connects within the space.
func (m *Machine) dial(ctx context.Context, space engine.Space, network, address string) (io.ReadWriteCloser, error) {
	var conn net.Conn
	addresses, err := m.dialer.literal(ctx, address)
	if err == nil {
		err = m.in(space, func() (err error) {
			conn, err = m.dialer.first(ctx, network, addresses)
			return err
		})
	}
	if err != nil {
		return nil, engine.Failf(engine.ClassConnect, "%w", err)
	}
	return conn, nil
}

// dialLimit bounds the opening of a connection over all addresses of a name, and the question for them.
const dialLimit = 5 * time.Second
