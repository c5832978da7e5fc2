package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tidemark/engine"
)

// upload stores the binary on the node, in an ssh session of its own: its input is the file and nothing else.
func (n *Node) upload(ctx context.Context, b binary, as *need, again bool) error {
	release, err := take(ctx, n.d.uploads)
	if err != nil {
		return err
	}
	defer release()
	sudo := n.t.Become == "root" && as.uid != "0"
	return n.patiently(ctx, again, func(how mode) error {
		marker := newMarker()
		return n.send(ctx, n.d.ssh(n.t, how, n.d.upload(n.t, marker, b.sha256, sudo)), marker, how, b, as.user)
	})
}

func (n *Node) send(ctx context.Context, argv []string, marker string, how mode, b binary, user string) error {
	file, err := os.Open(b.path)
	if err != nil {
		return engine.Failf(engine.ClassIO, "%s: binary to send: %w", n.t.Name, err)
	}
	defer file.Close()
	p, err := n.accepted(ctx, argv, marker, how, user)
	if err != nil {
		return err
	}
	defer p.end()
	defer context.AfterFunc(ctx, p.stop)()
	_, err = io.Copy(p.in, file) // where the node stops reading, its own words say why
	err = errors.Join(err, p.in.Close())
	answer, lineErr := p.lines.next()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: sending the binary: %w", n.t.Name, context.Cause(ctx))
	case lineErr != nil:
		return n.failed(p, user, errors.Join(lineErr, err))
	case answer != "stored":
		return engine.Failf(engine.ClassIO, "%s: the binary was sent with sha256 %s and arrived %s", n.t.Name, b.sha256, strings.TrimSpace(answer))
	}
	return nil
}

// accepted starts the upload's session and waits until the node reads; only that takes a slot for logins.
func (n *Node) accepted(ctx context.Context, argv []string, marker string, how mode, user string) (*process, error) {
	release, err := take(ctx, n.d.logins)
	if err != nil {
		return nil, err
	}
	defer release()
	p, ready, err := n.transport(argv, marker, how)
	if err != nil {
		return nil, err
	}
	defer ready()
	limit := n.patience(how)
	bound, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	unbind := context.AfterFunc(bound, p.stop)
	_, err = p.lines.next()
	if !unbind() {
		p.end()
		return nil, n.late(ctx, limit, p)
	}
	if err != nil {
		return nil, n.failed(p, user, err)
	}
	return p, nil
}
