package view

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"tidemark/engine"
)

// Sink sees the events of a run; Close ends the view.
type Sink interface {
	Event(e engine.Event)
	Close()
}

// Lines writes one line per event, for pipes and logs.
type Lines struct {
	mu sync.Mutex
	w  io.Writer
	st Style
}

// NewLines writes to w.
func NewLines(w io.Writer, st Style) *Lines { return &Lines{w: w, st: st} }

// Event writes the line of e; progress has none.
func (l *Lines) Event(e engine.Event) {
	text := line(e)
	if text == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, "%s  %s\n", e.Time.UTC().Format("15:04:05Z"), l.st.paint(eventColor(e), text))
}

// Close does nothing: every line is out already.
func (l *Lines) Close() {}

// line is what happened, without the time; "" for progress.
func line(e engine.Event) string {
	text := oneLine(e.Message)
	switch e.Type {
	case engine.EventProgress:
		return ""
	case engine.EventCreated:
		return "run " + e.Run + " " + text
	case engine.EventLocked:
		return fmt.Sprintf("locked  %s (epoch %d)", text, e.Epoch)
	case engine.EventVerified:
		return "verified: the nodes are as planned"
	case engine.EventResumed:
		return "resumed"
	case engine.EventStage:
		return "stage " + e.Stage
	case engine.EventBarrier:
		return "stage " + e.Stage + " passed"
	case engine.EventClosed:
		return closedLine(e, text)
	case engine.EventNote, engine.EventDeadline, engine.EventForgotten:
		return text
	}
	return taskLine(e, text)
}

func closedLine(e engine.Event, text string) string {
	if e.Reason == engine.ClosedRefused && text != "" {
		return "closed: " + e.Reason + ": " + text
	}
	return strings.TrimSpace("closed: " + e.Reason + " " + text)
}

// oneLine puts the lines of a message, such as the tree of a condition, behind each other.
func oneLine(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if line = Clean(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "; ")
}

func taskLine(e engine.Event, text string) string {
	switch e.Type {
	case engine.EventBegin:
		if e.Attempt > 1 {
			return fmt.Sprintf("begin   %s (attempt %d)", e.Task, e.Attempt)
		}
		return "begin   " + e.Task
	case engine.EventCancel:
		return "cancelled " + e.Task
	case engine.EventSettled:
		return "settled " + e.Task + ": " + Clean(e.Reason)
	case engine.EventInvalid:
		return "invalid " + e.Task + ": " + Clean(e.Reason)
	case engine.EventRetry:
		return fmt.Sprintf("retry   %s in %s after %s: %s", e.Task, seconds(e.Seconds), e.Class, text)
	case engine.EventLost:
		return fmt.Sprintf("lost    %s (%s): %s", e.Node, e.Class, text)
	case engine.EventBack:
		return "back    " + e.Node
	case engine.EventEnd:
		return endLine(e, text)
	}
	return string(e.Type) + " " + e.Task + " " + text
}

func endLine(e engine.Event, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-7s %s", e.Outcome, e.Task)
	if e.Sign == engine.Same && text == "" {
		b.WriteString(" (nothing to change)")
	}
	if e.Seconds > 0 {
		b.WriteString(" in " + seconds(e.Seconds))
	}
	if e.Class != "" {
		fmt.Fprintf(&b, " [%s]", e.Class)
	}
	if text != "" {
		b.WriteString(": " + text)
	}
	if e.Reason != "" {
		b.WriteString(" (" + Clean(e.Reason) + ")")
	}
	return b.String()
}

func eventColor(e engine.Event) string {
	switch {
	case e.Type == engine.EventEnd && e.Outcome == engine.Failed, e.Type == engine.EventLost:
		return red
	case e.Outcome == engine.Unknown, e.Type == engine.EventRetry, e.Type == engine.EventInvalid, e.Type == engine.EventSettled:
		return yellow
	case e.Type == engine.EventBegin, e.Outcome == engine.Skipped:
		return dim
	case e.Type == engine.EventStage, e.Type == engine.EventClosed:
		return bold
	}
	return ""
}
