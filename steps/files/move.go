package files

import (
	"context"
	"errors"
	"fmt"
	"path"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
)

// Move is the kind move.
func Move() engine.Kind {
	return engine.Kind{
		Name: "move",
		Doc: "Gives a file or directory another name on the same file system, by one durable rename. `to` is the whole new path, not a " +
			"directory to move into. It is refused where something stands there, unless `replace: true`: then a file takes the place of a file, " +
			"a directory that of an empty one. Another file system is refused: a copy can be found half-made, a rename cannot, so what lies " +
			"where tells always whether it was done. No symlink is moved or followed.",
		Example: "id: aside\nmove: {from: /etc/clearwater/shared_config, to: /etc/clearwater/shared_config.old}",
		Redo:    engine.Checked,
		Risk:    engine.Overwrites,
		New:     func() engine.Step { return &move{} },
		Out:     MoveOut{},
		Version: 1,
	}
}

// MoveOut is where it lay and lies, and whether something there was replaced.
type MoveOut struct {
	From     string `json:"from" help:"absolute path it had"`
	To       string `json:"to" help:"absolute path it has"`
	Replaced bool   `json:"replaced" help:"whether something that stood there was replaced"`
}

// move has no Probe: that a name is free again (or taken) later says nothing against the move, since any command
// may have put a new file there.
type move struct {
	From    string `json:"from" help:"absolute path of what is moved" required:"true"`
	To      string `json:"to" help:"absolute path it has afterwards" required:"true"`
	Replace bool   `json:"replace" help:"a file, or an empty directory, that stands there is lost"`

	names flush
}

// Check refuses bad paths and those that contain each other.
func (m *move) Check() error {
	if err := errors.Join(argument.Path("from", m.From), argument.Path("to", m.To)); err != nil {
		return err
	}
	both := []string{"to", "from"}
	switch {
	case m.From == m.To:
		return schema.WrongArgs(both, "from and to are both %s", show(m.From))
	case below(m.To, m.From):
		return schema.WrongArgs(both, "%s cannot be moved into itself (%s)", show(m.From), show(m.To))
	case below(m.From, m.To):
		return schema.WrongArgs(both, "%s cannot take the place of a directory it lies in (%s)", show(m.From), show(m.To))
	case isSystem(m.From):
		return schema.WrongArg("from", "from %s is a part of the system", m.From)
	case isSystem(m.To):
		return schema.WrongArg("to", "to %s is a part of the system; to is the whole new path, as %s", m.To, show(path.Join(m.To, path.Base(m.From))))
	}
	return nil
}

// Plan tells by what lies where whether it is to be done, or done.
func (m *move) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Changes, Risk: engine.Interrupts, Summary: fmt.Sprintf("move %s to %s", show(m.From), show(m.To))}
	from, err := look(v, m.From)
	if err != nil {
		return c, err
	}
	to, err := look(v, m.To)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{willBe(m.From, from.kind), willBe(m.To, to.kind)}
	c.Will = []engine.Fact{willBe(m.From, absent), willBe(m.To, m.arrives(from, to))}
	switch {
	case from.kind == unclear || to.kind == unclear:
		c.Sign, c.Later = engine.NotKnown, engine.AfterSteps
		c.Risk, _ = m.AtMost(nil)
		c.Unknown = []string{"what an earlier step leaves there"}
		return c, nil
	case from.kind == absent:
		return m.planGone(c, v, to)
	}
	return m.planMove(c, v, from, to)
}

// AtMost is the highest risk that this step can have: only what it replaces is lost.
func (m *move) AtMost(late []string) (engine.Risk, string) {
	return engine.OverwritesIf("replace", m.Replace, engine.Interrupts, late)
}

func (m *move) arrives(from, to sight) string {
	switch from.kind {
	case absent:
		return to.kind
	case unclear, directory: // a moved directory is not empty, as a new one is: nothing is known below it
		return present
	}
	return from.kind
}

func (m *move) planGone(c engine.Change, v *engine.View, to sight) (engine.Change, error) {
	if to.kind == absent {
		return c, refuse("correct from", "%s does not exist, nor does %s", show(m.From), show(m.To))
	}
	c.Sign, c.Risk, c.Out = engine.Same, engine.Harmless, engine.Encode(MoveOut{From: m.From, To: m.To})
	c.Summary = fmt.Sprintf("moved already: %s is there, %s is not", show(m.To), show(m.From))
	if v.Actual { // this answer counts as the end of an attempt, which may have been killed right behind the rename
		return c, m.settled(v)
	}
	return c, nil
}

func (m *move) planMove(c engine.Change, v *engine.View, from, to sight) (engine.Change, error) {
	if len(to.missing) > 0 {
		return c, refuse("make it first (mkdir)", "%s cannot be moved there: %s does not exist", show(m.From), show(path.Dir(m.To)))
	}
	if err := m.oneMount(from, to); err != nil {
		return c, err
	}
	if from.promised {
		c.Unknown = []string{"what an earlier step leaves at " + show(m.From)}
	} else {
		c.Details = []string{describe(m.From, from.entry)}
	}
	if to.kind == absent {
		return c, nil
	}
	if !m.Replace {
		return c, refuse("move that away first, or say replace: true (it is lost then)", "%s exists already", show(m.To))
	}
	c.Sign, c.Risk, c.Summary = engine.Destroys, engine.Overwrites, fmt.Sprintf("move %s over %s, which is lost", show(m.From), show(m.To))
	c.Details = append(c.Details, "lost: "+describe(m.To, to.entry))
	return c, m.replaceable(v, from.entry, to.entry)
}
