package link

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// spliced is how much goes from pipe to pipe at once.
const spliced = 1 << 20

// breath lets a pipe fill before more is moved. Woken for each few KiB that the other end took, this process would cost as
// much as a hash; a pipe of 1 MiB takes longer than that to run empty.
const breath = time.Millisecond

// splice moves what comes out of one pipe into another until the first ends. The bytes stay in the kernel: carried
// through this process, each would be copied twice more.
func splice(to, from *os.File) (total int64, err error) {
	out, err := to.SyscallConn()
	if err != nil {
		return 0, err
	}
	in, err := from.SyscallConn()
	if err != nil {
		return 0, err
	}
	for {
		n, err := spliceOnce(out, in)
		switch {
		case errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return total, err
		case n == 0:
			return total, nil
		}
		total += int64(n)
		if n < spliced/4 { // little came, or little found room
			time.Sleep(breath)
		}
	}
}

// spliceOnce waits for bytes to read, and where the other pipe is full for room in it. While it waits at one pipe it holds
// the other not: whoever closes a file waits for all that hold it, so two that wait for each other's pipes would never end.
func spliceOnce(out, in syscall.RawConn) (n int, err error) {
	full := false
	try := func(w, r uintptr) {
		n, err = move(int(w), int(r))
		full = errors.Is(err, unix.EAGAIN) && waiting(int(r))
	}
	var gone error
	closed := in.Read(func(r uintptr) bool {
		gone = out.Control(func(w uintptr) { try(w, r) })
		return gone != nil || full || !errors.Is(err, unix.EAGAIN)
	})
	if gone == nil && closed == nil && full {
		closed = out.Write(func(w uintptr) bool {
			gone = in.Control(func(r uintptr) { try(w, r) })
			return gone != nil || !full
		})
	}
	switch {
	case gone != nil:
		return 0, gone
	case closed != nil:
		return 0, closed
	case err != nil && !errors.Is(err, unix.EAGAIN):
		return 0, os.NewSyscallError("splice", err)
	}
	return n, err
}

func move(w, r int) (int, error) {
	for {
		n, err := unix.Splice(r, nil, w, nil, spliced, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
		if !errors.Is(err, unix.EINTR) {
			return int(n), err
		}
	}
}

// waiting tells whether a pipe holds bytes.
func waiting(r int) bool {
	n, err := unix.IoctlGetInt(r, unix.TIOCINQ)
	return err == nil && n > 0
}

// WriteTo carries the stream into w; between two sessions the bytes do not pass through this process.
func (s *stream) WriteTo(w io.Writer) (int64, error) {
	to, ok := w.(*stream)
	if !ok {
		return io.CopyBuffer(w, struct{ io.Reader }{s}, make([]byte, spliced))
	}
	held, err := io.CopyN(to.p.in, s.p.lines.r, int64(s.p.lines.r.Buffered())) // behind the hello line
	if err != nil {
		return held, err
	}
	n, err := splice(to.p.in, s.p.out)
	return held + n, err
}
