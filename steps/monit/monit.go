package monit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/monit"
	"tidemark/steps/internal/poll"
)

// Limits: how long a pending action of somebody else may take, how long ours, and how often monit is asked.
const (
	settleLimit = time.Minute
	effectLimit = 3 * time.Minute
	pause       = 200 * time.Millisecond
)

type action struct {
	Action  string `json:"action" help:"what monit shall do" required:"true" enum:"stop,start,restart,monitor,unmonitor"`
	Service string `json:"service" help:"one service, as monit summary names it"`
	Group   string `json:"group" help:"a group of services, instead of one"`
}

// Out is what an action left.
type Out struct {
	Services []ServiceOut `json:"services"`
}

// ServiceOut is one service's state: running, stopped, monitored, unmonitored, changing or unknown.
type ServiceOut struct {
	Name  string `json:"name"`
	State string `json:"state"`
	PID   int    `json:"pid"`
}

// Monit is the kind monit.
func Monit() engine.Kind {
	return engine.Kind{
		Name: "monit",
		Doc: "Asks monit to stop, start, restart, monitor or unmonitor a service or a group, and waits until its status shows the effect. " +
			"That monit took the order proves nothing; that a process is gone is proved by wait-monit. `monitor` also starts a dead process.",
		Example: "id: stop\nmonit: {action: stop, group: cassandra}",
		Redo:    engine.Checked,
		Risk:    engine.Interrupts,
		Reads:   monit.Reads(),
		New:     func() engine.Step { return &action{} },
		Out:     Out{},
		Version: 1,
	}
}

func (s *action) target() (name string, group bool) {
	if s.Group != "" {
		return s.Group, true
	}
	return s.Service, false
}

func (s *action) line() string {
	name, group := s.target()
	return strings.Join(monit.Argv(s.Action, name, group), " ")
}

// services are those the action means, as monit sees them now.
func (s *action) services(ctx context.Context, a engine.Asker) ([]monit.Service, error) {
	if (s.Service == "") == (s.Group == "") {
		return nil, engine.Failf(engine.ClassPrecondition, "monit %s: give either service or group", s.Action)
	}
	m := monit.New(a)
	if s.Group != "" {
		return m.Group(ctx, s.Group)
	}
	return one(ctx, m, s.Service)
}

func one(ctx context.Context, m *monit.Monit, name string) ([]monit.Service, error) {
	all, err := m.Services(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return []monit.Service{s}, nil
		}
		names = append(names, s.Name)
	}
	return nil, engine.Failf(engine.ClassPrecondition, "monit knows no service %s; it has %s", name, strings.Join(names, ", "))
}

// Plan compares each service's state with what the action is to bring.
func (s *action) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	services, err := s.settled(ctx, v)
	if err != nil {
		return engine.Change{}, err
	}
	name, group := s.target()
	c := engine.Change{Sign: engine.Same, Summary: s.line() + ": nothing to do", Argv: monit.Argv(s.Action, name, group)}
	wakes := false
	for _, service := range services {
		fact, err := v.Fact(factOf(service.Name), func() (string, error) { return probe(v, service) })
		if err != nil {
			return c, err
		}
		c.Pre = append(c.Pre, fact)
		c.Details = append(c.Details, fmt.Sprintf("%s is %s", service.Name, fact.Value))
		c.Will = append(c.Will, engine.Fact{Key: fact.Key, Value: s.brings(service, fact.Value)})
		wakes = wakes || service.Name == cassandraProcess && fact.Value == stopped
		c.Sign = heavier(c.Sign, s.sign(service, fact.Value))
	}
	if c.Sign == engine.Same {
		o, err := out(v, services)
		if err != nil {
			return c, err
		}
		c.Out, err = json.Marshal(o)
		return c, err
	}
	s.describe(&c)
	c.Will = append(c.Will, s.cassandra(services, wakes)...)
	return c, nil
}

func (s *action) describe(c *engine.Change) {
	c.Summary = s.line()
	if s.Action == "stop" || s.Action == "restart" {
		c.Risk = engine.Interrupts
	}
	if c.Sign == engine.NotKnown {
		c.Unknown = append(c.Unknown, "what monit's services are doing: "+strings.Join(c.Details, ", "))
	}
}

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
		return pending(services), err
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
