package engine

import (
	"bytes"
	"io"
)

// Writer hides secrets on their way to w, also where one is cut between two writes: it holds back as many bytes as the
// longest of them has, until Close.
func (m *Mask) Writer(w io.Writer) io.WriteCloser {
	if m == nil {
		return unmasked{w}
	}
	return &maskWriter{mask: m, to: w}
}

type unmasked struct{ io.Writer }

func (unmasked) Close() error { return nil }

type maskWriter struct {
	mask *Mask
	to   io.Writer
	held []byte
	// covered is how many bytes at the beginning of held belong to a secret that began before.
	covered int
	// hiding tells that the last byte passed was of a secret: its mask is written.
	hiding bool
}

func (w *maskWriter) Write(p []byte) (int, error) {
	w.held = append(w.held, p...)
	// What begins in front of keep ends inside held.
	if keep := len(w.held) - w.mask.longest + 1; keep > 0 {
		if err := w.pass(keep); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close writes what was held back.
func (w *maskWriter) Close() error { return w.pass(len(w.held)) }

// pass writes the first n held bytes, masked.
func (w *maskWriter) pass(n int) error {
	hidden := w.hidden()
	var out []byte
	for i := range n {
		switch {
		case !hidden[i]:
			out = append(out, w.held[i])
		case !w.hiding:
			out = append(out, masked...)
		}
		w.hiding = hidden[i]
	}
	w.covered = 0
	for w.hiding && n+w.covered < len(w.held) && hidden[n+w.covered] {
		w.covered++
	}
	w.held = append(w.held[:0], w.held[n:]...)
	_, err := w.to.Write(out)
	return err
}

// hidden tells of each held byte whether it belongs to a secret. Secrets may overlap.
func (w *maskWriter) hidden() []bool {
	out := make([]bool, len(w.held))
	for i := range w.covered {
		out[i] = true
	}
	for _, form := range w.mask.forms {
		for from := 0; ; {
			i := bytes.Index(w.held[from:], form)
			if i < 0 {
				break
			}
			for j := range form {
				out[from+i+j] = true
			}
			from += i + 1
		}
	}
	return out
}
