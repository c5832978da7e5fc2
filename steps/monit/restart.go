package monit

import (
	"slices"

	"tidemark/engine"
	"tidemark/steps/internal/monit"
)

// A restart leaves a state like the one before it. What proves it is another process: those that live when it is ordered are
// noted first, so that behind whatever end of the task one that is not among them is the work done.

// orderedMark is of an attempt that was about to order a restart.
const orderedMark = "restart ordered"

func beforeMark(service, process string) string { return service + " was " + process }

// noteProcesses notes who lives, before a restart is ordered.
func (s *action) noteProcesses(h *engine.Host, services []monit.Service) error {
	if s.Action != "restart" {
		return nil
	}
	for _, service := range services {
		process, err := processOf(h, service)
		if err != nil {
			return err
		}
		if process == "" {
			continue
		}
		if err := h.Mark(beforeMark(service.Name, process)); err != nil {
			return err
		}
	}
	return h.Mark(orderedMark)
}

func processOf(a engine.Asker, s monit.Service) (string, error) {
	if s.Type != monit.TypeProcess {
		return "", nil
	}
	return monit.New(a).Process(s)
}

// ordered tells whether an attempt of this task may have ordered the restart already.
func (s *action) ordered(v *engine.View) bool { return s.Action == "restart" && v.Marked(orderedMark) }

// restarted tells how far an ordered restart came: Same with a new process of each service that has one, and all well; Changes
// where one has its old process, or none. What is new and not well is not known, and why says so; neither is it without any
// process to be told by.
func (s *action) restarted(v *engine.View, services []monit.Service) (sign engine.Sign, why []string, err error) {
	if !slices.ContainsFunc(services, func(s monit.Service) bool { return s.Type == monit.TypeProcess }) {
		return engine.NotKnown, nil, nil
	}
	for _, service := range services {
		process, err := processOf(v, service)
		switch {
		case err != nil:
			return engine.NotKnown, nil, err
		case service.Type == monit.TypeProcess && (process == "" || v.Marked(beforeMark(service.Name, process))):
			return engine.Changes, nil, nil
		case !service.Good():
			why = append(why, service.Name+" was restarted, and is: "+service.Words())
		}
	}
	if len(why) > 0 {
		return engine.NotKnown, why, nil
	}
	return engine.Same, nil, nil
}

// foreseeRestart ends the Plan of a restart that may have been ordered. What monit says of the services is the work of this task
// then, and nothing that was approved.
func (s *action) foreseeRestart(v *engine.View, services []monit.Service, c *engine.Change) error {
	if c.Sign == engine.NotKnown {
		return nil // an action has not ended
	}
	sign, why, err := s.restarted(v, services)
	c.Pre = nil
	if sign == engine.NotKnown && !v.Settling {
		return err // it failed, as is known or a person said: what was approved is done once more
	}
	c.Sign, c.Unknown = sign, why
	switch {
	case sign == engine.Same:
		c.Summary = s.line() + ": done, other processes than before"
	case sign == engine.NotKnown && len(why) == 0:
		c.Unknown = []string{s.line() + " may have been sent, and there is no process that would tell"}
	}
	return err
}

// unsettled lists what is still on its way, and worth waiting for.
func (s *action) unsettled(v *engine.View, services []monit.Service) ([]string, error) {
	if out := pending(services); len(out) > 0 || !s.ordered(v) {
		return out, nil
	}
	_, why, err := s.restarted(v, services)
	return why, err
}
