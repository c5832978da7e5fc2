package command

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestMain lets this binary stand for a program that tells what it was given: every argument, the variable of its
// name, standard input, the directory, each in hex on a line of its own.
func TestMain(m *testing.M) {
	if os.Getenv("COMMAND_TEST_ECHO") == "" {
		os.Exit(m.Run())
	}
	in, _ := io.ReadAll(os.Stdin)
	dir, _ := os.Getwd()
	for _, s := range append([]string{os.Getenv("VALUE"), string(in), dir}, os.Args[1:]...) {
		fmt.Println(hex.EncodeToString([]byte(s)))
	}
	os.Exit(0)
}

// local is a real machine: programs run by os/exec, files from the root.
type local struct {
	enginetest.Ground
	calls [][]string
}

func (l *local) Root() string { return "/" }

func (l *local) Exec(ctx context.Context, c engine.Command) (engine.Result, error) {
	l.calls = append(l.calls, c.Argv)
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.Env = &out, &errs, c.Dir, append(os.Environ(), c.Env...)
	if c.Stdin != nil {
		cmd.Stdin = bytes.NewReader(c.Stdin)
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return engine.Result{}, engine.Fail(engine.ClassIO, err)
	}
	return engine.Result{Code: cmd.ProcessState.ExitCode(), Stdout: out.Bytes(), Stderr: errs.Bytes()}, ctx.Err()
}

func view(t *testing.T, g engine.Ground, actual bool) *engine.View {
	k := Run()
	v := engine.NewView(&k, g, engine.NewFacts(nil), "20261122T010203Z-k7", "vellum-1")
	v.Actual, v.Log = actual, t.Logf
	return v
}

// apply plans and applies on the local machine as a task does: Same is not applied.
func (l *local) apply(t *testing.T, r *run) (engine.Change, engine.Output, error) {
	t.Helper()
	v := view(t, l, true)
	c, err := r.Plan(t.Context(), v)
	if err != nil || c.Sign == engine.Same {
		return c, engine.Output{}, err
	}
	out, err := r.Apply(t.Context(), engine.NewHost(v, enginetest.Marks{}), c)
	return c, out, err
}

// decode reads arguments as they come over the wire.
func decode(t *testing.T, args string) *run {
	t.Helper()
	k := Run()
	s, err := k.Step(json.RawMessage(args))
	if err != nil {
		t.Fatal(err)
	}
	return s.(*run)
}
