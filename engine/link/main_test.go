package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/wire"
)

// TestMain makes the test binary an agent when it is called as one, so that transports start a real process.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "agent" && os.Args[2] == "session" {
		if err := beAgent(os.Args[3], os.Args[4:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "prompt-controller" {
		promptController(os.Args[2])
		return
	}
	goleak.VerifyTestMain(m)
}

const testBuild = "test-1"

// beAgent serves fakeNode; the file <state>/hello replaces the hello line.
func beAgent(marker string, args []string) error {
	dir := os.Getenv("LINK_TEST_DIR")
	if i := slices.Index(args, "--state"); i >= 0 {
		dir = args[i+1]
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "hello")); err == nil {
		_, err = fmt.Printf("%s %s\n", marker, raw)
		return err
	}
	return agent.Serve(agent.Stdio(), &fakeNode{dir: dir, args: args}, marker, testBuild)
}

// fakeNode answers calls; what it embeds is nil, so that a call no test expects ends the handler.
type fakeNode struct {
	engine.Node
	dir  string
	args []string
}

func (f *fakeNode) State(_ context.Context, run string) (engine.NodeState, error) {
	return engine.NodeState{Build: testBuild + " " + run + " " + strings.Join(f.args, " "), Epoch: int64(os.Getpid())}, nil
}

func (f *fakeNode) Lock(_ context.Context, r engine.LockRequest) error {
	return &engine.Locked{Node: "n", Record: engine.LockRecord{Run: "other", Epoch: r.Epoch}}
}

func (f *fakeNode) Start(context.Context, engine.TaskSpec) (engine.TaskState, error) {
	return engine.TaskState{}, engine.WithNext(engine.Failf(engine.ClassSpace, "disk full"), "free space")
}

// Wait reports the agent's pid, then waits for the file "finish".
func (f *fakeNode) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (engine.TaskState, error) {
	report(engine.Progress{Done: int64(os.Getpid())})
	for ctx.Err() == nil {
		if _, err := os.Stat(filepath.Join(f.dir, "finish")); err == nil {
			return engine.TaskState{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: ref}}, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return engine.TaskState{}, ctx.Err()
}

func (f *fakeNode) Log(context.Context, engine.TaskRef) ([]byte, error) {
	return []byte(strings.Repeat("0123456789abcdef", 1<<18)), nil // 4 MiB
}

// Settle breaks off the answer, Cancel the whole agent.
func (f *fakeNode) Settle(context.Context, engine.TaskRef) error { panic(http.ErrAbortHandler) }

func (f *fakeNode) Cancel(context.Context, engine.TaskRef) (engine.Cancelled, error) {
	os.Exit(9)
	return engine.Cancelled{}, nil
}

// testDialer has short waits and the test binary as the agent.
func testDialer(t *testing.T, o Options) *Dialer {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Build = testBuild
	if o.Self == "" {
		o.Self = exe
	}
	d := NewDialer(o)
	d.times.first, d.times.max, d.times.grace = 10*time.Millisecond, 50*time.Millisecond, 500*time.Millisecond
	d.root, d.pkg = t.TempDir(), "/nonexistent/tidemark"
	d.home = d.root
	return d
}

func node(t *testing.T, d *Dialer, target Target) *Node {
	t.Helper()
	n := d.Node(target)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func wantClass(t *testing.T, err error, class engine.Class, text string) {
	t.Helper()
	if err == nil || engine.ClassOf(err) != class || !strings.Contains(err.Error()+"\n"+engine.NextOf(err), text) {
		t.Fatalf("error %v (class %s, next %q), want class %s and %q", err, engine.ClassOf(err), engine.NextOf(err), class, text)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path
}

func hello(version int, build string) string {
	raw, _ := json.Marshal(wire.Hello{Version: version, Build: build, PID: 1})
	return string(raw)
}
