package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// copyPatience is how long a task waits for a stream: longer than a controller tries to bring one.
const copyPatience = 15 * time.Minute

// Copy takes streams at the task's door until one was whole.
func (m *Machine) Copy(ctx context.Context, o engine.CopyOrder) (engine.Copied, error) {
	if m.dir == "" {
		return engine.Copied{}, engine.Failf(engine.ClassPrecondition, "only a task takes a copy")
	}
	door, err := openDoor(m.dir)
	if err != nil {
		return engine.Copied{}, err
	}
	defer door.close()
	if o.Patience == 0 {
		o.Patience = copyPatience
	}
	c := newReceiver(o, m.Root())
	for {
		s, err := door.next(ctx, o.Patience)
		if err != nil {
			return c.done, err
		}
		stop := context.AfterFunc(ctx, s.close)
		done, err := c.take(ctx, s)
		stop()
		s.close()
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		if !isBroken(err) {
			return done, err
		}
		c.o.Log("%s; %d bytes have come; waiting for the next", err, done.Sent)
	}
}

// greetStream says the first line of a stream and reads the controller's, no byte more.
func greetStream(in io.Reader, out io.Writer, marker, build string, v any) error {
	hello, err := json.Marshal(wire.Hello{Version: wire.Version, Build: build, Root: os.Geteuid() == 0, PID: os.Getpid()})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s %s\n", marker, hello); err != nil {
		return err
	}
	var line bytes.Buffer
	for one := make([]byte, 1); line.Len() < 64<<10; line.WriteByte(one[0]) {
		if _, err := io.ReadFull(in, one); err != nil {
			return err
		}
		if one[0] == '\n' {
			return json.Unmarshal(line.Bytes(), v)
		}
	}
	return errors.New("the first line is too long")
}

// SendMain is the body of `tidemark agent send`: what to send comes from the controller, never from the receiver.
func SendMain(in, out *os.File, marker, build string) error {
	var r wire.SendRequest
	WidenPipe(out)
	if err := greetStream(in, out, marker, build, &r); err != nil {
		return err
	}
	return Send("/", r.Path, in, out)
}

// ReceiveMain is the body of `tidemark agent receive`: it hands its own input and output to the task that waits for a
// stream, and ends when the task is done with them.
func (a *Agent) ReceiveMain(in, out *os.File, marker string) error {
	var ref engine.TaskRef
	if err := greetStream(in, out, marker, a.o.Build, &ref); err != nil {
		return err
	}
	if err := a.holds(ref.Run, ref.Epoch); err != nil {
		return err
	}
	conn, err := a.knock(a.store.attempt(ref))
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is kept there
	if _, _, err := conn.WriteMsgUnix([]byte{0}, unix.UnixRights(int(in.Fd()), int(out.Fd())), nil); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, conn)
	return err
}

// knock connects to the task's door; a task that was just started opens it in a moment.
func (a *Agent) knock(at attemptDir) (*net.UnixConn, error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		conn, err := dialDoor(at.dir)
		if err == nil {
			return conn, nil
		}
		if alive, herr := at.held(); herr != nil || !alive || time.Now().After(end) {
			return nil, engine.Failf(engine.ClassPrecondition, "no task waits for a stream (%w)", errors.Join(err, herr))
		}
	}
}

func dialDoor(dir string) (*net.UnixConn, error) {
	name, d, err := through(dir, copySocket)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // a directory
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: name, Net: "unix"})
}
