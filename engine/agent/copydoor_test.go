package agent

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// stdio is one session's input and output as a bringer has them, with the other ends.
func stdio(t *testing.T) (in, out *os.File, send, receive *os.File) {
	t.Helper()
	in, send, err := os.Pipe()
	receive, out, err2 := os.Pipe()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range []*os.File{in, out, send, receive} {
			f.Close()
		}
	})
	return in, out, send, receive
}

// bring hands a stream to the door in dir, as `agent receive` does, and then lets go of it.
func bring(t *testing.T, dir string, in, out *os.File) *net.UnixConn {
	t.Helper()
	conn, err := dialDoor(dir)
	for ; errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ECONNREFUSED); conn, err = dialDoor(dir) {
		time.Sleep(time.Millisecond) // it is being opened, see knock
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, _, err := conn.WriteMsgUnix([]byte{0}, unix.UnixRights(int(in.Fd()), int(out.Fd())), nil); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	return conn
}

// A name longer than a socket's may be is no hindrance.
func deepDir(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDoorHandsOutTheNewestStream(t *testing.T) {
	dir := deepDir(t)
	door, err := openDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer door.close()
	in, out, _, _ := stdio(t)
	dead := bring(t, dir, in, out)
	first, err := door.next(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	blocked := make(chan error, 1)
	go func() {
		_, err := first.Read(make([]byte, 1))
		blocked <- err
	}()
	in, out, send, receive := stdio(t)
	bring(t, dir, in, out)
	second, err := door.next(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-blocked; err == nil {
		t.Error("the dead stream still reads")
	}
	if _, err := dead.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the bringer of the dead stream was not told: %v", err)
	}
	go func() { _, _ = send.Write([]byte("a")) }()
	buf := make([]byte, 1)
	if _, err := second.Read(buf); err != nil || buf[0] != 'a' {
		t.Errorf("%q, %v", buf, err)
	}
	if _, err := second.Write([]byte("b")); err != nil {
		t.Fatal(err)
	}
	if _, err := receive.Read(buf); err != nil || buf[0] != 'b' {
		t.Errorf("%q, %v", buf, err)
	}
}

func TestDoorGivesUp(t *testing.T) {
	door, err := openDoor(deepDir(t))
	if err != nil {
		t.Fatal(err)
	}
	defer door.close()
	if _, err := door.next(t.Context(), time.Millisecond); engine.ClassOf(err) != engine.ClassConnect || engine.NextOf(err) == "" {
		t.Errorf("class %s, next %q: %v", engine.ClassOf(err), engine.NextOf(err), err)
	}
}

// A task goes on with the next stream when one breaks, and its cancel ends a stream that says nothing.
func TestMachineCopyTakesStreamAfterStream(t *testing.T) {
	b := newCopyBench(t)
	b.usual()
	dir := deepDir(t)
	m := &Machine{dir: dir}
	b.order.Target = b.to + b.order.Target
	b.order.Log = t.Logf
	ctx, cancel := context.WithCancel(t.Context())
	type end struct {
		engine.Copied
		error
	}
	ends := make(chan end, 1)
	begin := func() {
		go func() {
			done, err := m.Copy(ctx, b.order)
			ends <- end{done, err}
		}()
	}
	begin()
	for _, limit := range []int64{10, copyChunk + 900, -1} {
		in, out, send, receive := stdio(t)
		conn := bring(t, dir, in, out)
		w := io.Writer(send)
		if limit >= 0 {
			w = &limitedPipe{send, limit}
		}
		_ = Send(b.from, "/src", receive, w)
		send.Close()
		receive.Close()
		_, _ = conn.Read(make([]byte, 1)) // the task is done with this stream
	}
	if e := <-ends; e.error != nil {
		t.Fatal(e.error)
	}
	b.order.Target = "/in/tree"
	b.equal()

	if err := os.Remove(filepath.Join(dir, copySocket)); err != nil {
		t.Fatal(err)
	}
	begin()
	in, out, _, _ := stdio(t)
	bring(t, dir, in, out)
	cancel()
	if e := <-ends; !errors.Is(e.error, context.Canceled) {
		t.Errorf("cancelled: %v", e.error)
	}
}

// limitedPipe breaks after so many bytes.
type limitedPipe struct {
	io.Writer
	left int64
}

func (l *limitedPipe) Write(p []byte) (int, error) {
	n := min(int64(len(p)), l.left)
	l.left -= n
	m, err := l.Writer.Write(p[:n])
	if err == nil && m < len(p) {
		err = io.ErrShortWrite
	}
	return m, err
}
