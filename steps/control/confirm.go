package control

import (
	"context"

	"tidemark/engine"
	"tidemark/schema"
)

// Confirm is the kind `confirm`.
func Confirm() engine.Kind {
	return engine.Kind{
		Name: "confirm",
		Doc: "Asks the operator a question and goes on only when the answer is yes. Without a terminal --yes answers; it never " +
			"waits for somebody who is not there.",
		Example: "id: sure\nconfirm: Is Ellis stopped on every site?",
		At:      engine.OnController, Redo: engine.Pure, Gate: true, Version: 1,
		New: func() engine.Step { return &confirm{} },
	}
}

type confirm struct {
	Text string `json:"text" help:"the question; yes goes on" required:"true" short:"true"`
}

// Check refuses a question that asks nothing.
func (c *confirm) Check() error {
	if c.Text == "" {
		return schema.WrongArg("text", "text is empty: write what is asked")
	}
	return nil
}

// Question is what the controller asks before the task starts.
func (c *confirm) Question() string { return c.Text }

// Plan shows the question; nobody is asked in a dry run.
func (c *confirm) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "ask: " + c.Text}, nil
}

// Apply notes the answer: the task starts only after a yes.
func (c *confirm) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{Note: "answered yes: " + c.Text}, nil
}
