package agent

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// A copy is a stream of frames: one byte of type, four of length, the payload. The sender tells the total, then
// batches of entries; for each file of a batch the receiver answers what it has (length and sha256 of it), and the
// sender sends the rest, or all where what is there is something else, and the sha256 of the whole. So a batch costs
// one round trip, both sides keep one batch in memory, and nothing is trusted but sha256.
const (
	frameTotal = 't' // totals
	frameEntry = 'e' // item
	frameBatch = 'b' // the entries so far are to be answered
	frameHave  = 'h' // held, one for each file of the batch, in order
	frameStart = 'f' // start: the data of the next file follows
	frameData  = 'd' // raw bytes
	frameSum   = 's' // sha256 of the whole file
	frameEnd   = 'z' // the source has no more
	frameDone  = 'k' // the receiver has everything, durably
	frameFail  = 'x' // wire.Failure
)

const (
	copyChunk  = 256 << 10
	batchFiles = 1024
	batchNames = 256 << 10 // bytes of names
	entryBytes = 8 << 10   // a path ends at 4096 bytes, base64 makes a third more of it
	pipeBytes  = 1 << 20   // what a user may have without asking
)

// totals are what the source holds, as far as it stands still.
type totals struct {
	Version int   `json:"version"`
	Files   int64 `json:"files"`
	Bytes   int64 `json:"bytes"`
	Tree    bool  `json:"tree"`
	// Mode is that of the source itself.
	Mode uint32 `json:"mode"`
}

// item is one directory or file; Name is relative to the source, "" is the source itself.
type item struct {
	Name []byte `json:"name"`
	Dir  bool   `json:"dir,omitempty"`
	Size int64  `json:"size,omitempty"`
	Mode uint32 `json:"mode"`
}

// held is what the receiver has of a file: its first Bytes, with their sha256. Skip wants nothing of it.
type held struct {
	Bytes int64  `json:"bytes,omitempty"`
	Sum   []byte `json:"sum,omitempty"`
	Skip  bool   `json:"skip,omitempty"`
}

// start says from where the data is.
type start struct {
	Offset int64 `json:"offset"`
}

// brokenStream is the end of a stream before its time; another stream may go on.
type brokenStream struct{ err error }

func (b *brokenStream) Error() string { return "the stream broke off: " + b.err.Error() }
func (b *brokenStream) Unwrap() error { return b.err }

func isBroken(err error) bool {
	var b *brokenStream
	return errors.As(err, &b)
}

func writeFrame(w io.Writer, kind byte, payload []byte) error {
	var head [5]byte
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	if _, err := w.Write(head[:]); err != nil {
		return &brokenStream{err}
	}
	if _, err := w.Write(payload); err != nil {
		return &brokenStream{err}
	}
	return nil
}

func writeMessage(w io.Writer, kind byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFrame(w, kind, raw)
}

// readFrame reads the next frame into buf, which holds copyChunk bytes. A failure that the other side tells is the
// error.
func readFrame(r io.Reader, buf []byte) (kind byte, payload []byte, err error) {
	kind, n, err := readHead(r, buf)
	if err != nil {
		return 0, nil, err
	}
	payload, err = readPayload(r, kind, buf[:n])
	return kind, payload, err
}

// readHead reads what the next frame is and how long; it fits into buf.
func readHead(r io.Reader, buf []byte) (kind byte, n int, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, &brokenStream{err}
	}
	n = int(binary.BigEndian.Uint32(head[1:]))
	if n > len(buf) {
		return 0, 0, engine.Failf(engine.ClassIO, "the stream has a frame of %d bytes; %d is the most", n, len(buf))
	}
	return head[0], n, nil
}

func readPayload(r io.Reader, kind byte, buf []byte) ([]byte, error) {
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, &brokenStream{err}
	}
	if kind == frameFail {
		return nil, failureOf(buf)
	}
	return buf, nil
}

func failureOf(raw []byte) error {
	var f wire.Failure
	if err := json.Unmarshal(raw, &f); err != nil {
		return engine.Failf(engine.ClassIO, "the stream tells a failure that cannot be read: %w", err)
	}
	return wire.Reply{Failure: &f}.Decode(nil)
}

// expect reads a frame of one kind into v; nil ignores the payload.
func expect(r io.Reader, buf []byte, want byte, v any) error {
	kind, payload, err := readFrame(r, buf)
	switch {
	case err != nil:
		return err
	case kind != want:
		return unexpected(kind, want)
	case v == nil:
		return nil
	}
	return decodeFrame(payload, v)
}

func unexpected(kind, want byte) error {
	return engine.Failf(engine.ClassIO, "the stream has a frame %q where %q is due", kind, want)
}

func decodeFrame(payload []byte, v any) error {
	if err := json.Unmarshal(payload, v); err != nil {
		return engine.Fail(engine.ClassIO, fmt.Errorf("the stream has a frame that cannot be read: %w", err))
	}
	return nil
}

// RefuseCopy tells a waiting task, in place of a stream, why none will come.
func RefuseCopy(w io.Writer, cause error) error {
	return writeMessage(w, frameFail, wire.Encode(nil, cause).Failure)
}
