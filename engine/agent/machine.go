package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tidemark/engine"
)

// Machine is the real ground: programs, sockets and files of this node.
type Machine struct {
	// Netns is the namespace behind engine.Signaling; "" is the machine's own.
	Netns string
	// User runs commands that name none; "" is the agent's own.
	User    string
	Clients map[string]engine.Client
	// Mask hides secrets in what commands print, before anything is kept of it.
	Mask *engine.Mask

	programs programs // of executable kinds
	fenced   bool     // this process is behind the fence of the dry run

	dir   string   // the room of the task's attempt; "" while planning
	lock  *os.File // inherited by commands, so that what a task started counts as the task
	space *worker
}

// maxOutput bounds what is kept of a command's output; what is beyond is cut in the middle of nothing vital.
const maxOutput = 16 << 20

// Root is the file system's root.
func (m *Machine) Root() string { return "/" }

// Close ends the sessions to servers.
func (m *Machine) Close() {
	for _, c := range m.Clients {
		c.Close()
	}
}

// Exec runs a command to its end. Its time is bounded; a command that does not end in time is killed with all
// processes of its group, and the error is of class timeout.
func (m *Machine) Exec(ctx context.Context, c engine.Command) (engine.Result, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd, out, errs, err := m.command(ctx, c)
	if err != nil {
		return engine.Result{}, err
	}
	hidden, hiddenErrs := m.Mask.Writer(out), m.Mask.Writer(errs)
	cmd.Stdout, cmd.Stderr = hidden, hiddenErrs
	if err := m.in(c.Space, cmd.Start); err != nil {
		return engine.Result{}, notStarted(c, err)
	}
	err = cmd.Wait()
	_, _ = hidden.Close(), hiddenErrs.Close() // into memory
	if c.Daemon && errors.Is(err, exec.ErrWaitDelay) {
		err = nil // what it started keeps the output open, as daemons do
	}
	r := engine.Result{Code: cmd.ProcessState.ExitCode(), Stdout: out.Bytes(), Stderr: errs.Bytes()}
	if ctx.Err() != nil {
		return r, &engine.Error{Class: engine.ClassOf(ctx.Err()), Err: cutShort(ctx, c, limit)}
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return r, engine.Failf(engine.ClassIO, "%s: %w", c.Argv[0], err)
	}
	if r.Code < 0 {
		return r, engine.Failf(engine.ClassIO, "%s: ended by a signal (%s)", c.Argv[0], cmd.ProcessState)
	}
	return r, nil
}

func notStarted(c engine.Command, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is not on this node", c.Argv[0]), "install it, or correct PATH for non-interactive logins")
	}
	return engine.Failf(engine.ClassIO, "%s: %w", c.Argv[0], err)
}

func (m *Machine) command(ctx context.Context, c engine.Command) (*exec.Cmd, *limited, *limited, error) {
	if len(c.Argv) == 0 {
		return nil, nil, nil, engine.Failf(engine.ClassPrecondition, "a command needs at least its name")
	}
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	out, errs := &limited{left: maxOutput}, &limited{left: maxOutput}
	cmd.Dir = c.Dir
	if c.Stdin != nil {
		cmd.Stdin = bytes.NewReader(c.Stdin)
	}
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	if m.lock != nil && !c.Daemon {
		cmd.ExtraFiles = []*os.File{m.lock}
	}
	return cmd, out, errs, m.drop(cmd, c.User)
}

// drop gives the command the named user's rights.
func (m *Machine) drop(cmd *exec.Cmd, name string) error {
	if name == "" {
		name = m.User
	}
	if name == "" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return engine.Failf(engine.ClassPrecondition, "user %q: %w", name, err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	if int(uid) == os.Geteuid() {
		return nil
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	cmd.Env = append(cmd.Env, "HOME="+u.HomeDir, "USER="+name, "LOGNAME="+name)
	return nil
}

// limited keeps the first bytes of an output, and notes that there was more. The buffer is no part of its methods: one
// that reads by itself would know no bound.
type limited struct {
	kept bytes.Buffer
	left int
	cut  bool
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.cut = l.cut || n < len(p)
	l.kept.Write(p[:n])
	return len(p), nil
}

// Bytes is what was kept.
func (l *limited) Bytes() []byte { return l.kept.Bytes() }

// Query asks the client of the query's system.
func (m *Machine) Query(ctx context.Context, q engine.Query) ([]engine.Row, error) {
	c := m.Clients[q.System]
	if c == nil {
		return nil, engine.Failf(engine.ClassPrecondition, "no client for %q", q.System)
	}
	return c.Query(ctx, m.dial, q)
}

func (m *Machine) dial(ctx context.Context, space engine.Space, network, address string) (io.ReadWriteCloser, error) {
	var conn net.Conn
	err := m.in(space, func() (err error) {
		conn, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
		return err
	})
	if err != nil {
		return nil, engine.Failf(engine.ClassConnect, "%w", err)
	}
	return conn, nil
}

// Listens connects and closes; "connection refused" is a clear no, everything else that fails is an error.
func (m *Machine) Listens(ctx context.Context, space engine.Space, address string) (bool, error) {
	conn, err := m.dial(ctx, space, "tcp", address)
	switch {
	case err == nil:
		return true, conn.Close()
	case errors.Is(err, syscall.ECONNREFUSED):
		return false, nil
	}
	return false, err
}

// Get fetches from the machine's own namespace; redirects and proxies are not followed.
func (m *Machine) Get(ctx context.Context, url, name, password string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, engine.Fail(engine.ClassPrecondition, err)
	}
	if name != "" {
		req.SetBasicAuth(name, password)
	}
	client := &http.Client{
		Timeout: 15 * time.Second, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, engine.Fail(engine.ClassConnect, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxOutput))
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &engine.Error{Class: engine.ClassExit, Exit: resp.StatusCode, Err: fmt.Errorf("GET %s: %s", strings.Split(url, "?")[0], resp.Status)}
	}
	return body, nil
}

// in runs do in the space: on this goroutine, or on the thread that lives in Cassandra's namespace.
func (m *Machine) in(space engine.Space, do func() error) error {
	if space == engine.Machine || m.Netns == "" {
		return do()
	}
	if m.space == nil {
		if err := m.Enter(); err != nil {
			return err
		}
	}
	return m.space.do(do)
}

// cutShort says why a command was ended: a cancel, or its time.
func cutShort(ctx context.Context, c engine.Command, limit time.Duration) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s: cancelled before its end", c.Argv[0])
	}
	return fmt.Errorf("%s: no end within %s", c.Argv[0], limit)
}
