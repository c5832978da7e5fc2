package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a text. Lines and columns count from 1, columns in
// characters; Line 0 means the text as a whole.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"column,omitempty"`
}

// String gives "file:line:col", the form editors and terminals can follow.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Severity says whether a diagnostic refuses the text.
type Severity int

// An Error refuses the text, a Warning does not.
const (
	Error Severity = iota
	Warning
)

// String gives the word that is shown and written to JSON.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText writes the severity as its word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Diagnostic is one mistake at one place.
type Diagnostic struct {
	Pos      Pos
	Width    int // characters that the caret underlines, at least 1
	Code     string
	Severity Severity
	Message  string // one sentence: what is wrong
	Help     string // what to do: "did you mean", allowed keys; may be empty
}

// Error gives the diagnostic in one line, without the source.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if at := d.Pos.String(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(d.Code + " ")
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Message)
	return b.String()
}

// Diagnostics are all mistakes of one text, sorted by position.
type Diagnostics []Diagnostic

// Error gives one line per diagnostic.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// HasErrors reports whether any of them is more than a warning.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Err is the diagnostics as an error, nil when there are none but warnings.
// Use it instead of a conversion: an empty Diagnostics is no nil error.
func (ds Diagnostics) Err() error {
	if !ds.HasErrors() {
		return nil
	}
	return ds
}

// sorted orders by position and drops repetitions: an anchor used twice is
// read twice, its mistake is one.
func (ds Diagnostics) sorted() Diagnostics {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
		)
	})
	return slices.Compact(ds)
}
