package view

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tidemark/engine"
	"tidemark/schema"
)

// planOf is a plan of one task.
func planOf(c engine.Change, skip string) *engine.Plan {
	t := task("work", "act", "", "one", "run", c)
	t.Skip = skip
	return &engine.Plan{Runbook: "r", Stages: []*engine.PlannedStage{{ID: "work", Nodes: []string{"one"}, Tasks: []*engine.Task{t}}}}
}

// TestWhatIsKnown: what is known, what an earlier step decides, what no question could tell, and what only waits or asks
// are four things, in the line, the count and the reasons.
func TestWhatIsKnown(t *testing.T) {
	const later, never = "\nknown after an earlier step:\n  act: why  @one\n", "\ncould not be known:\n  act: why  @one\n"
	why := []string{"why"}
	for _, c := range []struct {
		change            engine.Change
		skip              string
		mark, count, said string
		pending           int
	}{
		{engine.Change{Sign: engine.Creates}, "", "+", "1 create", "", 1},
		{engine.Change{Sign: engine.Changes, Unknown: why}, "", "~", "1 change", never, 1},
		{engine.Change{Sign: engine.Destroys}, "", "-", "1 destroy", "", 1},
		{engine.Change{Sign: engine.Same}, "", "=", "1 nothing to do", "", 0},
		{engine.Change{Sign: engine.NotKnown, Unknown: why}, "", "?", "1 cannot be known", never, 1},
		{engine.Change{Sign: engine.NotKnown, Later: engine.AfterSteps, Unknown: why}, "", "?", "1 known after an earlier step", later, 1},
		{engine.Change{Sign: engine.NotKnown, Later: engine.InRun}, "", ".", "1 wait or ask", "", 0},
		{engine.Change{}, "when: false", " ", "1 skipped", "", 0},
	} {
		p := planOf(c.change, c.skip)
		var b strings.Builder
		Plan(&b, p, Style{}, false)
		out := b.String()
		if got := totals(p); got != "1 task, "+c.count {
			t.Errorf("%+v: %s", c.change, got)
		}
		if !strings.Contains(out, "\n  "+c.mark+" act  run: ") || p.Pending() != c.pending {
			t.Errorf("%+v, pending %d:\n%s", c.change, p.Pending(), out)
		}
		for _, text := range []string{later, never} {
			if strings.Contains(out, text) != (text == c.said) {
				t.Errorf("%+v: want %q in\n%s", c.change, c.said, out)
			}
		}
		if c.mark != " " && !strings.Contains(out, "\n"+c.mark+" ") {
			t.Errorf("%+v: no legend in\n%s", c.change, out)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		line        string
		width, hang int
		want        string
	}{
		{"  ~ a  b: c", 0, 2, "  ~ a  b: c"},
		{"  ~ a  b: c", 11, 2, "  ~ a  b: c"},
		{"  ~ a  b: c", 10, 2, "  ~ a  b:|    c"},
		{"  ~ a  bb: ää ö  @n", 9, 1, "  ~ a|   bb: ää|   ö  @n"},
		{"a /path/that/is/longer b", 8, 2, "a|  /path/that/is/longer|  b"},
		{"   /path/that/is/longer", 8, 2, "   /path/that/is/longer"},
		{"   ", 2, 2, "   "},
	} {
		if got := strings.Join(wrap(c.line, c.width, c.hang), "|"); got != c.want {
			t.Errorf("%q at %d: %q, want %q", c.line, c.width, got, c.want)
		}
	}
}

// TestPlanFitsTheTerminal: no line is wider than the terminal but commands, which stay whole to be copied.
func TestPlanFitsTheTerminal(t *testing.T) {
	long := strings.Repeat("a long tale ", 12)
	p := restore()
	drain := p.Stages[0].Tasks[0]
	drain.Change.Argv = []string{"nodetool", "drain", long}
	p.Title, p.Held, p.Ungated, p.Layers = long, []string{long}, []string{long}, []string{long}
	p.Inputs["more"] = long
	for _, c := range []*engine.Change{&drain.Change, &p.Stages[1].Tasks[0].Change} {
		c.Summary, c.Details, c.Unknown = long, []string{long}, []string{long}
	}
	var b strings.Builder
	Plan(&b, p, Style{Width: 80}, false)
	commands := 0
	for line := range strings.Lines(b.String()) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "      $ nodetool drain 'a long"):
			commands++
		case utf8.RuneCountInString(line) > 80 && !strings.Contains(line, "tidemark run"):
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
	}
	if commands != 1 || !strings.Contains(b.String(), "$ nodetool drain '"+long+"'\n") {
		t.Errorf("the command is not whole:\n%s", b.String())
	}
}

// TestUnits: sizes and times stand as a person writes them.
func TestUnits(t *testing.T) {
	for want, v := range map[string]any{
		"1.5GiB": schema.Size(3 << 29), "512MiB": schema.Size(512 << 20), "1000000B": schema.Size(1_000_000), "0": schema.Size(0),
		"1h30m": 90 * time.Minute, "1m30s": 90 * time.Second, `["2h"]`: []time.Duration{2 * time.Hour},
	} {
		if got := value(v); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestCommandsInAPlan: once by its task, once more where data is lost, and never where nothing is to be done.
func TestCommandsInAPlan(t *testing.T) {
	for sign, times := range map[engine.Sign]int{engine.Same: 0, engine.Changes: 1, engine.NotKnown: 1, engine.Destroys: 2} {
		var b strings.Builder
		Plan(&b, planOf(engine.Change{Sign: sign, Summary: "run rm", Argv: []string{"rm", "a b"}}, ""), Style{}, false)
		if got := strings.Count(b.String(), "      $ rm 'a b'\n"); got != times {
			t.Errorf("%s: %d times in\n%s", sign, got, b.String())
		}
	}
}
