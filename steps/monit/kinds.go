// Package monit has the kinds that command monit on a node and wait for what it says. Monit's word alone is never
// taken for "stopped": there a process that lost its pid file has stopped, so ports and processes are asked, too.
package monit

import (
	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/monit"
)

// Kinds lists the kinds of this package.
func Kinds() []engine.Kind { return []engine.Kind{Monit(), WaitMonit()} }

// cassandraProcess is what monit calls Cassandra on a Clearwater node.
const cassandraProcess = "cassandra_process"

// factClean is the key of the fact that Cassandra was drained since its last start; every start ends it.
const factClean = "cassandra.clean"

// factOf is the key of the fact that says a service's state.
func factOf(service string) string { return "monit." + service }

// The values of a service's fact. Running and stopped are for processes; the others for all services.
const (
	running     = "running"
	stopped     = "stopped"
	monitored   = "monitored"
	unmonitored = "unmonitored"
	changing    = "changing" // an action has not ended
	unknown     = "unknown"
)

// probe says a service's state from monit's status and, where monit has let go of a process, from the process.
func probe(a engine.Asker, s monit.Service) (string, error) {
	switch {
	case s.Monitor == monit.Unknown || s.Pending == monit.Unknown || s.Status == monit.Unknown:
		return unknown, nil
	case s.Pending != 0:
		return changing, nil
	case s.NotMonitored():
		return letGo(a, s)
	case s.Type == monit.TypeProcess && s.Good():
		return running, nil
	}
	return monitored, nil
}

// letGo tells a stopped process from one that only nobody looks after: "not monitored" means either.
func letGo(a engine.Asker, s monit.Service) (string, error) {
	if s.Type != monit.TypeProcess {
		return unmonitored, nil
	}
	m := monit.New(a)
	pid, err := m.PID(s)
	if err != nil {
		return "", err
	}
	alive, err := m.Alive(pid)
	if err != nil || alive {
		return unmonitored, err
	}
	if s.Name == cassandraProcess {
		pids, err := cassconf.Processes(a)
		if err != nil || len(pids) > 0 {
			return unmonitored, err
		}
	} else if s.PIDFile == "" {
		return unmonitored, nil // which process it would be, nobody knows
	}
	return stopped, nil
}
