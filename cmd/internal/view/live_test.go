package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
)

func TestBoard(t *testing.T) {
	p := restore()
	for _, size := range [][2]int{{80, 24}, {40, 5}} {
		b := newBoard(p)
		b.recall(p, engine.NewState())
		b.began = story()[0].Time
		for _, e := range story() {
			b.event(e)
		}
		var out strings.Builder
		lines := b.frame(size[0], size[1], story()[0].Time.Add(time.Minute))
		for _, l := range lines {
			if n := len([]rune(l.text)); n >= size[0] {
				t.Errorf("%d columns of %d: %q", n, size[0], l.text)
			}
			fmt.Fprintln(&out, l.text)
		}
		if len(lines) >= size[1] {
			t.Errorf("%d lines of %d", len(lines), size[1])
		}
		golden(t, fmt.Sprintf("board-%dx%d", size[0], size[1]), out.String())
	}
}

func TestTwoThousandNodesFit(t *testing.T) {
	p := &engine.Plan{Stages: []*engine.PlannedStage{{ID: "s"}}}
	for i := range 2000 {
		p.Stages[0].Tasks = append(p.Stages[0].Tasks, task("s", "x", "", fmt.Sprintf("n%d", i), "pause", engine.Change{Sign: engine.Same}))
	}
	b := newBoard(p)
	b.event(engine.Event{Type: engine.EventEnd, Task: "s/x@n1999", Node: "n1999", Outcome: engine.Failed, Message: "broken"})
	lines := b.frame(80, 24, time.Now())
	if len(lines) >= 24 || !strings.Contains(lines[1].text, "n1999") || !strings.Contains(lines[len(lines)-1].text, "1999 waiting") {
		t.Errorf("%d lines, %+v", len(lines), lines)
	}
	var out bytes.Buffer
	Plan(&out, p, Style{}, false)
	if n := strings.Count(out.String(), "\n"); n > 12 {
		t.Errorf("2,000 equal tasks take %d lines", n)
	}
}

// TestALongNameLeavesRoomForTheReason: the row of a node that failed tells both.
func TestALongNameLeavesRoomForTheReason(t *testing.T) {
	for _, c := range []struct{ name, why, want string }{
		{"short", "disk full", "failed short: disk full"},
		{strings.Repeat("long_", 20), "disk full", "long_lon…: disk full"},
		{strings.Repeat("long_", 20), strings.Repeat("why ", 20), "…: why why why"},
	} {
		b := newBoard(&engine.Plan{})
		b.event(engine.Event{Type: engine.EventEnd, Task: "s/" + c.name + "@n", Node: "n", Outcome: engine.Failed, Message: c.why})
		if got := b.frame(80, 24, time.Now())[1].text; !strings.Contains(got, c.want) || len([]rune(got)) > 79 {
			t.Errorf("%q lacks %q", got, c.want)
		}
	}
}

func TestLiveLeavesTheFailuresOnTheScreen(t *testing.T) {
	var b bytes.Buffer
	l := NewLive(&b, Style{}, restore(), engine.NewState(), func() (int, int) { return 80, 24 })
	for _, e := range story() {
		l.Event(e)
	}
	l.Close()
	after := b.String()[strings.LastIndex(b.String(), "\x1b[J")+1:]
	if !strings.Contains(after, "failed  restore/restore[homer]@vellum-1") || strings.Contains(after, "passed)") {
		t.Errorf("%q", after)
	}
}

// TestLiveSay: what the program says during a run scrolls above the board, which would write over it.
func TestLiveSay(t *testing.T) {
	var b strings.Builder
	l := NewLive(&b, Style{}, restore(), engine.NewState(), func() (int, int) { return 80, 24 })
	l.Say("stopping: nothing new starts")
	l.Close()
	if !strings.Contains(b.String(), "stopping: nothing new starts\n") {
		t.Errorf("not on the screen: %q", b.String())
	}
}
