package view

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/schema"
)

func TestProblem(t *testing.T) {
	cause := func(n string) error {
		return &engine.NodeError{Node: n, Err: engine.WithNext(engine.Failf(engine.ClassHostKey, "%s: host key changed", n), "compare it")}
	}
	err := errors.Join(cause("a"), errors.Join(cause("b"), errors.New("gate/space@c: 12 GiB are missing")), cause("c"),
		errors.New("gate/space@d: 12 GiB are missing"),
		errors.New("gate/gate@n-1: no backup on n-1 (n-10 has one)"), errors.New("gate/gate@n-2: no backup on n-2 (n-10 has one)"),
		errors.New("gate/gate@one: not done on one"), &engine.NodeError{Node: "e", Err: errors.New("ssh says:\n@@@\nWARNING")}, errors.New("s/seal@a: a, b: no"), errors.New("s/seal@b: a, b: no"))
	var b bytes.Buffer
	Problem(&b, err, Style{})
	want := "tidemark: host key changed  @a, b, c\n  next: compare it\ntidemark: gate/space: 12 GiB are missing  @c, d\n" +
		"tidemark: gate/gate: no backup on the node (n-10 has one)  @n-1, n-2\n" +
		"tidemark: gate/gate: not done on one  @one\n" +
		"tidemark: ssh says:  @e\n    @@@\n    WARNING\n" +
		"tidemark: s/seal: a, b: no  @a, b\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		engine.Bytes(0):                                       "0 B",
		engine.Bytes(1023):                                    "1023 B",
		engine.Bytes(12_700_000):                              "12.1 MiB",
		engine.Bytes(400 << 20):                               "400.0 MiB",
		engine.Bytes(5 << 40):                                 "5.0 TiB",
		duration(400 * time.Millisecond):                      "0.4s",
		duration(3*time.Minute + 5*time.Second):               "3m05s",
		duration(130 * time.Minute):                           "2h10m",
		Command([]string{"a", "", "b c", "d'e", "$(x)"}):      `a '' 'b c' 'd'\''e' '$(x)'`,
		Command([]string{" a ", "b\n\t\\'", "ä", "\u202ex"}):  `' a ' $'b\n\U00000009\\\'' 'ä' $'\U0000202ex'`,
		NodeList([]string{"1", "2", "3", "4", "5", "6", "7"}): "1, 2, 3, 4, 5 and 2 more",
		value([]any{"a", 1}):                                  `["a",1]`,
		value(90 * time.Second):                               "1m30s",
		value([]time.Duration{time.Second}):                   `["1s"]`,
		value(map[string]schema.Size{"a": 1 << 20}):           `{"a":"1MiB"}`,
		fit("  ärger\x1b[2J", 6):                              "  ärg…",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	if StyleOf(&bytes.Buffer{}).Color {
		t.Error("a buffer is no terminal")
	}
	if got := (Style{}).paint(red, "x"); got != "x" {
		t.Errorf("%q", got)
	}
}

// TestNotes: nodes that differ only in numbers share a line, and only the numbers that differ are left out.
func TestNotes(t *testing.T) {
	note := func(node, text string) Task {
		return Task{Task: "save/save@" + node, Node: node, Outcome: engine.Done, Changed: true, Message: text}
	}
	r := &Report{Result: "done", Tasks: []Task{
		note("one", "72 files, 1.2 MiB, of 9 tables"), note("two", "72 files, 1.3 MiB, of 9 tables"), note("three", "72 files, 1.2 MiB, of 9 tables"),
	}}
	var b strings.Builder
	r.Text(&b, Style{})
	r.Tasks = []Task{note("one", "sent to one"), note("two", "sent to two")}
	r.Text(&b, Style{})
	for _, want := range []string{"  save: 72 files, 1.2 MiB to 1.3 MiB, of 9 tables  @one, two, three\n", "  save: sent to the node  @one, two\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s\ndoes not have\n%s", b.String(), want)
		}
	}
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		strategy schema.Strategy
		want     string
	}{
		{schema.Strategy{}, ""},
		{schema.Strategy{Parallel: "all"}, ""},
		{schema.Strategy{Parallel: "1"}, "; 1 at a time"},
		{schema.Strategy{Waves: []string{"1", "50%"}}, "; in waves of 1, 50%"},
	} {
		if got := pace(&engine.PlannedStage{Nodes: []string{"one", "two"}, Strategy: c.strategy}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A run that was resumed took longer than its last part; both are said where they differ.
func TestTook(t *testing.T) {
	began := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	now := began.Add(32 * time.Second)
	for _, c := range []struct {
		first time.Time
		want  string
	}{
		{time.Time{}, "32s"},
		{began.Add(-time.Minute), "1m32s (32s since it was resumed)"},
		{began.Add(-time.Millisecond), "32s"},
		{now.Add(time.Hour), "32s"}, // a clock that was set
	} {
		r := &Report{}
		if r.Took(began, c.first, now); r.took() != c.want {
			t.Errorf("first began %s: %q, want %q", c.first, r.took(), c.want)
		}
	}
}
