package cassandra

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pending tells whether the commit log in dir holds anything that a start would replay, and where: after a drain, or
// an orderly stop, each segment has only empty sections (seen on 5.0.8, 4.1.10, 4.0.18). What cannot be read
// counts as pending; "" is nothing.
func pending(dir string) (string, error) {
	files, err := names(dir)
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if !strings.HasPrefix(f, "CommitLog-") || !strings.HasSuffix(f, ".log") {
			continue
		}
		why, err := segment(filepath.Join(dir, f))
		if err != nil {
			return "", err
		}
		if why != "" {
			return f + " " + why, nil
		}
	}
	return "", nil
}

// Sizes in a segment: version and id; the length of the parameters; a checksum; and a section's marker, which is
// the offset of the next section and a checksum. Zeros follow the last section.
const (
	segmentStart  = 4 + 8
	paramsLength  = 2
	checksum      = 4
	sectionMarker = 8
)

func segment(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return "", err // a segment that was made and never begun
	}
	params, whole := parameters(f)
	switch {
	case !whole:
		return "has no whole header", nil // a short file is the finding
	case len(params) == 0:
		return onlyZeros(f, 0) // allocated, never begun
	}
	empty := int64(sectionMarker)
	switch {
	case encrypted(params):
		return "is encrypted, so it cannot be told that it is empty", nil
	case bytes.Contains(params, []byte("compressionClass")):
		empty += 4 // the length of what was compressed
	}
	return sections(f, segmentStart+paramsLength+int64(len(params))+checksum, empty)
}

// parameters are what a segment's header says of how it is written, as JSON; none in one that was never begun.
func parameters(f *os.File) (params []byte, whole bool) {
	head := make([]byte, segmentStart+paramsLength)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, false
	}
	params = make([]byte, binary.BigEndian.Uint16(head[segmentStart:]))
	_, err := f.ReadAt(params, int64(len(head)))
	return params, err == nil
}

// sections walks from marker to marker; a section longer than its own head holds rows.
func sections(f *os.File, at, empty int64) (string, error) {
	for {
		marker := make([]byte, sectionMarker)
		if _, err := f.ReadAt(marker, at); err != nil {
			if errors.Is(err, io.EOF) {
				return "", nil
			}
			return "", err
		}
		next := int64(binary.BigEndian.Uint32(marker))
		switch {
		case next == 0:
			return onlyZeros(f, at)
		case next-at > empty || next <= at:
			return fmt.Sprintf("holds changes that are not flushed (a section of %d bytes at %d)", next-at, at), nil
		}
		at = next
	}
}

// onlyZeros looks for rows that were written but not yet closed by a section: a kill leaves such.
func onlyZeros(f *os.File, at int64) (string, error) {
	buf := make([]byte, 1<<18)
	for {
		n, err := f.ReadAt(buf, at)
		if !allZero(buf[:n]) {
			return "holds changes that were never synced", nil
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
	}
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// encrypted tells by a segment's parameters.
func encrypted(params []byte) bool { return bytes.Contains(params, []byte("encCipher")) }
