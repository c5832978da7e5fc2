package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// record is the file of a mutating attempt: the intent, and from the next block on the receipt. What is not written
// yet is NUL, which no JSON holds, so what a cut of power left half-written is told from what is whole, whichever
// sectors got to the disk; it counts as not written, since nobody went on from it. Written so, an intent and a
// receipt cost one wait for the disk each: the receipt overwrites bytes that are there and have their name.
type record struct {
	durable
	path string
}

const (
	recordBlock        = 4 << 10
	reservedForReceipt = 64 << 10
)

func blocks(n int64) int64 { return (n + recordBlock - 1) / recordBlock * recordBlock }

// begin writes the intent and the room of the receipt. The names of the file and its directories are the caller's.
func (r record) begin(in Intent) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	at := blocks(int64(len(raw)))
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return classed(r.path, err)
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, at+reservedForReceipt); err != nil && !errors.Is(err, syscall.EOPNOTSUPP) {
		return classed(r.path, err)
	}
	text := make([]byte, at+recordBlock)
	copy(text, raw)
	if _, err := f.Write(text); err != nil {
		return classed(r.path, err)
	}
	if err := r.synced(f, (*os.File).Sync); err != nil {
		return classed(r.path, err)
	}
	return nil
}

// end writes the receipt behind the intent.
func (r record) end(receipt engine.Receipt) error {
	raw, err := json.Marshal(receipt)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(r.path, os.O_RDWR, 0)
	if err != nil {
		return classed(r.path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return classed(r.path, err)
	}
	_, at, err := whole(text, new(Intent))
	if err != nil {
		return classed(r.path, err)
	}
	if _, err := f.WriteAt(raw, blocks(at)); err != nil {
		return classed(r.path, err)
	}
	if err := r.synced(f, datasync); err != nil {
		return classed(r.path, err)
	}
	return nil
}

// datasync makes bytes durable that a file had room for already.
func datasync(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// read gives nil for what is not there.
func (r record) read() (*Intent, *engine.Receipt, error) {
	text, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var in Intent
	ok, at, err := whole(text, &in)
	if err != nil || !ok {
		return nil, nil, r.damaged(err)
	}
	var receipt engine.Receipt
	ok, _, err = whole(text[min(blocks(at), int64(len(text))):], &receipt)
	if err != nil || !ok {
		return &in, nil, r.damaged(err)
	}
	return &in, &receipt, nil
}

func (r record) damaged(err error) error {
	if err == nil {
		return nil
	}
	return engine.Failf(engine.ClassIO, "node state %s: %w", r.path, err)
}

// whole decodes the value at the head of text and gives its length. A value that is absent or half-written is no
// error; one that is damaged is.
func whole(text []byte, v any) (ok bool, n int64, err error) {
	text, _, _ = bytes.Cut(text, []byte{0})
	d := json.NewDecoder(bytes.NewReader(text))
	switch err := d.Decode(v); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return false, 0, nil
	case err != nil:
		return false, 0, err
	}
	return true, d.InputOffset(), nil
}
