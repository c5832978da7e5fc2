package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"tidemark/engine/wire"
)

// session is one life of a connection: a transport with HTTP/2 on it.
type session struct {
	p     *process
	conn  *conn
	http  *http.ClientConn
	hello wire.Hello
	began time.Time
	lost  sync.Once // guards the telling of its loss
	why   error     // the loss, set by it
}

// open begins HTTP/2 behind the hello line.
func open(p *process, hello wire.Hello, times timing) (*session, error) {
	s := &session{p: p, conn: newConn(p), hello: hello, began: time.Now()}
	var err error
	s.http, err = speak(s.conn, times)
	return s, err
}

// speak begins HTTP/2 on a connection. Whoever hears nothing for times.ping asks, and closes it after times.pong more.
func speak(c net.Conn, times timing) (*http.ClientConn, error) {
	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	transport := &http.Transport{
		DialContext:        func(context.Context, string, string) (net.Conn, error) { return c, nil },
		Protocols:          &only,
		DisableCompression: true,
		HTTP2:              &http.HTTP2Config{SendPingTimeout: times.ping, PingTimeout: times.pong},
	}
	return transport.NewClientConn(context.Background(), "http", "agent:80")
}

// broken marks a call that got no whole answer; whether the connection died is another question.
type broken struct{ err error }

func (b *broken) Error() string { return b.err.Error() }
func (b *broken) Unwrap() error { return b.err }

// call posts body and lets read take the answer; read returns *broken where it ends too early.
func (s *session) call(ctx context.Context, path string, body []byte, read func(io.Reader) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://agent"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.http.RoundTrip(r)
	if err != nil {
		return &broken{err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("agent answered %s to %s: %s", answer.Status, path, bytes.TrimSpace(text))
	}
	return read(answer.Body)
}

// ended tells whether the connection is dead, or dies within patience: the streams of a dying connection fail a
// moment before it does.
func (s *session) ended(patience time.Duration) bool {
	select {
	case <-s.conn.Done():
		return true
	default:
	}
	select {
	case <-s.conn.Done():
		return true
	case <-time.After(patience):
		return false
	}
}

// end closes the connection and awaits the transport.
func (s *session) end() {
	_ = s.http.Close()
	_ = s.conn.Close()
	s.p.end()
}

// cause is why a dead session died, in the words of the transport where it has any.
func (s *session) cause(t Target, times timing) error {
	<-s.conn.Done()
	if errors.Is(s.conn.err, net.ErrClosed) { // by HTTP/2: nothing that was said there would come through
		s.p.kill()
		return silent(t, times.ping+times.pong)
	}
	s.p.rest(times.grace)
	switch said := s.p.stderr.String(); {
	case !t.local() && s.p.exit() == sshFailed && said != "":
		return classify(t, ending{exit: s.p.exit(), stderr: said})
	default:
		return dropped(t, s.p.exit(), lastLines(said, 1))
	}
}
