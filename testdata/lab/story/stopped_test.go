package story

import (
	"fmt"
	"testing"
)

// stopBook has a step that takes long the first time, and one behind it that must never be done twice.
const stopBook = `runbook: stopped
title: Work whose process is stopped
stages:
  - stage: work
    on: sprout
    steps:
      - id: first
        run: {argv: [/bin/sh, -c, "echo first >>/root/stop.log; [ -e /root/stop.slow ] || { touch /root/stop.slow; sleep 100; }; touch /root/stop.done"], creates: /root/stop.done}
        timeout: %s
      - {id: second, run: {argv: [/bin/sh, -c, "echo second >>/root/stop.log"], redo: manual}}
`

// stopped starts that runbook and stops the process of its first task, as a debugger does, and with all also its command.
func stopped(t *testing.T, op person, timeout string, all bool) *process {
	t.Helper()
	on(t, "sprout-1", "rm -f /root/stop.*")
	p := op.startTo("work/first@sprout-1", "run", written(t, "stopped.yaml", fmt.Sprintf(stopBook, timeout)), "--yes=lab")
	p.until("first lives", func() bool { return on(t, "sprout-1", "pgrep -xf 'sleep 100' || true") != "" })
	signalParent(t, "sprout-1", "STOP")
	if all {
		on(t, "sprout-1", "pkill -STOP -xf 'sleep 100'")
	}
	return p
}

// TestStoppedTaskIsCancelled: the process of a task is stopped; cancel wakes it and ends it, and resume does the rest.
func TestStoppedTaskIsCancelled(t *testing.T) {
	op := operator(t)
	p := stopped(t, op, "5m", false)
	said(t, op.must("cancel"), "cancelled work/first@sprout-1\n")
	if code := p.wait(); code == 0 {
		t.Errorf("it ended with 0:\n%s", p.out)
	}
	op.must("resume", "--yes=lab")
	didOnceMore(t)
}

// didOnceMore looks that the task which was ended from outside left nothing that lives, and was done once more; and what stands
// behind it once.
func didOnceMore(t *testing.T) {
	t.Helper()
	if left := on(t, "sprout-1", "pgrep -axf 'sleep 100' || true"); left != "" {
		t.Errorf("there still lives\n%s", left)
	}
	if got := on(t, "sprout-1", "cat /root/stop.log"); got != "first\nfirst\nsecond\n" {
		t.Errorf("it did %q", got)
	}
}
