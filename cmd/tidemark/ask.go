package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"sync"

	"tidemark/cmd/internal/view"
)

// asker answers the questions of confirm steps: by --yes, else by the operator, one at a time. It is nil where
// nobody could answer.
func (a *app) asker(sink view.Sink) func(context.Context, string) (bool, error) {
	if a.yes != "" {
		return func(_ context.Context, question string) (bool, error) {
			a.tell(sink, "%s yes (--yes)", view.Clean(question))
			return true, nil
		}
	}
	if !view.Terminal(a.stdin) || !view.Terminal(a.stderr) {
		return nil
	}
	var mu sync.Mutex
	return func(ctx context.Context, question string) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		if l, ok := sink.(*view.Live); ok {
			defer l.Suspend()()
		}
		fmt.Fprintf(a.stderr, "\n%s\nType yes to go on: ", view.Clean(question))
		return a.answer(ctx)
	}
}

// answer waits for a line from the operator, or for the end of the run.
func (a *app) answer(ctx context.Context) (bool, error) {
	line, err := a.line(ctx)
	return line == "yes", err
}

// line reads a line from the operator, unless the context ends first.
func (a *app) line(ctx context.Context) (string, error) {
	got := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		got <- strings.TrimSpace(line)
	}()
	select {
	case line := <-got:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
