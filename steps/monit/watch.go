package monit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/monit"
	"tidemark/steps/internal/poll"
)

// watch remembers over the looks of one task which processes it saw.
type watch struct {
	*wait
	asker engine.Asker
	monit *monit.Monit
	seen  map[int]bool
	last  monit.Service
}

func (s *wait) watch(a engine.Asker) *watch {
	return &watch{wait: s, asker: a, monit: monit.New(a), seen: map[int]bool{}}
}

func (w *watch) out(state string) ServiceOut {
	return ServiceOut{Name: w.Service, State: state, PID: w.last.PID}
}

// look lists what stands in the way now. What monit cannot answer for a moment does; that it does not run at all is
// an error.
func (w *watch) look(ctx context.Context) ([]string, error) {
	services, err := one(ctx, w.monit, w.Service)
	switch {
	case err != nil && (poll.Fatal(err) || errors.Is(err, monit.ErrNoDaemon)):
		return nil, err
	case err != nil:
		return unseen(err), nil
	}
	w.last = services[0]
	if w.PIDFile != "" {
		w.last.PIDFile = w.PIDFile
	}
	alive, err := w.alive()
	if err != nil {
		return unseen(err), nil
	}
	missing := w.says(alive)
	more, err := w.evidence(ctx, alive)
	return append(missing, more...), err
}

// unseen is what cannot be looked at for a moment: it stands in the way like what is seen there.
func unseen(err error) []string { return []string{err.Error()} }

// alive are the processes that were ever seen under this service and still live.
func (w *watch) alive() ([]int, error) {
	pid, err := w.monit.PID(w.last)
	if err != nil {
		return nil, err
	}
	for _, p := range []int{pid, w.last.PID} {
		if p != 0 {
			w.seen[p] = true
		}
	}
	var out []int
	for _, p := range slices.Sorted(maps.Keys(w.seen)) {
		alive, err := w.monit.Alive(p)
		if err != nil {
			return nil, err
		}
		if alive {
			out = append(out, p)
		}
	}
	return out, nil
}

// says compares monit's own words.
func (w *watch) says(alive []int) []string {
	ok := false
	switch w.State {
	case stopped, unmonitored:
		ok = w.last.NotMonitored()
	case monitored:
		ok = w.last.Monitor > 0 && w.last.Pending == 0
	case running:
		ok = w.last.Good() && (w.last.Type != monit.TypeProcess || w.last.PID > 0 || len(alive) > 0)
	}
	if ok {
		return nil
	}
	return []string{"monit says: " + w.last.Words()}
}

// evidence adds what can be seen without monit.
func (w *watch) evidence(ctx context.Context, alive []int) ([]string, error) {
	if w.State != stopped && w.State != running {
		return nil, nil
	}
	var out []string
	for _, address := range w.Ports {
		open, err := w.asker.Listens(ctx, w.space(), endpoint(address))
		switch {
		case err != nil:
			out = append(out, fmt.Sprintf("port %s: %v", address, err))
		case open != (w.State == running):
			out = append(out, fmt.Sprintf("port %s is %s", address, map[bool]string{true: "open", false: "closed"}[open]))
		}
	}
	if w.State == running {
		return out, nil
	}
	for _, pid := range alive {
		out = append(out, fmt.Sprintf("process %d lives", pid))
	}
	more, err := w.cassandra(ctx)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, err
}

// cassandra lists what of Cassandra itself still stands: an init script that gave up may have removed the pid file.
func (w *watch) cassandra(ctx context.Context) ([]string, error) {
	if w.Service != cassandraProcess {
		return nil, nil
	}
	config, err := cassconf.Read(w.asker, "")
	if err != nil {
		return nil, err
	}
	standing, err := config.Standing(ctx, w.asker)
	if err != nil {
		return unseen(err), nil
	}
	return standing, nil
}

func (w *watch) space() engine.Space {
	if w.Service == cassandraProcess {
		return engine.Signaling
	}
	return engine.Machine
}

// endpoint makes an address of a bare port.
func endpoint(port string) string {
	if strings.Contains(port, ":") {
		return port
	}
	return "127.0.0.1:" + port
}
