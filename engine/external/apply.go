package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tidemark/engine"
)

// line is one line of apply: progress, or the result, which is the last.
type line struct {
	Progress *progress       `json:"progress"`
	Out      json.RawMessage `json:"out"`
	Changed  *bool           `json:"changed"`
	Note     string          `json:"note"`
	Failure  *failure        `json:"failure"`
}

type progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Text  string `json:"text"`
}

// hearing is what was heard of a program at work. A line that is wrong does not end it: half of a change is worse
// than a bad report of a whole one.
type hearing struct {
	tell   func(done, total int64, text string)
	lines  int
	result *line
	wrong  error  // the first line that does not keep to the protocol
	said   string // that line, or else the result
}

func (h *hearing) hear(raw []byte) {
	if h.lines++; len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	var l line
	err := strict(raw, &l)
	switch {
	case h.wrong != nil:
	case err != nil:
		h.wrong, h.said = fmt.Errorf("line %d of apply: %w", h.lines, err), string(raw)
	case h.result != nil:
		h.wrong, h.said = fmt.Errorf("line %d of apply: the result stood before it", h.lines), string(raw)
	case l.Progress != nil:
		h.tell(max(0, l.Progress.Done), max(0, l.Progress.Total), Plain(l.Progress.Text))
	default:
		h.result, h.said = &l, string(raw)
	}
}

// Apply has the program do its work with the rights of the task, and follows its progress.
func (s *step) Apply(ctx context.Context, h *engine.Host, c engine.Change) (engine.Output, error) {
	in, err := s.question(h.View, &planned{c.Sign, c.Summary, c.Data}, h.Open)
	if err != nil {
		return engine.Output{}, err
	}
	words, heard := lastWords{log: h.Log}, &hearing{tell: h.Progress}
	res, err := h.Program(ctx, engine.ProgramCall{In: in, Space: s.space(), Line: heard.hear, Log: words.add})
	switch {
	case heard.result != nil && heard.result.Failure != nil:
		return engine.Output{}, heard.result.Failure.err(s.d.Name)
	case err != nil:
		return engine.Output{}, fmt.Errorf("%s apply: %w", s.d.Name, err)
	case res.Code != 0:
		return engine.Output{}, exited(s.d.Name+" apply", res.Code, words)
	case heard.wrong != nil:
		return engine.Output{}, s.unsure(h, heard, heard.wrong)
	case heard.result == nil:
		return engine.Output{}, s.unsure(h, heard, errors.New("apply ended without a result line"))
	}
	out, err := s.output(heard.result)
	if err != nil {
		return engine.Output{}, s.unsure(h, heard, fmt.Errorf("out: %w", err))
	}
	return out, nil
}

// unsure is a program that ended well, but did not say so as agreed: its work may be done. The message and the log repeat
// what it said, which is masked where it is read.
func (s *step) unsure(h *engine.Host, heard *hearing, err error) error {
	if said := clip(Plain(heard.said), maxSaid); said != "" {
		err = fmt.Errorf("%w; it printed: %s", err, said)
	}
	h.Log("%s: %s", s.d.Name, err)
	return engine.WithNext(engine.Unsure(engine.Failf(engine.ClassIO, "%s: %w", s.d.Name, err)),
		"correct the program of this kind; docs/executable-kinds.md says what it must answer")
}

// maxSaid bounds, in characters, what a message repeats of an answer.
const maxSaid = 200

func (s *step) output(l *line) (engine.Output, error) {
	out, err := s.out(l.Out)
	return engine.Output{Value: out, Note: Plain(l.Note), Unchanged: l.Changed != nil && !*l.Changed}, err
}
