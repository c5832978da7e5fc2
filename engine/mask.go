package engine

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Mask hides the values of secrets in what a task prints and leaves. The nil Mask hides nothing.
type Mask struct {
	forms   [][]byte
	longest int
}

// masked stands where a secret was.
const masked = "***"

// leastLine is the length from which a single line of a secret is hidden by itself: a program may print one line of a
// key, but a line that holds one bracket is in every text.
const leastLine = 8

// NewMask hides these values, each of their longer lines, and both as they stand inside quotes.
func NewMask(secrets map[string][]byte) *Mask {
	m := &Mask{}
	for _, value := range secrets {
		m.add(value)
		for line := range bytes.Lines(value) {
			if line = bytes.TrimSpace(line); len(line) >= leastLine {
				m.add(line)
			}
		}
	}
	if len(m.forms) == 0 {
		return nil
	}
	return m
}

func (m *Mask) add(value []byte) {
	inJSON, _ := json.Marshal(string(value))
	for _, form := range [][]byte{value, []byte(strconv.Quote(string(value))), inJSON} {
		if len(form) > len(value) && form[0] == '"' {
			form = form[1 : len(form)-1]
		}
		if len(form) > 0 && !slices.ContainsFunc(m.forms, func(f []byte) bool { return bytes.Equal(f, form) }) {
			m.forms = append(m.forms, form)
			m.longest = max(m.longest, len(form))
		}
	}
}

// String hides what is in a text.
func (m *Mask) String(text string) string {
	if m == nil {
		return text
	}
	var b strings.Builder
	w := m.Writer(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// strings hides what is in each text.
func (m *Mask) strings(texts []string) []string {
	out := slices.Clone(texts)
	for i := range out {
		out[i] = m.String(out[i])
	}
	return out
}

// JSON hides what is in any text of a value, keys included.
func (m *Mask) JSON(raw json.RawMessage) json.RawMessage {
	if m == nil || len(raw) == 0 {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return json.RawMessage(`"***"`)
	}
	out, err := json.Marshal(m.value(v))
	if err != nil {
		return json.RawMessage(`"***"`)
	}
	return out
}

func (m *Mask) value(v any) any {
	switch v := v.(type) {
	case string:
		return m.String(v)
	case []any:
		for i := range v {
			v[i] = m.value(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[m.String(k)] = m.value(e)
		}
		return out
	}
	return v
}

// Receipt hides what is in a receipt.
func (m *Mask) Receipt(r Receipt) Receipt {
	if m == nil {
		return r
	}
	r.Message, r.Next, r.Note, r.Out = m.String(r.Message), m.String(r.Next), m.String(r.Note), m.JSON(r.Out)
	r.Change = m.change(r.Change)
	return r
}

func (m *Mask) change(c Change) Change {
	c.Summary, c.Details, c.Argv, c.Unknown = m.String(c.Summary), m.strings(c.Details), m.strings(c.Argv), m.strings(c.Unknown)
	c.Out, c.Data = m.JSON(c.Out), m.JSON(c.Data)
	c.Pre, c.Will = m.facts(c.Pre), m.facts(c.Will)
	return c
}

func (m *Mask) facts(facts []Fact) []Fact {
	out := slices.Clone(facts)
	for i := range out {
		out[i] = Fact{m.String(out[i].Key), m.String(out[i].Value)}
	}
	return out
}
