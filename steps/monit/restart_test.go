package monit

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"tidemark/engine"
)

// dies ends an attempt behind its mark number after, as kill -9 does.
type dies struct {
	marks engine.Marks
	after int
}

var errKilled = errors.New("killed")

func (d *dies) Mark(key string) error {
	if err := d.marks.Mark(key); err != nil {
		return err
	}
	if d.after--; d.after == 0 {
		return errKilled
	}
	return nil
}

func (d *dies) Marked(key string) bool { return d.marks.Marked(key) }

// TestAKilledRestartIsSettledByItsProcess kills the attempt at each point and asks, as settling does, what is true: what was
// ordered is never ordered again, and what was not is.
func TestAKilledRestartIsSettledByItsProcess(t *testing.T) {
	for name, c := range map[string]struct {
		step action
		// marks is how many the attempt wrote, 0 all of them; then what happened before it was asked.
		marks int
		then  func(f *fake)
		want  engine.Sign
		says  string
	}{
		"before any mark":           {action{Service: process}, -1, nil, engine.Changes, ""},
		"behind the first mark":     {action{Service: process}, 1, nil, engine.Changes, ""},
		"before the order":          {action{Service: process}, 2, nil, engine.Changes, ""},
		"behind the order":          {action{Service: process}, 2, func(f *fake) { f.act("restart", process) }, engine.Same, ""},
		"of a group":                {action{Group: "cassandra"}, 2, func(f *fake) { f.act("restart", "cassandra") }, engine.Same, ""},
		"stopped and not started":   {action{Service: process}, 2, func(f *fake) { f.kill() }, engine.Changes, ""},
		"another boot, an equal id": {action{Service: process}, 2, func(f *fake) { f.reboot() }, engine.Same, ""},
		"new and not well":          {action{Service: process}, 2, func(f *fake) { f.act("restart", process); f.failing = 32 }, engine.NotKnown, "cassandra_process was restarted, and is: failing (32)"},
		"no process to be told by":  {action{Service: lone}, 1, nil, engine.NotKnown, "there is no process that would tell"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, b := newFake(t)
				c.step.Action = "restart"
				if c.marks > 0 {
					host := engine.NewHost(actual(b, Monit()), &dies{b.Marks, c.marks})
					if _, err := c.step.Apply(t.Context(), host, engine.Change{}); !errors.Is(err, errKilled) || len(f.sent) > 0 {
						t.Fatalf("%v, sent %q", err, f.sent)
					}
				}
				if c.then != nil {
					c.then(f)
				}
				got, err := planActual(b, &c.step)
				if err != nil || got.Sign != c.want || !strings.Contains(strings.Join(got.Unknown, "; "), c.says) {
					t.Errorf("%s %s %q, %v", got.Sign, got.Summary, got.Unknown, err)
				}
			})
		})
	}
}

// TestARestartThatFailedIsOrderedAgain: behind a known failure, or a person's word, the next attempt is what was approved.
func TestARestartThatFailedIsOrderedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		before  func(f *fake)
	}{
		"new and not well":     {process, func(f *fake) { f.act("restart", process); f.failing = 32 }},
		"no process to tell":   {lone, func(*fake) {}},
		"monit took the order": {process, func(f *fake) { f.kill() }},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, b := newFake(t)
			step := &action{Action: "restart", Service: c.service}
			approved, err := b.Plan(Monit(), step)
			if err != nil {
				t.Fatal(err)
			}
			services, err := step.services(t.Context(), actual(b, Monit()))
			if err := errors.Join(err, step.noteProcesses(engine.NewHost(actual(b, Monit()), b.Marks), services)); err != nil {
				t.Fatal(err)
			}
			c.before(f)
			now, err := planWith(b, step, false)
			if err := errors.Join(err, engine.Compare(approved, now, nil)); err != nil || now.Sign != engine.Changes {
				t.Errorf("%s: %s, %v", name, now.Sign, err)
			}
		})
	}
}

// TestAHalfRestartIsFinished: what it left of the service is nothing that was approved, and no reason to refuse the next attempt.
func TestAHalfRestartIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		step := &action{Action: "restart", Service: process}
		approved, err := b.Plan(Monit(), step)
		if err != nil {
			t.Fatal(err)
		}
		host := engine.NewHost(actual(b, Monit()), &dies{b.Marks, 2})
		if _, err := step.Apply(t.Context(), host, approved); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		f.kill()
		now, err := planActual(b, step)
		if err = errors.Join(err, engine.Compare(approved, now, nil)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Apply(Monit(), step); err != nil || !slices.Equal(f.sent, []string{"monit restart cassandra_process"}) || f.pid == 0 {
			t.Errorf("sent %q, process %d, %v", f.sent, f.pid, err)
		}
	})
}
