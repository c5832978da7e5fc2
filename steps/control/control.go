// Package control holds the kinds that ask or decide and change nothing: assert, confirm, pause.
package control

import (
	"context"
	"fmt"
	"time"

	"tidemark/engine"
	"tidemark/schema"
)

// Kinds lists the kinds of this package.
func Kinds() []engine.Kind { return []engine.Kind{Assert(), Confirm(), Pause()} }

// Assert is the kind `assert`.
func Assert() engine.Kind {
	return engine.Kind{
		Name: "assert",
		Doc: "Stops the node unless a condition holds. The condition is an expression; when it does not hold, the tree of its " +
			"values is printed. It may look at inputs, vars and the outputs of earlier steps.",
		Example: "id: enough\nassert: {that: \"len(site.keyspaces) > 0\", message: name at least one keyspace}",
		Redo:    engine.Pure, Gate: true, Version: 1,
		New: func() engine.Step { return &assert{} },
	}
}

type assert struct {
	That    schema.Cond `json:"that" help:"the condition" required:"true" short:"true"`
	Message string      `json:"message" help:"what it means when it does not hold, and what to do"`
}

// Plan holds the verdict already: the condition was evaluated when the arguments were.
func (a *assert) Plan(context.Context, *engine.View) (engine.Change, error) {
	if err := a.verdict(); err != nil {
		return engine.Change{}, err
	}
	return engine.Change{Sign: engine.Same, Summary: "holds: " + a.That.Text}, nil
}

// Apply repeats the verdict.
func (a *assert) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{Note: "holds: " + a.That.Text}, a.verdict()
}

func (a *assert) verdict() error {
	if a.That.Value {
		return nil
	}
	text := fmt.Sprintf("does not hold: %s", a.That.Text)
	if a.Message != "" {
		text = a.Message + " (" + text + ")"
	}
	if a.That.Tree != "" {
		text += "\n" + a.That.Tree
	}
	return engine.Failf(engine.ClassPrecondition, "%s", text)
}

// Pause is the kind `pause`.
func Pause() engine.Kind {
	return engine.Kind{
		Name:    "pause",
		Doc:     "Waits for a while. It is for what has no state that could be asked; where there is one, wait for that.",
		Example: "id: settle\npause: 5s",
		Redo:    engine.Pure, Version: 1,
		New: func() engine.Step { return &pause{} },
	}
}

type pause struct {
	For time.Duration `json:"for" lasts:"true" help:"how long" required:"true" short:"true"`
}

// Plan tells how long it will wait.
func (p *pause) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "wait " + schema.DurationText(p.For), Seconds: p.For.Seconds()}, nil
}

// Apply waits.
func (p *pause) Apply(ctx context.Context, _ *engine.Host, _ engine.Change) (engine.Output, error) {
	select {
	case <-time.After(p.For):
		return engine.Output{Note: "waited " + schema.DurationText(p.For)}, nil
	case <-ctx.Done():
		return engine.Output{}, ctx.Err()
	}
}
