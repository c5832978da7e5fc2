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
		return s.lacking(before, after), nil
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
func (s *action) lacking(before, after []monit.Service) []string {
	was := map[string]int{}
	for _, b := range before {
		was[b.Name] = b.PID
	}
	var out []string
	for _, a := range after {
		if !s.effect(a, was[a.Name]) {
			out = append(out, a.Name+": "+a.Words())
		}
	}
	return out
}

func (s *action) effect(a monit.Service, oldPID int) bool {
	switch s.Action {
	case "stop", "unmonitor":
		return a.NotMonitored()
	case "monitor":
		return a.Monitor > 0 && a.Pending == 0
	case "restart":
		return a.Good() && (a.PID == 0 || a.PID != oldPID)
	}
	return a.Good()
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
