package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// hand is a process that waits for the order of one task on its standard input, in a session of its own. It ends
// when its input closes, so none outlives the agent without an order.
type hand struct {
	input *net.UnixConn
	ended chan struct{}
}

func startHand() (*hand, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "order"), os.NewFile(uintptr(pair[1]), "order")
	defer theirs.Close()
	defer ours.Close()
	input, err := unixConn(ours)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), "/proc/self/exe", "agent", "task") // it outlives every session
	cmd.Args[0] = "tidemark"
	cmd.Stdin, cmd.Dir = theirs, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, input.Close())
	}
	h := &hand{input, make(chan struct{})}
	go func() { // reaped here when this session lives that long; else by init
		_ = cmd.Wait()
		close(h.ended)
	}()
	return h, nil
}

// give hands the order over, with the lock that the process holds for life and the log of its output. After an
// error nothing was begun: half an order is none.
func (h *hand) give(o order, lock, log *os.File) error {
	defer h.input.Close()
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	n, _, err := h.input.WriteMsgUnix(raw, unix.UnixRights(int(lock.Fd()), int(log.Fd())), nil)
	if err == nil && n < len(raw) {
		_, err = h.input.Write(raw[n:])
	}
	return err
}

// takeOrder is the other end of give. The log becomes the process's own output.
func takeOrder(in *os.File) (o order, lock *os.File, err error) {
	conn, err := unixConn(in)
	if err != nil {
		return o, nil, err
	}
	defer conn.Close()
	text, rights := make([]byte, 64<<10), make([]byte, unix.CmsgSpace(2*4))
	n, got, _, _, err := conn.ReadMsgUnix(text, rights)
	if err != nil {
		return o, nil, err
	}
	fds, err := descriptors(rights[:got])
	if err != nil {
		return o, nil, err
	}
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(fds[1], fd, 0); err != nil {
			return o, nil, err
		}
	}
	err = json.NewDecoder(io.MultiReader(bytes.NewReader(text[:n]), conn)).Decode(&o)
	return o, os.NewFile(uintptr(fds[0]), "lock"), errors.Join(err, unix.Close(fds[1]))
}

// unixConn is a connection over a copy of f's descriptor.
func unixConn(f *os.File) (*net.UnixConn, error) {
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("the order's way is no socket"), c.Close())
	}
	return u, nil
}

// hands keeps one process in readiness: the start of a program costs more than a small task, and goes on while the
// task before it waits for the disk.
type hands struct {
	mu     sync.Mutex
	ready  *hand
	closed bool
}

// prepare starts the process in readiness, if there is none; a failure shows when one is needed.
func (s *hands) prepare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready == nil && !s.closed {
		s.ready, _ = startHand()
	}
}

// take gives the process in readiness, or a new one.
func (s *hands) take() (*hand, error) {
	s.mu.Lock()
	h := s.ready
	s.ready = nil
	s.mu.Unlock()
	if h == nil {
		return startHand()
	}
	select {
	case <-h.ended: // somebody killed it
		h.input.Close()
		return startHand()
	default:
		return h, nil
	}
}

func (s *hands) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.ready != nil {
		s.ready.input.Close()
	}
}
