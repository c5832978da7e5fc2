package link

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

type pipe struct{ r, w *os.File }

func newPipe(t *testing.T) pipe {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(r, w) })
	return pipe{r, w}
}

// Whichever end is the slower one, every byte arrives, in order.
func TestSplice(t *testing.T) {
	data := make([]byte, 3<<20+17)
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	for name, pause := range map[string][2]time.Duration{"even": {}, "slow source": {2 * time.Millisecond, 0}, "slow target": {0, 2 * time.Millisecond}} {
		from, to := newPipe(t), newPipe(t)
		go func() {
			defer from.w.Close()
			for rest := data; len(rest) > 0; {
				n := min(len(rest), 50_000)
				_, _ = from.w.Write(rest[:n])
				rest = rest[n:]
				time.Sleep(pause[0])
			}
		}()
		type result struct {
			n   int64
			err error
		}
		done := make(chan result, 1)
		go func() {
			n, err := splice(to.w, from.r)
			to.w.Close()
			done <- result{n, err}
		}()
		var got bytes.Buffer
		for buf := make([]byte, 70_000); ; time.Sleep(pause[1]) {
			n, err := to.r.Read(buf)
			got.Write(buf[:n])
			if err != nil {
				break
			}
		}
		if r := <-done; r.err != nil || r.n != int64(len(data)) || !bytes.Equal(got.Bytes(), data) {
			t.Errorf("%s: %d bytes, %v; %d arrived, equal: %v", name, r.n, r.err, got.Len(), bytes.Equal(got.Bytes(), data))
		}
	}
}

// What waits in splice ends when its pipes are closed, whether it waits for bytes or for room.
func TestSpliceEnds(t *testing.T) {
	for name, arrange := range map[string]func(from, to pipe){
		"nothing comes":      func(from, _ pipe) { from.r.Close() },
		"the reader is gone": func(from, to pipe) { to.r.Close(); _, _ = from.w.Write([]byte("x")) },
		"nobody reads": func(from, to pipe) {
			go func() { _, _ = io.Copy(from.w, io.LimitReader(endless{}, 8<<20)) }()
			time.Sleep(50 * time.Millisecond)
			closeAll(to.w, from.r)
		},
	} {
		from, to := newPipe(t), newPipe(t)
		ended := make(chan error, 1)
		go func() { _, err := splice(to.w, from.r); ended <- err }()
		time.Sleep(20 * time.Millisecond)
		arrange(from, to)
		select {
		case err := <-ended:
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: it goes on", name)
		}
	}
	if _, err := splice(newPipe(t).w, nil); !errors.Is(err, os.ErrInvalid) {
		t.Error(err)
	}
}

// Two streams that are joined both ways are closed one after the other: the closing of the first must not wait until
// something comes from the second, of which nobody may hear again.
func TestATargetIsClosedWhileNothingComes(t *testing.T) {
	from, to := newPipe(t), newPipe(t)
	ended, closed := make(chan error, 1), make(chan error, 1)
	go func() { _, err := splice(to.w, from.r); ended <- err }()
	time.Sleep(20 * time.Millisecond)
	go func() { closed <- to.w.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the target cannot be closed")
	}
	from.r.Close()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
