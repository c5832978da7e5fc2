package main

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
)

// answer is standard output where it is no terminal. It takes whatever verbs write and remembers the first mistake, so
// that none has to look at every line's; what comes behind a mistake is dropped, since a text with a hole seems whole.
type answer struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

func (w *answer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		_, w.err = w.to.Write(p)
	}
	return len(p), nil
}

// lost says that a part of the answer could not be written. A reader who wants no more of it, such as head, loses nothing.
func (w *answer) lost() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil || errors.Is(w.err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("what was printed is not whole: %w", w.err)
}
