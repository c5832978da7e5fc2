package monit_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"tidemark/engine"
	"tidemark/steps/internal/monit"
)

// TestNoDaemonBehindTheFence: there the command cannot open its log, and says nothing of the daemon.
func TestNoDaemonBehindTheFence(t *testing.T) {
	m, g := bench(t, nil, "")
	g.OnExec = func([]string) (engine.Result, error) {
		return engine.Result{Code: 1, Stderr: []byte("Error opening the log file '/var/log/monit.log' for writing -- Read-only file system\n")}, nil
	}
	_, err := m.Services(t.Context())
	if err == nil || errors.Is(err, monit.ErrNoDaemon) {
		t.Errorf("a page that gives no reason: %v", err)
	}
	g.OnGet = func(string) ([]byte, error) {
		return nil, engine.Fail(engine.ClassConnect, fmt.Errorf("dial tcp: %w", syscall.ECONNREFUSED))
	}
	_, err = m.Services(t.Context())
	if !errors.Is(err, monit.ErrNoDaemon) || engine.ClassOf(err) != engine.ClassConnect || !strings.HasPrefix(err.Error(), monit.ErrNoDaemon.Error()+": nobody listens") ||
		!strings.HasPrefix(engine.NextOf(err), "start it: systemctl start monit") {
		t.Errorf("%v, next: %s", err, engine.NextOf(err))
	}
}
