package agent

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// copySocket is where a task that takes a stream waits for it, in the room of its attempt. Streams come as two
// descriptors, the standard input and output of a session of their own: the bytes take no way through it.
const copySocket = "copy.socket"

// copyDoor hands out the newest stream; an older one, perhaps dead since a cable was cut, is closed by it.
type copyDoor struct {
	listener *net.UnixListener
	come     chan struct{}

	mu      sync.Mutex
	current *handed
	taken   bool
}

// handed is a stream with the connection that brought it; its closing tells the bringer that all is over.
type handed struct {
	in, out *os.File
	conn    *net.UnixConn
	once    sync.Once
}

func (h *handed) Read(p []byte) (int, error)  { return h.in.Read(p) }
func (h *handed) Write(p []byte) (int, error) { return h.out.Write(p) }

func (h *handed) close() {
	h.once.Do(func() {
		h.out.Close()
		h.in.Close()
		h.conn.Close()
	})
}

// through is a path to name in dir that is short enough for a socket, whatever dir is called.
func through(dir, name string) (string, *os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return filepath.Join("/proc/self/fd", strconv.Itoa(int(d.Fd())), name), d, nil
}

func openDoor(dir string) (*copyDoor, error) {
	if err := os.Remove(filepath.Join(dir, copySocket)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, classed(dir, err)
	}
	name, d, err := through(dir, copySocket)
	if err != nil {
		return nil, classed(dir, err)
	}
	defer d.Close() //nolint:errcheck // a directory
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, classed(dir, err)
	}
	l.SetUnlinkOnClose(false)
	door := &copyDoor{listener: l, come: make(chan struct{}, 1)}
	go door.serve()
	return door, nil
}

func (d *copyDoor) serve() {
	for {
		conn, err := d.listener.AcceptUnix()
		if err != nil {
			return
		}
		h, err := accept(conn)
		if err != nil {
			conn.Close()
			continue
		}
		d.mu.Lock()
		if d.current != nil {
			d.current.close()
		}
		d.current, d.taken = h, false
		d.mu.Unlock()
		select {
		case d.come <- struct{}{}:
		default:
		}
	}
}

// accept takes the two descriptors of a stream.
func accept(conn *net.UnixConn) (*handed, error) {
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var one [1]byte
	rights := make([]byte, unix.CmsgSpace(2*4))
	_, n, _, _, err := conn.ReadMsgUnix(one[:], rights)
	if err != nil {
		return nil, err
	}
	fds, err := descriptors(rights[:n])
	if err != nil {
		return nil, err
	}
	for _, fd := range fds {
		_ = unix.SetNonblock(fd, true) // a blocked read ends with close
	}
	h := &handed{in: os.NewFile(uintptr(fds[0]), "stream"), out: os.NewFile(uintptr(fds[1]), "stream"), conn: conn}
	WidenPipe(h.in)
	return h, nil
}

// descriptors are the two that came with a message.
func descriptors(rights []byte) ([]int, error) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(err, errors.New("no descriptors"))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 2 {
		return nil, errors.Join(err, errors.New("not two descriptors"))
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	return fds, nil
}

// next waits for a stream that was not handed out yet.
func (d *copyDoor) next(ctx context.Context, patience time.Duration) (*handed, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		d.mu.Lock()
		h, taken := d.current, d.taken
		d.taken = true
		d.mu.Unlock()
		if h != nil && !taken {
			return h, nil
		}
		select {
		case <-d.come:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late.C:
			return nil, engine.WithNext(engine.Failf(engine.ClassConnect, "no stream came from the controller for %s", patience),
				"what arrived is kept, and the next attempt goes on from there")
		}
	}
}

func (d *copyDoor) close() {
	d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current != nil {
		d.current.close()
	}
}
