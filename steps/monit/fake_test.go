package monit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// fake is a monit with a process and two programs, and the process itself. An action takes effect when the status
// was asked `slow` times after it.
type fake struct {
	t       *testing.T
	dir     string
	down    bool
	slow    int
	left    int // looks until the pending action ends
	pending string
	monitor map[string]int
	pid     int // 0: no process
	ignore  bool
	failing int    // what monit finds wrong with the process
	boot    int    // how often the machine was started
	outlive bool   // the stop script gives up: monit lets go, the process lives on
	each    func() // called at each look
	sent    []string
}

const (
	process  = "cassandra_process"
	program  = "poll_cassandra"
	lone     = "poll_cqlsh"
	confYAML = "listen_address: 10.0.0.1\nrpc_address: 10.0.0.1\n"
)

func newFake(t *testing.T) (*fake, *enginetest.Bench) {
	t.Helper()
	b := enginetest.NewBench(t)
	f := &fake{t: t, dir: b.Ground.Dir, slow: 3, monitor: map[string]int{process: 1, program: 1, lone: 1}}
	f.write("/etc/monit/monitrc", "set httpd port 2812 allow admin:monit\ncheck process cassandra_process with pidfile /run/cassandra.pid group cassandra\n"+
		"check program poll_cassandra with path /usr/bin/poll_cassandra group cassandra\n")
	f.write("/etc/cassandra/cassandra.yaml", confYAML)
	b.Ground.Open = map[string]bool{}
	b.Ground.OnGet, b.Ground.OnExec = f.page, f.exec
	f.start(100)
	return f, b
}

func (f *fake) write(path, text string) {
	f.t.Helper()
	path = filepath.Join(f.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) start(pid int) {
	f.pid = pid
	f.write("/run/cassandra.pid", fmt.Sprint(pid))
	f.write(fmt.Sprintf("/proc/%d/stat", pid), fmt.Sprintf("%d (java) S %s%d", pid, strings.Repeat("1 ", 18), 7000+pid+f.boot))
}

// reboot gives the process that the machine's start brings the number of the one before.
func (f *fake) reboot() {
	f.boot++
	f.start(f.pid)
}

func (f *fake) kill() {
	f.t.Helper()
	if err := os.RemoveAll(filepath.Join(f.dir, "/proc", fmt.Sprint(f.pid))); err != nil {
		f.t.Fatal(err)
	}
	f.pid = 0
}

func (f *fake) page(string) ([]byte, error) {
	if f.down {
		return nil, engine.Failf(engine.ClassConnect, "connection refused")
	}
	if f.each != nil {
		f.each()
	}
	f.tick()
	var b strings.Builder
	b.WriteString("<monit>")
	for _, name := range []string{process, program, lone} {
		kind, more := 7, ""
		if name == process {
			kind = 3
			if f.pid != 0 && f.monitor[name] == 1 {
				more = fmt.Sprintf("<pid>%d</pid>", f.pid)
			}
			if f.pending != "" {
				more += "<pendingaction>3</pendingaction>"
			}
		}
		if !strings.Contains(more, "pending") {
			more += "<pendingaction>0</pendingaction>"
		}
		status := 0
		if name == process && f.pid == 0 && f.monitor[name] != 0 {
			status = 512
		} else if name == process {
			status = f.failing
		}
		fmt.Fprintf(&b, "<service type=\"%d\"><name>%s</name><status>%d</status><monitor>%d</monitor>%s</service>", kind, name, status, f.monitor[name], more)
	}
	return []byte(b.String() + "</monit>"), nil
}

// tick brings the pending action a look nearer to its end.
func (f *fake) tick() {
	if f.pending == "" {
		return
	}
	if f.left--; f.left > 0 {
		return
	}
	switch f.pending {
	case "stop":
		f.monitor[process] = 0
		if !f.outlive {
			f.kill()
		}
	case "start":
		f.monitor[process] = 1
		f.start(200)
	case "restart":
		next := f.pid + 200
		f.kill()
		f.start(next)
	}
	f.pending = ""
}

func (f *fake) exec(argv []string) (engine.Result, error) {
	if f.down {
		return engine.Result{Code: 1, Stderr: []byte("Monit: the monit daemon is not running\n")}, nil
	}
	line := strings.Join(argv, " ")
	switch line {
	case "monit summary -g cassandra":
		return engine.Result{Stdout: []byte("Process 'cassandra_process' Running\nProgram 'poll_cassandra' Status ok\n")}, nil
	case "monit summary -g nosuch":
		return engine.Result{Code: 1, Stderr: []byte("Service group 'nosuch' not found\n")}, nil
	}
	f.sent = append(f.sent, line)
	if !f.ignore {
		f.act(argv[1], argv[len(argv)-1])
	}
	return engine.Result{}, nil
}

func (f *fake) act(action, name string) {
	services := []string{name}
	if name == "cassandra" {
		services = []string{process, program}
	}
	for _, s := range services {
		switch {
		case s == process && action != "monitor" && action != "unmonitor":
			f.pending, f.left = action, f.slow
		case action == "stop", action == "unmonitor":
			f.monitor[s] = 0
		default:
			f.monitor[s] = 1
			if s == process && f.pid == 0 {
				f.start(400)
			}
		}
	}
}
