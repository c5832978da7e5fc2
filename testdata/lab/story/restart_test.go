package story

import (
	"strings"
	"testing"
)

// restartBook has monit restart Cassandra.
const restartBook = `runbook: again
title: Restarts Cassandra
stages:
  - stage: again
    on: vellum
    steps:
      - {id: restart, monit: {action: restart, service: cassandra_process}, timeout: 3m}
`

// ordered is a monit that, when a restart is ordered for the first time, comes back only when it is let go.
const ordered = `#!/bin/sh
/root/monit "$@"
status=$?
if [ "$1" = restart ] && mkdir /root/ordered 2>/dev/null; then
  until [ -e /root/ordered/go ]; do sleep 0.1; done
fi
exit $status
`

// TestRestartIsOrderedOnce: controller and task are killed right behind the order, which leaves a state like the one before it.
// The restart is known by Cassandra's process, which is another one than before, and is not ordered again.
func TestRestartIsOrderedOnce(t *testing.T) {
	op, host := operator(t), "vellum-2"
	before, calls, starts := cassandraPID(t, host), counts(t)[host+" monit.log"], monitStarts(t, host)
	on(t, host, "mv /usr/bin/monit /root/monit")
	t.Cleanup(func() { on(t, host, "mv /root/monit /usr/bin/monit; rm -rf /root/ordered") })
	hand(t, host, "/usr/bin/monit", ordered)
	on(t, host, "chmod 755 /usr/bin/monit")
	p := op.start("run", written(t, "again.yaml", restartBook), "--limit", host, "--yes=lab")
	p.until("the restart is ordered", func() bool { return on(t, host, "ls -d /root/ordered 2>/dev/null || true") != "" })
	p.kill()
	killTask(t, host)
	on(t, host, "touch /root/ordered/go")
	out := op.must("resume", "--yes=lab")
	lab(t, "up")
	if after := cassandraPID(t, host); after == before {
		t.Errorf("Cassandra is still process %s:\n%s", before, out)
	}
	fresh := strings.TrimPrefix(counts(t)[host+" monit.log"], calls)
	if n := strings.Count(fresh, " restart cassandra_process"); n != 1 {
		t.Errorf("the restart was ordered %d times:\n%s\n%s", n, fresh, out)
	}
	if n := monitStarts(t, host) - starts; n != 1 {
		t.Errorf("monit started Cassandra %d times:\n%s", n, out)
	}
	if n := op.seen("begin", "again/restart@"); n != 1 {
		t.Errorf("the restart began %d times:\n%s", n, out)
	}
}

// cassandraPID is Cassandra's process on a host.
func cassandraPID(t *testing.T, host string) string {
	t.Helper()
	return strings.TrimSpace(on(t, host, "cat /var/run/cassandra/cassandra.pid"))
}

// monitStarts is how often monit has started Cassandra on a host, by its own log.
func monitStarts(t *testing.T, host string) int {
	t.Helper()
	return strings.Count(on(t, host, "cat /var/log/monit.log"), "'cassandra_process' start: ")
}
