package monit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/monit"
	"tidemark/steps/internal/poll"
)

type wait struct {
	Service string   `json:"service" help:"one service, as monit summary names it" required:"true"`
	State   string   `json:"state" help:"what to wait for" required:"true" enum:"running,stopped,monitored,unmonitored"`
	Ports   []string `json:"ports" help:"host:port, or a port of the loopback: open when running, closed when stopped; for cassandra_process its own by default"`
	PIDFile string   `json:"pidfile" help:"the process's pid file, where monit's configuration does not name it"`
}

// Check refuses ports that nothing can listen on.
func (s *wait) Check() error {
	var errs []error
	if s.Service == "" {
		errs = append(errs, schema.WrongArg("service", "service is empty: name it as monit summary does"))
	}
	for i, p := range s.Ports {
		if !isEndpoint(endpoint(p)) {
			errs = append(errs, schema.WrongArg(fmt.Sprintf("ports[%d]", i), "%q is no port: write host:port, or a number from 1 to 65535", p))
		}
	}
	if s.PIDFile != "" {
		errs = append(errs, argument.Path("pidfile", s.PIDFile))
	}
	return errors.Join(errs...)
}

// isEndpoint tells host:port from anything else; an IPv6 address stands in brackets.
func isEndpoint(s string) bool {
	colon := strings.LastIndex(s, ":")
	host, bracketed := strings.CutPrefix(s[:colon], "[")
	if bracketed {
		host, bracketed = strings.CutSuffix(host, "]")
	}
	port, err := strconv.ParseUint(s[colon+1:], 10, 16)
	return err == nil && port > 0 && host != "" && bracketed == strings.Contains(host, ":")
}

// WaitMonit is the kind wait-monit.
func WaitMonit() engine.Kind {
	return engine.Kind{
		Name: "wait-monit",
		Doc: "Waits until a service of monit is running, stopped, monitored or unmonitored. Stopped needs evidence: monit's `Not monitored` with nothing pending, " +
			"and the process gone, and its ports closed. It waits as long as the step's timeout allows, without one a day, and then says what still stood in the way.",
		Example: "id: stopped\nwait-monit: {service: cassandra_process, state: stopped}\ntimeout: 3m",
		Redo:    engine.Pure,
		Reads:   monit.Reads(),
		New:     func() engine.Step { return &wait{} },
		Out:     ServiceOut{},
		Version: 1,
	}
}

// often is how long it is until the next look. What is to stop serves nobody, and what comes next waits for it.
func (s *wait) often() time.Duration {
	if s.State == stopped {
		return 200 * time.Millisecond
	}
	return time.Second
}

// Plan looks once on the real state. For a dry run it refuses to wait for what earlier steps make impossible.
func (s *wait) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: fmt.Sprintf("wait until %s is %s", s.Service, s.State)}
	if v.Actual {
		return c, s.now(ctx, v, &c)
	}
	if promised, ok := v.Promised(factOf(s.Service)); ok {
		c.Details = append(c.Details, fmt.Sprintf("%s will be %s", s.Service, promised))
		return c, s.possible(promised)
	}
	services, err := one(ctx, monit.New(v), s.Service)
	if err != nil {
		return c, err
	}
	c.Details = append(c.Details, fmt.Sprintf("%s is now: %s", s.Service, services[0].Words()))
	return c, nil
}

// now answers Same, with the output, when there is nothing to wait for.
func (s *wait) now(ctx context.Context, v *engine.View, c *engine.Change) error {
	w := s.watch(v)
	missing, err := w.look(ctx)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		c.Unknown = missing
		return nil
	}
	c.Sign, c.Later, c.Summary = engine.Same, "", s.Service+" is "+s.State
	c.Out = engine.Encode(w.out(s.State))
	return nil
}

func (s *wait) possible(promised string) error {
	fits := map[string][]string{
		running: {running, monitored}, monitored: {running, monitored},
		stopped: {stopped}, unmonitored: {stopped, unmonitored},
	}
	if slices.Contains(fits[s.State], promised) {
		return nil
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s would be %s here and never %s", s.Service, promised, s.State),
		"put the step that makes it "+s.State+" before this one")
}

// Apply looks until it is so.
func (s *wait) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	w := s.watch(h)
	err := poll.Until(ctx, s.often(), fmt.Sprintf("%s is not %s", s.Service, s.State), w.look)
	if err != nil {
		return engine.Output{}, engine.WithNext(err, "look with: monit summary")
	}
	return engine.Output{Value: w.out(s.State), Note: s.Service + " is " + s.State}, nil
}
