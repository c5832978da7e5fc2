package engine

import (
	"context"
	"slices"
)

// Place says where a kind's tasks run.
type Place int

// The two places: on a node of the stage, or once in the controller's own agent.
const (
	OnNode Place = iota
	OnController
)

// Redo is the rule for a task whose outcome is unknown.
type Redo string

// The rules. Pure tasks change nothing; Idempotent ones may run again; Checked ones ask Plan what is true now;
// Manual ones stop the node and ask a person.
const (
	Pure       Redo = "pure"
	Idempotent Redo = "idempotent"
	Checked    Redo = "checked"
	Manual     Redo = "manual"
)

// Read is one thing a kind's Plan may ask a server; exactly one field is set. Everything else is refused at
// the door, since a server writes on behalf of whoever asks (`nodetool snapshot` works under every fence).
type Read struct {
	// Argv is a command pattern: literals, and "*" for one argument that does not start with "-".
	Argv []string
	// Keyspace allows CQL SELECT on that keyspace; "*" is any keyspace.
	Keyspace string
	// SQL allows SELECT and SHOW on that database; "*" is any.
	SQL string
	// Get allows HTTP GET on addresses with this prefix.
	Get string
}

// Kind is the type of a step, as a value: what it is called, what it may ask, how it is redone.
type Kind struct {
	Name string
	// Doc: the first sentence is the summary.
	Doc string
	// Example is the YAML of one step, without the leading dash; it must validate and plan in a test.
	Example string
	At      Place
	Redo    Redo
	// Risk is the highest that a change of this kind can have; a plan shows it where the change is not knowable yet.
	Risk Risk
	// Destroys: its purpose is to overwrite or remove data; a runbook in which no Gate stands before it gets a warning.
	Destroys bool
	// Gate: it proves, before the first change, what must hold for those after it; whoever takes it away is told so.
	Gate  bool
	Reads []Read
	// New returns a pointer to zero arguments: the arguments are the step; their tags give decoding and docs.
	New func() Step
	// Args is the zero value of the arguments' struct where New gives no pointer to one; nil: what New points to.
	Args any
	// Program is the hash of the program behind an executable kind, see Program.Hash; "" is a kind of this build.
	Program string
	// Out is the zero value of the output struct; nil is none.
	Out any
	// Version is raised by hand when the meaning changes.
	Version int
}

// Step is one resolved set of arguments that can be planned and applied on a node.
type Step interface {
	// Plan says what Apply would do now. It only reads.
	Plan(ctx context.Context, v *View) (Change, error)
	// Apply does it, unless Plan on the actual state said Same. It may be called again after a failure and must then
	// finish what is half-done.
	Apply(ctx context.Context, h *Host, c Change) (Output, error)
}

// Checker is a Step with rules over its own arguments, a *schema.ArgError each. They are held when a runbook is loaded
// and, by PlanStep, wherever the step is planned, so Plan and Apply need not repeat them.
type Checker interface{ Check() error }

// PlanStep plans a step whose arguments hold; what its Check refuses fails as precondition.
func PlanStep(ctx context.Context, s Step, v *View) (Change, error) {
	if c, ok := s.(Checker); ok {
		if err := c.Check(); err != nil {
			return Change{}, Fail(ClassPrecondition, err)
		}
	}
	return s.Plan(ctx, v)
}

// Redoer is a Step that knows its redo rule better than its kind.
type Redoer interface{ Redo() Redo }

// Prober is a Step that can look again at one of the facts its Change promised in Will. ErrNoFact says that this step
// knows nothing of it now, which is no difference.
type Prober interface {
	Probe(ctx context.Context, v *View, key string) (string, error)
}

// Risker is a Step whose arguments say how much a change of it may hurt at most; without it that is its kind's Risk. late
// names the arguments that are not known yet, and why says, where data may be lost, what in the arguments makes it so.
type Risker interface {
	AtMost(late []string) (risk Risk, why string)
}

// OverwritesIf is AtMost for a step that overwrites data only where its argument of that name is true, and is of the
// other risk where it is not.
func OverwritesIf(argument string, given bool, other Risk, late []string) (risk Risk, why string) {
	switch {
	case slices.Contains(late, argument):
		return Overwrites, argument + " is known only then"
	case given:
		return Overwrites, argument + ": true"
	}
	return other, ""
}

// Questioner is a Step that a person must agree to before it starts; the controller asks.
type Questioner interface{ Question() string }
