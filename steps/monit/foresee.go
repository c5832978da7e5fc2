package monit

import (
	"context"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/monit"
	"tidemark/steps/internal/poll"
)

// settled lists the services; on the real state it lets an action that has not ended come to its end first, since
// only then it can be told whether it is done.
func (s *action) settled(ctx context.Context, v *engine.View) ([]monit.Service, error) {
	services, err := s.services(ctx, v)
	if err != nil || !v.Actual {
		return services, err
	}
	limited, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	err = poll.Until(limited, pause, s.line(), func(ctx context.Context) ([]string, error) {
		var err error
		services, err = s.services(ctx, v)
		if err != nil {
			return nil, err
		}
		return s.unsettled(v, services)
	})
	if engine.ClassOf(err) == engine.ClassTimeout && ctx.Err() == nil {
		err = nil // Plan says that it cannot be known
	}
	return services, err
}

func pending(services []monit.Service) []string {
	var out []string
	for _, s := range services {
		if s.Pending != 0 {
			out = append(out, s.Name+": "+s.Words())
		}
	}
	return out
}

// brings is the state that the action is to bring to a service of a state.
func (s *action) brings(service monit.Service, state string) string {
	process := service.Type == monit.TypeProcess
	switch {
	case s.Action == "stop" && process, s.Action == "unmonitor" && state == stopped:
		return stopped
	case s.Action == "stop", s.Action == "unmonitor":
		return unmonitored
	case process:
		return running
	}
	return monitored
}

// sign tells whether a service of that state needs the action. A process that monit looks after and that does not
// run yet needs a start, but no second `monitor`.
func (s *action) sign(service monit.Service, state string) engine.Sign {
	done := state == s.brings(service, state) || s.Action == "monitor" && state == monitored
	switch {
	case state == changing || state == unknown:
		return engine.NotKnown
	case done && s.Action != "restart":
		return engine.Same
	}
	return engine.Changes
}

// heavier keeps what cannot be known over a change, and a change over nothing.
func heavier(a, b engine.Sign) engine.Sign {
	weight := map[engine.Sign]int{engine.Same: 0, engine.Changes: 1, engine.NotKnown: 2}
	if weight[b] > weight[a] {
		return b
	}
	return a
}

// cassandra are the promises about Cassandra where it is among the services. A start ends "drained".
func (s *action) cassandra(services []monit.Service, wakes bool) []engine.Fact {
	for _, service := range services {
		if service.Name != cassandraProcess {
			continue
		}
		switch {
		case s.Action == "stop":
			return []engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Stopped}}
		case s.Action == "start", s.Action == "restart", s.Action == "monitor" && wakes:
			return []engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Runs}, {Key: factClean, Value: "false"}}
		}
	}
	return nil
}

// Probe looks at one of the promised facts again.
func (s *action) Probe(ctx context.Context, v *engine.View, key string) (string, error) {
	if key == cassconf.FactRunning {
		return cassconf.Running(ctx, v)
	}
	if key == factClean {
		return "false", nil // promised by a start, and nothing but a drain makes it true again
	}
	services, err := s.services(ctx, v)
	if err != nil {
		return "", err
	}
	for _, service := range services {
		if factOf(service.Name) == key {
			return probe(v, service)
		}
	}
	return unknown, nil
}
