// Package monit asks and commands the node's monit: its XML status page first, the text of `monit summary`
// second. What is not recognised is unknown, never running.
package monit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"tidemark/engine"
)

// statusURL is where monit serves its status in the machine's own network.
const statusURL = "http://127.0.0.1:2812/_status?format=xml"

// callTimeout is the deadline of one command: monit is one thread and may be busy with a start program.
const callTimeout = 30 * time.Second

// ErrNoDaemon is in every error that says that monit does not run.
var ErrNoDaemon = errors.New("the monit daemon is not running")

// Monit is the monit of one node.
type Monit struct{ asker engine.Asker }

// New is the monit of the node behind a.
func New(a engine.Asker) *Monit { return &Monit{asker: a} }

// Reads is what the reading methods of Monit ask, for a kind's Reads.
func Reads() []engine.Read {
	return []engine.Read{
		{Get: statusURL},
		{Argv: []string{"monit", "summary"}},
		{Argv: []string{"monit", "summary", "-g", "*"}},
	}
}

// Services lists all services of the node with their groups.
func (m *Monit) Services(ctx context.Context) ([]Service, error) {
	rc, err := readRC(m.asker)
	if err != nil {
		return nil, err
	}
	data, xmlErr := m.asker.Get(ctx, statusURL, rc.user, rc.password)
	if xmlErr == nil {
		services, err := parseXML(data)
		if err == nil {
			return rc.complete(services), nil
		}
		xmlErr = err
	}
	out, err := m.summary(ctx)
	if errors.Is(err, ErrNoDaemon) {
		return nil, err
	}
	if err != nil && errors.Is(xmlErr, syscall.ECONNREFUSED) {
		return nil, unheard(err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (and its status page: %w)", err, xmlErr)
	}
	services, err := parseText(out)
	return rc.complete(services), err
}

// unheard: monit serves its status page as long as it runs, and nobody listens there. What the command says besides may be of the
// dry run, behind whose fence it cannot open its log.
func unheard(err error) error {
	said := fmt.Errorf("%w: nobody listens at 127.0.0.1:2812 (and %w)", ErrNoDaemon, err)
	return engine.WithNext(engine.Fail(engine.ClassConnect, said), "start it: systemctl start monit; if it runs, let its `set httpd` name port 2812")
}

// Group lists the services of a group: by monit's configuration, which a dry run can read, else as the command
// counts them. (The command opens monit's log for writing, so it does not run behind the fence of a dry run.)
func (m *Monit) Group(ctx context.Context, group string) ([]Service, error) {
	if err := target(group); err != nil {
		return nil, err
	}
	all, err := m.Services(ctx)
	if err != nil {
		return nil, err
	}
	if known := members(all, group); len(known) > 0 {
		return known, nil
	}
	out, err := m.summary(ctx, "-g", group)
	if err != nil {
		return nil, err
	}
	rows, err := parseText(out)
	if err != nil {
		return nil, err
	}
	return pick(all, rows)
}

func members(all []Service, group string) []Service {
	var out []Service
	for _, s := range all {
		if slices.Contains(s.Groups, group) {
			out = append(out, s)
		}
	}
	return out
}

// pick finds the rows of a text among the services; the text cuts long names.
func pick(all, rows []Service) ([]Service, error) {
	var out []Service
	for _, r := range rows {
		var hits []Service
		for _, s := range all {
			if s.Name == r.Name || strings.HasSuffix(r.Name, cutMark) && strings.HasPrefix(s.Name, strings.TrimSuffix(r.Name, cutMark)) {
				hits = append(hits, s)
			}
		}
		if len(hits) != 1 {
			return nil, engine.Failf(engine.ClassIO, "monit: %q stands for %d services", r.Name, len(hits))
		}
		out = append(out, hits[0])
	}
	return out, nil
}

// actions are what Do can ask of monit.
func actions() []string { return []string{"stop", "start", "restart", "monitor", "unmonitor"} }

// Do asks monit for an action on a service or a whole group. It returns when monit has taken the order: nothing has
// happened yet, the status must prove it. Without a running daemon nothing is sent: the client would then start
// and stop programs on its own, and ignore `monitor`.
func (m *Monit) Do(ctx context.Context, action, name string, group bool) error {
	if err := target(name); err != nil {
		return err
	}
	if !slices.Contains(actions(), action) {
		return engine.Failf(engine.ClassPrecondition, "monit: no action %q", action)
	}
	if _, err := m.Services(ctx); err != nil {
		return err
	}
	_, err := m.run(ctx, Argv(action, name, group)[1:]...)
	return err
}

// Argv is the exact command of Do.
func Argv(action, name string, group bool) []string {
	if group {
		return []string{"monit", action, "-g", name}
	}
	return []string{"monit", action, name}
}

func target(name string) error {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " \t\n\x00") {
		return engine.Failf(engine.ClassPrecondition, "monit: %q is not the name of a service or group", name)
	}
	return nil
}

func (m *Monit) summary(ctx context.Context, args ...string) (string, error) {
	return m.run(ctx, append([]string{"summary"}, args...)...)
}

func (m *Monit) run(ctx context.Context, args ...string) (string, error) {
	argv := append([]string{"monit"}, args...)
	r, err := m.asker.Exec(ctx, engine.Command{Argv: argv, Space: engine.Machine, Timeout: callTimeout})
	if err != nil {
		return "", engine.Fail(engine.ClassOf(err), fmt.Errorf("%s: %w", strings.Join(argv, " "), err))
	}
	if r.Code == 0 {
		return string(r.Stdout), nil
	}
	return "", refused(argv, r)
}

// refused explains a status other than 0: no daemon, no such service or group.
func refused(argv []string, r engine.Result) error {
	words := strings.TrimSpace(string(r.Stderr) + "\n" + string(r.Stdout))
	if strings.Contains(words, "daemon is not running") {
		return engine.WithNext(engine.Fail(engine.ClassConnect, ErrNoDaemon), "start it: systemctl start monit")
	}
	e := &engine.Error{Class: engine.ClassExit, Exit: r.Code, Err: fmt.Errorf("%s: exit %d: %s", strings.Join(argv, " "), r.Code, clip(words))}
	if strings.Contains(words, "not found") || strings.Contains(words, "no service named") {
		e.Class, e.Next = engine.ClassPrecondition, "look at the names with: monit summary"
	}
	return e
}

// clip bounds monit's words in a message.
func clip(s string) string {
	if s == "" {
		return "without a word"
	}
	return s[:min(len(s), 300)]
}
