package link

import (
	"bufio"
	"net"
	"os"
	"sync"

	"tidemark/engine/agent"
)

// conn is the connection over a transport's pipes; unlike the agent's it knows why it ended. HTTP/2 closes it when
// pings stay without answer.
type conn struct {
	*agent.Conn
	once sync.Once
	err  error // set before Done is closed
}

// buffered reads on from where the marked lines ended.
type buffered struct {
	*bufio.Reader
	*os.File
}

func (b buffered) Read(p []byte) (int, error) { return b.Reader.Read(p) }

func newConn(p *process) *conn {
	return &conn{Conn: agent.NewConn(buffered{p.lines.r, p.out}, p.in)}
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.end(err)
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		c.end(err)
	}
	return n, err
}

// Close ends a blocked Read and Write, too.
func (c *conn) Close() error {
	c.end(net.ErrClosed)
	return nil
}

func (c *conn) end(err error) {
	c.once.Do(func() {
		c.err = err
		_ = c.Conn.Close()
	})
}
