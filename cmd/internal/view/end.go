package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"tidemark/engine"
)

// Overtaken is the result of a run that was not gone on with: another controller did, and what the record here has is old.
const Overtaken = "overtaken"

// Report is the end of a run, for people and as JSON.
type Report struct {
	Run     string `json:"run"`
	Runbook string `json:"runbook"`
	Site    string `json:"site"`
	Result  string `json:"result"` // done, failed, outcomes unknown, stopped, detached, overtaken
	Open    bool   `json:"open"`
	// Overdue is the deadline that was over, such as 3s; "" is none.
	Overdue string `json:"overdue,omitempty"`
	// Seconds are counted from the run's first start; Resumed from where it was last taken up again, 0 where it was not.
	Seconds float64  `json:"seconds"`
	Resumed float64  `json:"resumed_seconds,omitempty"`
	Stages  []Stage  `json:"stages,omitempty"`
	Tasks   []Task   `json:"tasks"`
	Safe    []string `json:"safe,omitempty"`
	Next    string   `json:"next,omitempty"`
	Log     string   `json:"log,omitempty"`
	// Displaced: it held its nodes until another controller took them over.
	Displaced bool     `json:"displaced,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
	// Afterwards is what remains for the operator when the run is done.
	Afterwards []string `json:"afterwards,omitempty"`
}

// Stage is one passed or begun stage with its time.
type Stage struct {
	Stage   string  `json:"stage"`
	Passed  bool    `json:"passed"`
	Seconds float64 `json:"seconds"`
}

// Task is one task with its outcome.
type Task struct {
	Task    string         `json:"task"`
	Node    string         `json:"node"`
	Kind    string         `json:"kind"`
	Outcome engine.Outcome `json:"outcome,omitempty"`
	Changed bool           `json:"changed,omitempty"`
	Attempt int            `json:"attempt,omitempty"`
	Open    bool           `json:"open,omitempty"`
	// Cancelled: a person had the attempt ended, and nobody asked yet how it did.
	Cancelled bool         `json:"cancelled,omitempty"`
	Class     engine.Class `json:"class,omitempty"`
	Message   string       `json:"message,omitempty"`
	Next      string       `json:"next,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Out       any          `json:"out,omitempty"`
}

// Tasks joins the plan's tasks with what is known of them.
func Tasks(p *engine.Plan, s *engine.State) []Task {
	var out []Task
	p.Tasks(func(t *engine.Task) {
		v := Task{Task: t.ID, Node: t.Node, Kind: t.Kind}
		if r := s.Tasks[t.ID]; r != nil {
			v.Outcome, v.Changed, v.Attempt, v.Open = r.Outcome, r.Changed, r.Attempt, r.Open
			v.Cancelled = r.Cancelled && r.Open
			v.Class, v.Message, v.Next, v.Reason = r.Class, r.Message, r.Next, r.Reason
			if r.Outcome == engine.Failed { // a person who settled it so left no other word
				v.Message = cmp.Or(r.Message, r.Reason)
			}
			if len(r.Out) > 0 {
				v.Out = r.Out
			}
		}
		out = append(out, v)
	})
	return out
}

// Times makes the stages of a report.
func Times(t *Tracker, s *engine.State, now time.Time) []Stage {
	var out []Stage
	for _, st := range t.times() {
		over := st.Over
		if over.IsZero() {
			over = now
		}
		out = append(out, Stage{st.Stage, s.Barriers[st.Stage] || st.Stage == engine.FinallyStage, over.Sub(st.Began).Seconds()})
	}
	return out
}

// Took notes how long it took: since began, where first is zero; else the run first began then, and was resumed at began.
func (r *Report) Took(began, first, now time.Time) {
	r.Seconds = now.Sub(began).Seconds()
	if !first.IsZero() {
		r.Resumed, r.Seconds = r.Seconds, max(r.Seconds, now.Sub(first).Seconds())
	}
}

// took is how long it took, in words.
func (r *Report) took() string {
	if r.Resumed == 0 || seconds(r.Resumed) == seconds(r.Seconds) {
		return seconds(r.Seconds)
	}
	return seconds(r.Seconds) + " (" + seconds(r.Resumed) + " since it was resumed)"
}

// Text writes the report. A failed run says what failed where, what is safe now, the one next command, the log.
func (r *Report) Text(w io.Writer, st Style) {
	color := green
	if r.Result != "done" {
		color = red
	}
	fmt.Fprintf(w, "\n%s\n", st.paint(color, r.headline()))
	if r.Result != Overtaken {
		r.happened(w, st)
	}
	for _, s := range append(r.Safe, r.Warnings...) {
		fmt.Fprintf(w, "  %s\n", s)
	}
	r.remains(w, st)
	if r.Next != "" {
		fmt.Fprintf(w, "next: %s\n", st.paint(bold, behind(r.Next, 6)))
	}
	if r.Log != "" {
		fmt.Fprintf(w, "log:  %s\n", r.Log)
	}
}

func (r *Report) headline() string {
	what := r.Runbook + " on " + r.Site + ": "
	switch {
	case r.Result != Overtaken && r.Overdue != "":
		return what + r.Result + " after " + r.took() + ", its deadline of " + r.Overdue + " is over"
	case r.Result != Overtaken:
		return what + r.Result + " after " + r.took()
	case r.Displaced:
		return what + "another controller took the run over, after " + r.took()
	case r.Open:
		return what + "nothing was done: another controller went on with the run"
	}
	return what + "nothing was done: another controller ended the run"
}

// happened are the stages and what came of their tasks.
func (r *Report) happened(w io.Writer, st Style) {
	for _, s := range r.Stages {
		word := ""
		if !s.Passed {
			word = "  not passed"
		}
		fmt.Fprintf(w, "  %-16s %6s%s\n", s.Stage, seconds(s.Seconds), word)
	}
	r.bad(w, st)
	if r.Result == "done" {
		r.notes(w)
	}
}

// bad lists what failed or stayed unknown; the same cause on many nodes is one message.
func (r *Report) bad(w io.Writer, st Style) {
	var f foldText
	for _, t := range r.Tasks {
		switch {
		case t.Cancelled:
			f.add(t.Node, "cancelled: "+shortTask(t.Task)+"\x00")
		case t.Open && t.Outcome == "":
			f.add(t.Node, r.inFlight()+shortTask(t.Task)+"\x00")
		case t.Outcome == engine.Failed || t.Outcome == engine.Unknown:
			f.add(t.Node, fmt.Sprintf("%s: %s: %s\x00%s", t.Outcome, shortTask(t.Task), withoutNode(t.Message, t.Node), t.Next))
		}
	}
	f.each(func(text string, nodes []string) {
		text, next, _ := strings.Cut(text, "\x00")
		text, more, _ := strings.Cut(text, "\n")
		fmt.Fprintf(w, "%s\n", st.paint(red, Clean(text)+"  @"+NodeList(nodes)))
		for line := range strings.Lines(more) {
			fmt.Fprintf(w, "    %s%s\n", indent(line), Clean(line))
		}
		if next != "" {
			fmt.Fprintf(w, "  hint: %s\n", behind(next, 8))
		}
	})
}

// inFlight says of a task what is known of its attempt without an end; nobody asks a run that is closed.
func (r *Report) inFlight() string {
	if r.Open {
		return "begun, no outcome yet: "
	}
	return "begun, and nobody asked how it ended: "
}

// notes are the lines that the tasks which changed something left; nodes that differ only in what was measured share one.
func (r *Report) notes(w io.Writer) {
	f := foldText{loose: measures()}
	for _, t := range r.Tasks {
		if t.Outcome == engine.Done && t.Message != "" && t.Changed {
			f.add(t.Node, shortTask(t.Task)+": "+withoutNode(Clean(t.Message), t.Node))
		}
	}
	f.each(func(text string, nodes []string) { fmt.Fprintf(w, "  %s  @%s\n", text, NodeList(nodes)) })
}

// remains is what a done run leaves to the operator.
func (r *Report) remains(w io.Writer, st Style) {
	for i, s := range r.Afterwards {
		if i == 0 {
			fmt.Fprintf(w, "\n%s\n", st.paint(bold, "What remains:"))
		}
		fmt.Fprintf(w, "  %s\n", s)
	}
}
