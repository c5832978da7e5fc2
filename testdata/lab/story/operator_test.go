package story

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every waiting; nothing here rests on how long it takes.
const patience = 3 * time.Minute

// person is one operator: a state directory of its own.
type person struct {
	t     *testing.T
	site  string
	state string
}

func operator(t *testing.T) person {
	s := person{t, labDir + "/site.yaml", t.TempDir()}
	t.Cleanup(s.leave)
	return s
}

// leave frees the nodes for the next test when this one failed half-way.
func (s person) leave() {
	if s.t.Failed() && s.newest() != "" {
		_ = s.command("cancel", s.id()).Run()
		_ = s.command("abandon", s.id(), "--yes").Run()
	}
}

func (s person) command(args ...string) *exec.Cmd {
	args = append([]string{"--site", s.site, "--state", s.state}, args...)
	cmd := exec.Command(binary, args...)
	cmd.Dir = s.t.TempDir()
	return cmd
}

// run runs tidemark and gives all that it printed and its status.
func (s person) run(args ...string) (string, int) {
	s.t.Helper()
	began := time.Now()
	cmd := s.command(args...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	s.t.Logf("%4.0f s  tidemark %s → %d", time.Since(began).Seconds(), strings.Join(args, " "), cmd.ProcessState.ExitCode())
	return string(out), cmd.ProcessState.ExitCode()
}

// must is run that has to end with status 0.
func (s person) must(args ...string) string {
	s.t.Helper()
	out, code := s.run(args...)
	if code != 0 {
		s.t.Fatalf("tidemark %s: status %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// refused is run that has to end with this status and say these words.
func (s person) refused(status int, words []string, args ...string) string {
	s.t.Helper()
	out, code := s.run(args...)
	if code != status {
		s.t.Fatalf("tidemark %s: status %d, want %d\n%s", strings.Join(args, " "), code, status, out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			s.t.Errorf("tidemark %s does not say %q:\n%s", strings.Join(args, " "), w, out)
		}
	}
	return out
}

// process is a tidemark that runs.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	out  *output
	done chan struct{}
}

// output is what a living process has printed so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// start starts tidemark as a process without a shell between: a signal reaches it alone.
func (s person) start(args ...string) *process {
	s.t.Helper()
	p := &process{s.t, strings.Join(args, " "), s.command(args...), &output{}, make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	s.t.Cleanup(p.kill)
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) interrupt() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatalf("tidemark %s: %v\n%s", p.name, err, p.out)
	}
}

// wait waits for the end and gives the status.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("tidemark %s does not end:\n%s", p.name, p.out)
	}
	return p.cmd.ProcessState.ExitCode()
}

// until waits until it is so, as long as the process lives.
func (p *process) until(what string, so func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.done:
			if so() {
				return
			}
			p.t.Fatalf("tidemark %s ended (%v) before %s:\n%s", p.name, p.cmd.ProcessState, what, p.out)
		default:
		}
		if time.Now().After(end) {
			p.t.Fatalf("tidemark %s: still not %s:\n%s", p.name, what, p.out)
		}
	}
}

// event is what the tests read of a line of a journal.
type event struct {
	Type, Task, Node, Outcome, Message, Reason string
	Attempt                                    int
}

// newest is the directory of the operator's newest run; "" is none. Of two runs of one second the ids do not tell.
func (s person) newest() (dir string) {
	names, _ := filepath.Glob(filepath.Join(s.state, "runs/*/journal.jsonl"))
	var since time.Time
	for _, name := range names {
		plan, err := os.Stat(filepath.Join(filepath.Dir(name), "plan.json")) // written once
		if err == nil && !plan.ModTime().Before(since) {
			dir, since = filepath.Dir(name), plan.ModTime()
		}
	}
	return dir
}

// id is the newest run's.
func (s person) id() string { return filepath.Base(s.newest()) }

// events are those of the newest run, as far as their lines are whole.
func (s person) events() []event {
	raw, _ := os.ReadFile(filepath.Join(s.newest(), "journal.jsonl"))
	var out []event
	for line := range bytes.Lines(raw) {
		var e event
		if json.Unmarshal(line, &e) == nil {
			out = append(out, e)
		}
	}
	return out
}

// seen counts events of a type, of tasks that begin with the text.
func (s person) seen(kind, task string) int {
	n := 0
	for _, e := range s.events() {
		if e.Type == kind && strings.HasPrefix(e.Task, task) {
			n++
		}
	}
	return n
}

// killAt starts tidemark and kills it with -9 as soon as its journal holds one more begin of the task.
func (s person) killAt(task string, args ...string) {
	s.t.Helper()
	p := s.startTo(task, args...)
	p.kill()
	s.t.Logf("tidemark %s: killed when %s began", p.name, task)
}

// startTo starts tidemark and comes back when the task begins in it.
func (s person) startTo(task string, args ...string) *process {
	s.t.Helper()
	run, before := s.newest(), s.seen("begin", task)
	p := s.start(args...)
	p.until(task+" began", func() bool {
		if args[0] == "run" {
			return s.newest() != run && s.seen("begin", task) > 0
		}
		return s.seen("begin", task) > before
	})
	return p
}
