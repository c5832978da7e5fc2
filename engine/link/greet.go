package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// need is what a node says that has no binary of ours.
type need struct{ machine, uid, user string }

// greet starts a transport and reads up to the agent's hello; a node without our binary says so instead.
func (n *Node) greet(ctx context.Context, argv []string, marker string, how mode) (*session, *need, error) {
	p, hello, want, err := n.hello(ctx, argv, marker, how)
	if err != nil || want != nil {
		return nil, want, err
	}
	return n.begin(p, hello)
}

// hello starts a transport and reads the first lines: the process is past them, or ended.
func (n *Node) hello(ctx context.Context, argv []string, marker string, how mode) (*process, wire.Hello, *need, error) {
	p, ready, err := n.transport(argv, marker, how)
	if err != nil {
		return nil, wire.Hello{}, nil, err
	}
	defer ready()
	limit := n.patience(how)
	bound, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	unbind := context.AfterFunc(bound, p.stop)
	hello, as, err := greeting(p)
	switch {
	case !unbind():
		p.end()
		err = n.late(ctx, limit, p)
	case err != nil:
		err = n.failed(p, as.user, err)
	case as.machine != "":
		p.rest(n.d.times.grace)
		return nil, hello, &as, nil
	default:
		if err = n.d.suits(n.t, hello); err == nil {
			return p, hello, nil, nil
		}
		p.end()
	}
	return nil, hello, nil, err
}

func (n *Node) begin(p *process, hello wire.Hello) (*session, *need, error) {
	s, err := open(p, hello, n.d.times)
	if err != nil {
		p.end()
		return nil, nil, engine.Failf(engine.ClassConnect, "%s: HTTP/2 did not begin: %w", n.t.Name, err)
	}
	return s, nil, nil
}

// greeting reads the marked lines: "as UID USER", then "need MACHINE" or the hello.
func greeting(p *process) (h wire.Hello, as need, err error) {
	for {
		line, err := p.lines.next()
		if err != nil {
			return h, as, err
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "as":
			as.uid, as.user, _ = strings.Cut(rest, " ")
		case "need":
			as.machine = rest
			return h, as, nil
		default:
			if err := json.Unmarshal([]byte(line), &h); err != nil {
				return h, as, fmt.Errorf("the agent's first line %.80q: %w", line, err)
			}
			return h, as, nil
		}
	}
}

// late is the error of a login that was cut off by its limit or by the caller.
func (n *Node) late(ctx context.Context, limit time.Duration, p *process) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: not connected: %w", n.t.Name, context.Cause(ctx))
	}
	return noAnswer(n.t, limit, ending{stderr: p.stderr.String()})
}

// failed is the error of a transport that ended, or said other things, before the agent's first line.
func (n *Node) failed(p *process, user string, err error) error {
	if !errors.Is(err, io.EOF) {
		p.end()
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: %w", n.t.Name, err),
			"see what a login on "+n.t.Name+" prints when it has no terminal")
	}
	p.rest(n.d.times.grace)
	e := ending{exit: p.exit(), stderr: p.stderr.String(), noise: p.lines.noise.String(), user: user}
	if n.t.local() && n.t.Become == "" {
		return noAgent(n.t, e)
	}
	return classify(n.t, e)
}
