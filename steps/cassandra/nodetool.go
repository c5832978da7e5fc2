package cassandra

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/nodetool"
)

// The closed list of commands.
const (
	drain   = "drain"
	flushed = "flush"
	compact = "enableautocompaction"
	hold    = "disableautocompaction"
)

// drainLimit bounds a drain; it flushes everything first.
const drainLimit = 10 * time.Minute

type toolStep struct {
	Command   string   `json:"command" help:"the command" required:"true" enum:"drain,flush,enableautocompaction,disableautocompaction"`
	Keyspaces []string `json:"keyspaces" help:"its keyspaces; flush without any means all, drain takes none"`
}

// ToolOut is what a command left.
type ToolOut struct {
	Command string `json:"command" help:"the command"`
	Mode    string `json:"mode" help:"the node's operation mode afterwards; empty: Cassandra is stopped"`
}

// Nodetool is the kind nodetool.
func Nodetool() engine.Kind {
	return engine.Kind{
		Name: "nodetool",
		Doc: "Runs one of a closed list of nodetool commands and proves its effect. Drain is proved by closed ports and a commit log with nothing left in it, or by the mode DRAINED, the compaction switches by their status. " +
			"A drain needs a running Cassandra, or one that was stopped with nothing left to replay: then there is nothing to do.",
		Example: "id: drain\nnodetool: {command: drain}\ntimeout: 5m",
		Redo:    engine.Idempotent,
		Risk:    engine.Interrupts,
		Reads:   nodetool.Reads(),
		New:     func() engine.Step { return &toolStep{} },
		Out:     ToolOut{},
		Version: 1,
	}
}

// Plan says what the command would change, if anything.
func (s *toolStep) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	switch s.Command {
	case drain:
		return s.planDrain(ctx, v)
	case flushed:
		return s.planFlush(ctx, v)
	case compact, hold:
		return s.planCompaction(ctx, v)
	}
	return engine.Change{}, engine.Failf(engine.ClassPrecondition, "nodetool: no command %q", s.Command)
}

// Check holds the command against its keyspaces.
func (s *toolStep) Check() error {
	switch both := []string{"keyspaces", "command"}; {
	case s.Command == drain && len(s.Keyspaces) > 0:
		return schema.WrongArgs(both, "nodetool drain takes no keyspaces: it drains the node; remove them")
	case (s.Command == compact || s.Command == hold) && len(s.Keyspaces) == 0:
		return schema.WrongArgs(both, "nodetool %s: name its keyspaces", s.Command)
	}
	return argument.Keyspaces("keyspaces", s.Keyspaces)
}

// Apply runs the command and has it proved.
func (s *toolStep) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	tool := nodetool.New(h)
	err := s.run(ctx, h, tool)
	if err != nil {
		return engine.Output{}, err
	}
	mode := nodetool.Drained // proved; asking again would cost a second in which nothing serves
	if s.Command != drain {
		mode, err = tool.Mode(ctx)
	}
	if err == nil && s.Command != drain && mode != nodetool.Normal {
		err = engine.Failf(engine.ClassExit, "nodetool %s: ended with status 0, but the mode is now %s", s.Command, mode)
	}
	return engine.Output{Value: ToolOut{Command: s.Command, Mode: mode}, Note: fmt.Sprintf("nodetool %s: mode %s", s.Command, mode)}, err
}

func (s *toolStep) run(ctx context.Context, h *engine.Host, tool *nodetool.Tool) error {
	switch s.Command {
	case drain:
		return noDrain(drainNow(ctx, h, tool))
	case flushed:
		return tool.Flush(ctx, s.Keyspaces)
	}
	for _, k := range s.Keyspaces {
		if err := tool.SetAutocompaction(ctx, s.Command == compact, k); err != nil {
			return err
		}
	}
	return nil
}

// noDrain says what to do about a drain that failed: it must not be stopped as it is and then restored over.
func noDrain(err error) error {
	if err == nil || engine.NextOf(err) != "" {
		return err
	}
	return engine.WithNext(err, "look into Cassandra's system.log (were its directories deleted?); start it once: monit restart cassandra_process")
}

func (s *toolStep) planFlush(ctx context.Context, v *engine.View) (engine.Change, error) {
	running, _, err := mustRun(ctx, v)
	return engine.Change{
		Sign: engine.Changes, Summary: "flush " + s.of(), Argv: s.argv(), Pre: []engine.Fact{running},
	}, err
}

func (s *toolStep) of() string {
	if len(s.Keyspaces) == 0 {
		return "all keyspaces"
	}
	return strings.Join(s.Keyspaces, ", ")
}

func (s *toolStep) argv() []string {
	argv := []string{"nodetool", s.Command}
	if len(s.Keyspaces) > 0 {
		argv = append(append(argv, "--"), s.Keyspaces...)
	}
	return argv
}

// planCompaction asks each keyspace; an earlier step may have promised its state.
func (s *toolStep) planCompaction(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Same, Summary: s.Command + " " + s.of() + ": nothing to do"}
	running, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = append(c.Pre, running)
	want := map[string]string{compact: nodetool.On, hold: nodetool.Off}[s.Command]
	for _, k := range s.Keyspaces {
		fact, err := v.Fact("autocompaction."+k, func() (string, error) { return compaction(ctx, v, k, serves) })
		if err != nil {
			return c, err
		}
		c.Pre = append(c.Pre, fact)
		c.Will = append(c.Will, engine.Fact{Key: fact.Key, Value: want})
		if fact.Value != want {
			c.Sign, c.Summary = engine.Changes, s.Command+" "+s.of()
		}
	}
	return c, nil
}

// compaction is the state of a keyspace; a start that is still to come switches it on.
func compaction(ctx context.Context, a engine.Asker, keyspace string, serves bool) (string, error) {
	if !serves {
		return nodetool.On, nil
	}
	return nodetool.New(a).Autocompaction(ctx, keyspace)
}
