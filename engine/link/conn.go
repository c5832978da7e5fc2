package link

import (
	"io"
	"net"
	"sync"
	"time"
)

// conn is the one net.Conn over a transport's pipes. Deadlines are not kept: HTTP/2 pings notice silence, and
// closing the pipes ends a blocked Read or Write.
type conn struct {
	io.Reader
	io.Writer
	close func()
	once  sync.Once
	gone  chan struct{} // closed when the connection ended, err says why
	err   error
}

func newConn(r io.Reader, w io.Writer, closing func()) *conn {
	return &conn{Reader: r, Writer: w, close: closing, gone: make(chan struct{})}
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err != nil {
		c.end(err)
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	if err != nil {
		c.end(err)
	}
	return n, err
}

// Close is called by us at the end, and by HTTP/2 when pings stay without answer.
func (c *conn) Close() error {
	c.end(net.ErrClosed)
	return nil
}

func (c *conn) end(err error) {
	c.once.Do(func() {
		c.err = err
		c.close()
		close(c.gone)
	})
}

func (c *conn) LocalAddr() net.Addr              { return address{} }
func (c *conn) RemoteAddr() net.Addr             { return address{} }
func (c *conn) SetDeadline(time.Time) error      { return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// address is the name of both ends.
type address struct{}

func (address) Network() string { return "stdio" }
func (address) String() string  { return "agent" }
