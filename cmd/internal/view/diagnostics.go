package view

import (
	"io"

	"tidemark/schema"
)

// diagnostic is a mistake for programs; its names are kept (docs/editors.md).
type diagnostic struct {
	File     string          `json:"file"`             // as it was named
	Line     int             `json:"line,omitempty"`   // from 1; none where the whole file is meant
	Column   int             `json:"column,omitempty"` // from 1, in characters
	Width    int             `json:"width"`            // characters that are meant
	Code     string          `json:"code"`             // TM and four digits
	Severity schema.Severity `json:"severity"`         // error or warning
	Message  string          `json:"message"`
	Help     string          `json:"help,omitempty"` // what to do
}

// Diagnostics writes mistakes as a JSON list, which is empty where there are none.
func Diagnostics(w io.Writer, diags schema.Diagnostics) error {
	out := make([]diagnostic, len(diags))
	for i, d := range diags {
		out[i] = diagnostic{d.Pos.File, d.Pos.Line, d.Pos.Col, d.Width, d.Code, d.Severity, d.Message, d.Help}
	}
	return JSON(w, out)
}
