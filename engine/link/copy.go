package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/wire"
)

// The agent's verbs that take a session of their own.
const (
	verbSession = "session"
	verbSend    = "send"
	verbReceive = "receive"
)

var _ engine.Streamer = (*Node)(nil)

// Send is a stream of what lies at path on the node.
func (n *Node) Send(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	return n.stream(ctx, verbSend, wire.SendRequest{Path: path})
}

// Receive is the way into a living task that waits for a stream.
func (n *Node) Receive(ctx context.Context, ref engine.TaskRef) (io.ReadWriteCloser, error) {
	return n.stream(ctx, verbReceive, ref)
}

// Refuse tells a waiting task why no stream will come.
func (n *Node) Refuse(ctx context.Context, ref engine.TaskRef, cause error) error {
	s, err := n.Receive(ctx, ref)
	if err != nil {
		return err
	}
	return errors.Join(agent.RefuseCopy(s, cause), s.Close())
}

// stream opens a session of its own for bulk: HTTP/2 in one ssh session gives a third of the rate of a bare pipe, and
// small calls would wait behind it. The node's connection is made first: it brings the binary.
func (n *Node) stream(ctx context.Context, verb string, first any) (io.ReadWriteCloser, error) {
	if _, err := n.session(ctx); err != nil {
		return nil, err
	}
	line, err := json.Marshal(first)
	if err != nil {
		return nil, err
	}
	p, err := n.bare(ctx, verb)
	if err != nil {
		return nil, err
	}
	s := &stream{p: p, name: n.t.Name}
	agent.WidenPipe(p.in)
	agent.WidenPipe(p.out)
	if _, err := s.Write(append(line, '\n')); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// bare starts the verb there, locally or by ssh, past any shared master connection.
func (n *Node) bare(ctx context.Context, verb string) (p *process, err error) {
	if n.t.local() {
		marker := newMarker()
		argv, err := n.d.local(n.t, verb, marker)
		if err != nil {
			return nil, err
		}
		p, _, _, err = n.hello(ctx, argv, marker, mode{})
		return p, err
	}
	b, err := n.program()
	if err != nil {
		return nil, err
	}
	err = n.bySSH(ctx, b, verb, true, func(argv []string, marker string, how mode) (err error) {
		var want *need
		p, _, want, err = n.hello(ctx, argv, marker, how)
		if err == nil && want != nil {
			err = engine.Failf(engine.ClassPrecondition, "%s: the binary that its agent runs is gone", n.t.Name)
		}
		return err
	})
	return p, err
}

// stream is the bare input and output of a session, behind the hello line.
type stream struct {
	p    *process
	name string
	once sync.Once
}

func (s *stream) Read(p []byte) (int, error) { return s.p.lines.r.Read(p) }

func (s *stream) Write(p []byte) (int, error) { return s.p.in.Write(p) }

// Close ends the session. The error is what it said itself when it ended badly.
func (s *stream) Close() (err error) {
	s.once.Do(func() {
		s.p.stop()
		s.p.end()
		if said := lastLines(s.p.stderr.String(), 1); said != "" && s.p.exit() > 0 {
			err = engine.Fail(engine.ClassConnect, fmt.Errorf("%s: %s", s.name, said))
		}
	})
	return err
}
