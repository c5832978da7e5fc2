package agent

import "bytes"

// lineWriter hands on an output line by line. A line's end beyond the limit is dropped, and all beyond left.
type lineWriter struct {
	limit, left int
	line        func([]byte)
	kept        []byte
	open        bool
}

func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	if len(p) > w.left {
		p = p[:w.left]
	}
	w.left -= len(p)
	for len(p) > 0 {
		part, rest, ended := bytes.Cut(p, []byte("\n"))
		w.kept = append(w.kept, part[:min(len(part), w.limit-len(w.kept))]...)
		w.open = true
		if ended {
			w.end()
		}
		p = rest
	}
	return n, nil
}

// end hands on a last line that no newline ended.
func (w *lineWriter) end() {
	if w.open && w.line != nil {
		w.line(w.kept)
	}
	w.kept, w.open = nil, false
}
