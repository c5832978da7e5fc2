package agent

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Conn makes one connection of a pair of files: the standard input and output of a session.
type Conn struct {
	in   io.ReadCloser
	out  io.WriteCloser
	once sync.Once
	done chan struct{}
}

// NewConn joins what is read and what is written.
func NewConn(in io.ReadCloser, out io.WriteCloser) *Conn {
	return &Conn{in: in, out: out, done: make(chan struct{})}
}

func (c *Conn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *Conn) Write(p []byte) (int, error) { return c.out.Write(p) }

// Close closes both files, once.
func (c *Conn) Close() error {
	c.once.Do(func() {
		close(c.done)
		c.out.Close()
		c.in.Close()
	})
	return nil
}

// Done is closed with the connection.
func (c *Conn) Done() <-chan struct{} { return c.done }

type stdioAddr struct{}

func (stdioAddr) Network() string { return "stdio" }
func (stdioAddr) String() string  { return "stdio" }

// LocalAddr names the standard streams.
func (c *Conn) LocalAddr() net.Addr { return stdioAddr{} }

// RemoteAddr names the standard streams.
func (c *Conn) RemoteAddr() net.Addr { return stdioAddr{} }

type deadliner interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// SetDeadline works where the files are pipes.
func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline works where the file is a pipe; elsewhere it does nothing.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if d, ok := c.in.(deadliner); ok {
		_ = d.SetReadDeadline(t)
	}
	return nil
}

// SetWriteDeadline works where the file is a pipe; elsewhere it does nothing.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if d, ok := c.out.(deadliner); ok {
		_ = d.SetWriteDeadline(t)
	}
	return nil
}

// onceListener hands out one connection and then waits until it is closed.
type onceListener struct {
	conn *Conn
	give chan net.Conn
}

// listenOnce serves conn once.
func listenOnce(conn *Conn) *onceListener {
	l := &onceListener{conn: conn, give: make(chan net.Conn, 1)}
	l.give <- conn
	return l
}

// Accept gives the connection, then blocks until it ends.
func (l *onceListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.give:
		return c, nil
	case <-l.conn.Done():
		return nil, io.EOF
	}
}

// Close closes the connection.
func (l *onceListener) Close() error { return l.conn.Close() }

// Addr names the standard streams.
func (l *onceListener) Addr() net.Addr { return stdioAddr{} }

var _ net.Listener = (*onceListener)(nil)

// Stdio is the connection over this process's own standard input and output.
func Stdio() *Conn { return NewConn(os.Stdin, os.Stdout) }
