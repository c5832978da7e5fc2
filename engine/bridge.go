package engine

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Bridge says between which nodes a task's bytes flow; either may be the controller.
type Bridge struct {
	// From has what lies at Source; To takes it, and there the task runs.
	From, To, Source string
}

// Bridger is a Step whose task takes bytes from another node while it runs. node is the one the task stands for.
type Bridger interface {
	Bridge(node string) Bridge
}

// Streamer is a Node that opens streams of their own, beside its calls.
type Streamer interface {
	// Send is a stream of what lies at path on the node.
	Send(ctx context.Context, path string) (io.ReadWriteCloser, error)
	// Receive is the way into a living task that waits for a stream.
	Receive(ctx context.Context, ref TaskRef) (io.ReadWriteCloser, error)
	// Refuse tells a waiting task that no stream will come, and why.
	Refuse(ctx context.Context, ref TaskRef, cause error) error
}

// CopyOrder is what a task takes from its stream.
type CopyOrder struct {
	// Target is the absolute path of the file or directory that shall be there.
	Target string
	// Origin tells unfinished copies of different sources to one target apart.
	Origin string
	// Replace lets a file that differs be replaced; else it is refused.
	Replace bool
	// UID and GID own what arrives; -1 is the agent's own. Mode replaces the modes of files; 0 keeps them.
	UID, GID int
	Mode     uint32
	// Omit tells of names below the source, with slashes, that are left out; nil omits none.
	Omit func(name string) bool
	// Check looks at what arrived before it gets its name; dir is where it lies until then.
	Check func(dir string) error
	// Patience is how long the task waits for a stream.
	Patience time.Duration
	Progress func(done, total int64, text string)
	Log      func(format string, args ...any)
}

// Copied is what a copy did. Sent went over the wire; the rest was there already.
type Copied struct {
	Files, Bytes, Sent int64
}

// Copier is a Ground that takes streams.
type Copier interface {
	Copy(ctx context.Context, o CopyOrder) (Copied, error)
}

// Copy waits for the stream that the controller brings and stores what comes; a broken stream is awaited again.
func (h *Host) Copy(ctx context.Context, o CopyOrder) (Copied, error) {
	c, ok := h.ground.(Copier)
	if !ok {
		return Copied{}, Failf(ClassPrecondition, "the connection to this node carries no copies")
	}
	o.Progress, o.Log = h.Progress, h.Log
	return c.Copy(ctx, o)
}

// bridgeGivesUp is how long a source that does not answer is asked; a task's own patience is longer.
const bridgeGivesUp = 10 * time.Minute

// bridge brings the task its streams, one after the other, until ctx ends with the task.
func (x *Executor) bridge(ctx context.Context, t *Task, ref TaskRef, b Bridge) {
	said, failing := "", time.Time{}
	for pause := time.Second; ctx.Err() == nil; pause = min(2*pause, 15*time.Second) {
		began := time.Now()
		fatal, err := x.stream(ctx, ref, b)
		if ctx.Err() != nil {
			return
		}
		if err == nil || failing.IsZero() || time.Since(began) > time.Minute {
			failing, pause = began, time.Second
		}
		if fatal != nil && (ClassOf(fatal) != ClassConnect || time.Since(failing) > bridgeGivesUp) {
			_ = x.Nodes[b.To].(Streamer).Refuse(ctx, ref, fatal)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return // the task ended, and itself says why: a stream breaks off for a copy that is refused, too
		}
		if err != nil && err.Error() != said {
			said = err.Error()
			_ = x.emit(Event{Type: EventNote, Stage: t.Stage, Task: t.ID, Node: t.Node, Class: ClassOf(err), Message: "stream from " + b.From + ": " + said})
		}
	}
}

// stream joins one stream of the source with the task, until one of the two ends. fatal is why the source gave none.
func (x *Executor) stream(ctx context.Context, ref TaskRef, b Bridge) (fatal, err error) {
	from, ok := x.Nodes[b.From].(Streamer)
	to, okTo := x.Nodes[b.To].(Streamer)
	if !ok || !okTo {
		return nil, Failf(ClassPrecondition, "the connection to %s or %s carries no copies", b.From, b.To)
	}
	src, err := from.Send(ctx, b.Source)
	if err != nil {
		return err, err
	}
	dst, err := to.Receive(ctx, ref)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	defer context.AfterFunc(ctx, func() { src.Close(); dst.Close() })()
	return nil, pump(src, dst)
}

// pump carries bytes both ways; the first end ends both.
func pump(src, dst io.ReadWriteCloser) error {
	ends := make(chan error, 2)
	carry := func(to io.Writer, from io.Reader) {
		_, err := io.Copy(to, from) // two sessions join their pipes themselves
		ends <- err
	}
	var both sync.WaitGroup
	both.Go(func() { carry(dst, src) })
	both.Go(func() { carry(src, dst) })
	err := <-ends
	errs := []error{src.Close(), dst.Close()}
	both.Wait()
	return errors.Join(append(errs, err)...)
}

// bridged begins to bring streams to a task that takes them; the function ends that.
func (x *Executor) bridged(ctx context.Context, t *Task, ref TaskRef) func() {
	step, err := x.Basis.Kinds.Get(t.Kind).Step(t.Args)
	b, ok := step.(Bridger)
	if err != nil || !ok {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		x.bridge(ctx, t, ref, b.Bridge(t.Node))
	}()
	return func() { cancel(); <-ended }
}
