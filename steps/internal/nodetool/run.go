package nodetool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"tidemark/engine"
)

// maxClip bounds the words of a server that go into a message, in bytes.
const maxClip = 300

// run calls nodetool and returns its standard output. A status other than 0 is an error with nodetool's own words.
func (t *Tool) run(ctx context.Context, timeout time.Duration, args ...string) (string, error) {
	ctx, cancel := engine.Within(ctx, timeout)
	defer cancel()
	r, err := t.asker.Exec(ctx, engine.Command{Argv: argv(args), Space: engine.Signaling, Timeout: timeout})
	if err != nil {
		return "", t.broken(ctx, args, err)
	}
	out := withoutNoise(string(r.Stdout))
	if r.Code != 0 {
		return out, refused(args, r.Code, out, string(r.Stderr))
	}
	return out, nil
}

// broken explains a call that gave no status.
func (t *Tool) broken(ctx context.Context, args []string, err error) error {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "nodetool: not found on this node: %w", err),
			"install Cassandra's tools on this node, or put nodetool on root's PATH")
	case engine.ClassOf(err) == engine.ClassTimeout && ctx.Err() != nil:
		return engine.WithNext(engine.Failf(engine.ClassTimeout, "%s: %w; Cassandra may go on with it", line(args), context.Cause(ctx)),
			"look whether Cassandra hangs: ps -o stat,cmd -C java, and its system.log")
	}
	return engine.Fail(engine.ClassOf(err), fmt.Errorf("%s: %w", line(args), err))
}

// refused explains a status other than 0.
func refused(args []string, code int, stdout, stderr string) error {
	words := reason(stdout, stderr)
	e := &engine.Error{Class: engine.ClassExit, Exit: code, Err: fmt.Errorf("%s: exit %d: %s", line(args), code, words)}
	switch {
	case strings.Contains(words, "Failed to connect"), strings.Contains(words, "Server is not initialized yet"): // it is starting
		e.Class, e.Next = engine.ClassConnect, "Cassandra does not answer nodetool; look with: monit summary"
	case strings.Contains(words, "No space left on device"):
		e.Class, e.Next = engine.ClassSpace, "free space on Cassandra's file system"
	case strings.Contains(words, "already exists"), strings.Contains(words, "does not exist"):
		e.Class = engine.ClassPrecondition
	}
	return e
}

// reason finds the one line that says why: usage errors and "no such keyspace" stand on stdout, all else on stderr
// before a stack trace.
func reason(stdout, stderr string) string {
	for _, text := range []string{stderr, stdout} {
		for _, l := range strings.Split(text, "\n") {
			l = strings.TrimSpace(l)
			for _, start := range []string{"error: ", "nodetool: ", "Error: ", `Exception in thread "main" java.lang.IllegalArgumentException: `} {
				if rest, ok := strings.CutPrefix(l, start); ok {
					return clip(rest)
				}
			}
		}
	}
	for _, text := range []string{stderr, stdout} {
		if text = strings.TrimSpace(text); text != "" {
			return clip(text)
		}
	}
	return "without a word"
}

func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= maxClip {
		return s
	}
	return strings.ToValidUTF8(s[:maxClip], "") + " …"
}

// withoutNoise drops the `xss = …` lines that the script of Cassandra 2.x prints on stdout.
func withoutNoise(s string) string {
	for {
		first, rest, found := strings.Cut(s, "\n")
		if !found || !strings.HasPrefix(first, "xss = ") {
			return s
		}
		s = rest
	}
}
