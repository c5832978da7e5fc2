package monit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/monit"
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
	Services []ServiceOut `json:"services" help:"the services that the order was for"`
}

// ServiceOut is one service's state: running, stopped, monitored, unmonitored, changing or unknown.
type ServiceOut struct {
	Name  string `json:"name" help:"name of the service, as monit summary has it"`
	State string `json:"state" help:"running, stopped, monitored, unmonitored, changing while an order is pending, or unknown"`
	PID   int    `json:"pid" help:"process id; 0: no process"`
}

// Monit is the kind monit.
func Monit() engine.Kind {
	return engine.Kind{
		Name: "monit",
		Doc: "Asks monit to stop, start, restart, monitor or unmonitor a service or a group, and waits until its status shows the effect. " +
			"That monit took the order proves nothing; that a process is gone is proved by wait-monit. `monitor` also starts a dead process. " +
			"A restart is known by its processes: one whose end is unknown is done where they are others than before; a service without a process cannot tell.",
		Example: "id: stop\nmonit: {action: stop, group: cassandra}",
		Redo:    engine.Checked,
		Risk:    engine.Interrupts,
		Reads:   monit.Reads(),
		New:     func() engine.Step { return &action{} },
		Out:     Out{},
		Version: 1,
	}
}

// Check wants a service or a group.
func (s *action) Check() error {
	switch {
	case s.Service == "" && s.Group == "":
		return schema.WrongArgs([]string{"service", "group", "action"}, "monit %s: of what? name a service, or a group", s.Action)
	case s.Service != "" && s.Group != "":
		return schema.WrongArgs([]string{"group", "service"}, "monit takes a service or a group, not both: remove one")
	}
	return nil
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
	if s.ordered(v) {
		if err := s.foreseeRestart(v, services, &c); err != nil {
			return c, err
		}
	}
	if c.Sign == engine.Same {
		o, err := out(v, services)
		if err != nil {
			return c, err
		}
		c.Out = engine.Encode(o)
		return c, nil
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
	if c.Sign == engine.NotKnown && len(c.Unknown) == 0 {
		c.Unknown = append(c.Unknown, "what monit's services are doing: "+strings.Join(c.Details, ", "))
	}
}
