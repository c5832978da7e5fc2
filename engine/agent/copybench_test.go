package agent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
)

// copyBench is a source and a target in temporary directories.
type copyBench struct {
	t        testing.TB
	from, to string
	order    engine.CopyOrder
	sync     func(*os.File) error // in place of the system's; nil is that
}

func newCopyBench(t testing.TB) *copyBench {
	t.Helper()
	b := &copyBench{t: t, from: t.TempDir(), to: t.TempDir()}
	b.order = engine.CopyOrder{Target: "/in/tree", Origin: "a:/src", UID: -1, GID: -1}
	return b
}

func (b *copyBench) put(dir, name string, data []byte, mode os.FileMode) {
	b.t.Helper()
	p := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, data, 0o600), os.Chmod(p, mode)); err != nil {
		b.t.Fatal(err)
	}
}

// cutAfter ends a stream after so many bytes; a negative limit never does.
type cutAfter struct {
	io.ReadWriter
	left int
}

func (c *cutAfter) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if c.left > 0 {
		p = p[:min(len(p), c.left)]
	}
	n, err := c.ReadWriter.Read(p)
	if c.left > 0 {
		c.left -= n
	}
	return n, err
}

// copy joins a sender and the receiver by a pipe that carries so many bytes to the receiver; fresh process each time.
func (b *copyBench) copy(bytes int) (engine.Copied, error) {
	b.t.Helper()
	return b.with(bytes, func(conn net.Conn) { _ = Send(b.from, "/src", conn, conn) })
}

func (b *copyBench) with(bytes int, send func(net.Conn)) (engine.Copied, error) {
	here, there := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		send(there)
		there.Close()
	}()
	c := newReceiver(b.order, b.to)
	if b.sync != nil {
		c.sync = b.sync
	}
	done, err := c.take(context.Background(), &cutAfter{here, bytes})
	here.Close()
	<-ended
	return done, err
}

// tree lists what lies below dir with modes and contents.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := d.Info()
		if err != nil {
			return err
		}
		var sum [32]byte
		if d.Type().IsRegular() {
			raw, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			sum = sha256.Sum256(raw)
		}
		fmt.Fprintf(&out, "%s %s %x\n", strings.TrimPrefix(p, dir), i.Mode(), sum[:6])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (b *copyBench) equal() {
	b.t.Helper()
	if want, got := tree(b.t, b.from+"/src"), tree(b.t, b.to+b.order.Target); want != got {
		b.t.Errorf("source:\n%s\ntarget:\n%s", want, got)
	}
}

func fill(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*7 + i>>9)
	}
	return out
}

func (b *copyBench) usual() {
	b.put(b.from, "src/empty", nil, 0o600)
	b.put(b.from, "src/small", []byte("hello"), 0o640)
	b.put(b.from, "src/deep/er/big", fill(copyChunk+17), 0o444)
	b.put(b.from, "src/deep/chunk", fill(70_000), 0o755)
	b.put(b.from, "src/deep/\xff not utf-8\n", fill(300), 0o644)
}
