package monit

import (
	"context"
	"errors"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/monit"
	"tidemark/steps/internal/poll"
)

// Apply sends the action and waits for its effect.
func (s *action) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	before, err := s.services(ctx, h)
	if err != nil {
		return engine.Output{}, err
	}
	if err := s.noteProcesses(h, before); err != nil {
		return engine.Output{}, err
	}
	name, group := s.target()
	if err := monit.New(h).Do(ctx, s.Action, name, group); err != nil {
		return engine.Output{}, err
	}
	limited, cancel := context.WithTimeout(ctx, effectLimit)
	defer cancel()
	var after []monit.Service
	err = poll.Until(limited, pause, s.line()+" has not shown its effect", func(ctx context.Context) ([]string, error) {
		var err error
		if after, err = s.services(ctx, h); err != nil {
			return []string{err.Error()}, onlyFatal(err)
		}
		return s.lacking(h, after)
	})
	if err != nil {
		return engine.Output{}, engine.WithNext(err, "look with: monit summary; monit's own log says what its programs did")
	}
	o, err := out(h, after)
	return engine.Output{Value: o, Note: s.line() + " (" + strings.Join(words(after), ", ") + ")"}, err
}

// onlyFatal keeps the errors that waiting cannot cure.
func onlyFatal(err error) error {
	if poll.Fatal(err) || errors.Is(err, monit.ErrNoDaemon) {
		return err
	}
	return nil
}

// lacking lists the services in which the effect cannot be seen yet.
func (s *action) lacking(h *engine.Host, after []monit.Service) ([]string, error) {
	var out []string
	for _, a := range after {
		seen, err := s.effect(h, a)
		if err != nil {
			return []string{err.Error()}, onlyFatal(err)
		}
		if !seen {
			out = append(out, a.Name+": "+a.Words())
		}
	}
	return out, nil
}

func (s *action) effect(h *engine.Host, a monit.Service) (bool, error) {
	switch s.Action {
	case "stop", "unmonitor":
		return a.NotMonitored(), nil
	case "monitor":
		return a.Monitor > 0 && a.Pending == 0, nil
	case "restart":
		process, err := processOf(h, a)
		return a.Good() && (process == "" || !h.Marked(beforeMark(a.Name, process))), err
	}
	return a.Good(), nil
}

func words(services []monit.Service) []string {
	var out []string
	for _, s := range services {
		out = append(out, s.Name+": "+s.Words())
	}
	return out
}

func out(a engine.Asker, services []monit.Service) (Out, error) {
	var o Out
	for _, service := range services {
		state, err := probe(a, service)
		if err != nil {
			return o, err
		}
		o.Services = append(o.Services, ServiceOut{Name: service.Name, State: state, PID: service.PID})
	}
	return o, nil
}
