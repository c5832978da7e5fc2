package external

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tidemark/engine"
	"tidemark/schema"
)

// planAnswer is what a program answers to plan: a change, or why it cannot say.
type planAnswer struct {
	Sign    engine.Sign       `json:"sign"`
	Summary string            `json:"summary"`
	Details []string          `json:"details"`
	Risk    string            `json:"risk"`
	Bytes   int64             `json:"bytes"`
	Seconds float64           `json:"seconds"`
	Unknown []string          `json:"unknown"`
	Pre     map[string]string `json:"pre"`
	Will    map[string]string `json:"will"`
	Out     json.RawMessage   `json:"out"`
	Data    json.RawMessage   `json:"data"`
	Failure *failure          `json:"failure"`
}

// Plan asks the program, which only reads: it runs behind the fence of the dry run, also just before Apply.
func (s *step) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	in, err := s.question(v, nil, nil)
	if err != nil {
		return engine.Change{}, err
	}
	words := lastWords{log: v.Log}
	res, err := v.Program(ctx, engine.ProgramCall{In: in, Probes: s.d.Probes, Space: s.space(), Log: words.add})
	if err != nil {
		return engine.Change{}, fmt.Errorf("%s plan: %w", s.d.Name, err)
	}
	var a planAnswer
	err = strict(res.Stdout, &a)
	switch {
	case err == nil && a.Failure != nil:
		return engine.Change{}, a.Failure.err(s.d.Name)
	case res.Code != 0:
		return engine.Change{}, exited(s.d.Name+" plan", res.Code, words)
	case err != nil:
		return engine.Change{}, s.wrong("plan printed no answer: %w", err)
	}
	return s.change(a)
}

// Probe looks at a promised fact again: plan on the real state names it in pre, or in will where all is done.
func (s *step) Probe(ctx context.Context, v *engine.View, key string) (string, error) {
	c, err := s.Plan(ctx, v)
	if err != nil {
		return "", err
	}
	known := c.Pre
	if c.Sign == engine.Same {
		known = slices.Concat(c.Will, c.Pre)
	}
	for _, f := range known {
		if f.Key == key {
			return f.Value, nil
		}
	}
	return "", engine.ErrNoFact
}

// wrong is a program that does not keep to the protocol.
func (s *step) wrong(format string, args ...any) error {
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: "+format, append([]any{s.d.Name}, args...)...),
		"correct the program of this kind; docs/executable-kinds.md says what it must answer")
}

// change checks an answer: a program cannot promise more than its description allows.
func (s *step) change(a planAnswer) (engine.Change, error) {
	signs := []engine.Sign{engine.Same, engine.Creates, engine.Changes, engine.Destroys, engine.NotKnown}
	highest := riskOf(s.d.Risk)
	risk := s.risk(a)
	switch {
	case !slices.Contains(signs, a.Sign):
		return engine.Change{}, s.wrong("plan answered the sign %q: it is one of = + ~ - ?", a.Sign)
	case Plain(a.Summary) == "":
		return engine.Change{}, s.wrong("plan answered no summary")
	case s.d.Redo == string(engine.Pure) && a.Sign != engine.Same && a.Sign != engine.NotKnown:
		return engine.Change{}, s.wrong("plan answered %q, but a pure kind changes nothing", a.Sign)
	case !slices.Contains([]string{"", "harmless", "interrupts", "overwrites"}, a.Risk):
		return engine.Change{}, s.wrong("plan answered the risk %q: it is harmless, interrupts or overwrites", a.Risk)
	case risk > highest:
		return engine.Change{}, s.wrong("plan answered a higher risk than %q, the highest by its description", s.d.Risk)
	}
	c := engine.Change{
		Sign: a.Sign, Summary: Plain(a.Summary), Details: allPlain(a.Details), Bytes: max(0, a.Bytes), Seconds: max(0, a.Seconds), Risk: risk,
		Unknown: allPlain(a.Unknown), Pre: facts(a.Pre), Will: facts(a.Will), Data: a.Data,
	}
	s.later(&c)
	if len(a.Out) == 0 {
		return c, nil
	}
	out, err := s.out(a.Out)
	if err != nil {
		return engine.Change{}, s.wrong("plan: out: %w", err)
	}
	c.Out, err = json.Marshal(out)
	return c, err
}

// later says why a change is not known: a pure program waits or looks when it runs, any other one has to say it.
func (s *step) later(c *engine.Change) {
	switch {
	case c.Sign != engine.NotKnown || len(c.Unknown) > 0:
	case s.d.Redo == string(engine.Pure):
		c.Later = engine.InRun
	default:
		c.Unknown = []string{"what it would do: " + s.d.Name + " does not say why it cannot tell"}
	}
}

// risk is what the answer says, else the usual of its sign.
func (s *step) risk(a planAnswer) engine.Risk {
	highest := riskOf(s.d.Risk)
	switch {
	case a.Risk != "":
		return riskOf(a.Risk)
	case a.Sign == engine.Destroys:
		return engine.Overwrites
	case a.Sign == engine.Changes:
		return min(engine.Interrupts, highest)
	case a.Sign == engine.NotKnown:
		return highest
	}
	return engine.Harmless
}

// out reads outputs by their declaration.
func (s *step) out(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	return schema.FromProgram(raw, s.d.Out)
}

// facts are in the order of their keys, so that equal answers are equal plans.
func facts(m map[string]string) []engine.Fact {
	var out []engine.Fact
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, engine.Fact{Key: k, Value: m[k]})
	}
	return out
}

// failure is why a program did not do, or cannot say, what it was asked.
type failure struct {
	Class   engine.Class `json:"class"`
	Message string       `json:"message"`
	Next    string       `json:"next"`
}

// err is the failure as an error; a class that is none counts as exit, and the message says so.
func (f *failure) err(kind string) error {
	class, message := f.Class, Plain(f.Message)
	if message == "" {
		message = "failed without a message"
	}
	if class != "" && !slices.Contains(engine.Classes(), class) {
		message += fmt.Sprintf(" (it answered the class %q, which is none; it counts as exit)", clip(Plain(string(class)), maxSaid))
	}
	if !slices.Contains(engine.Classes(), class) {
		class = engine.ClassExit
	}
	return &engine.Error{Class: class, Err: errors.New(kind + ": " + message), Next: Plain(f.Next)}
}
