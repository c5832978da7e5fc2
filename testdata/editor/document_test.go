package editor

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
)

// place and span are as the protocol has them: from zero, in UTF-16 units, which the texts here have one of per character.
type place struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type span struct{ Start, End place }

// diagnostic is one mistake as an editor underlines it.
type diagnostic struct {
	Range   span
	Message string
}

func (d diagnostic) String() string {
	return fmt.Sprintf("%d:%d-%d:%d %s", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Range.End.Line+1, d.Range.End.Character+1, d.Message)
}

// document is a file that is open in the editor.
type document struct {
	s   *server
	uri string
}

// open opens a text under a path of the checkout, where its schema is found from, and waits for its diagnostics.
func (s *server) open(path, text string) (document, []diagnostic) {
	s.t.Helper()
	abs, err := filepath.Abs(filepath.Join("..", "..", path))
	if err != nil {
		s.t.Fatal(err)
	}
	d := document{s, "file://" + abs}
	s.send(message{Method: "textDocument/didOpen", Params: map[string]any{
		"textDocument": map[string]any{"uri": d.uri, "languageId": "yaml", "version": 1, "text": text},
	}})
	var told struct {
		URI         string
		Diagnostics []diagnostic
	}
	s.until(func(m heard) bool {
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &told) == nil && told.URI == d.uri
	})
	return d, told.Diagnostics
}

func (d document) at(p place) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": d.uri}, "position": p}
}

// complete gives the labels that are offered, with what each would insert.
func (d document) complete(p place) map[string]string {
	d.s.t.Helper()
	var answer struct {
		Items []struct{ Label, InsertText string }
	}
	d.s.call("textDocument/completion", d.at(p), &answer)
	out := map[string]string{}
	for _, item := range answer.Items {
		out[item.Label] = item.InsertText
	}
	return out
}

// hover gives the Markdown that is shown.
func (d document) hover(p place) string {
	d.s.t.Helper()
	var answer struct{ Contents struct{ Value string } }
	d.s.call("textDocument/hover", d.at(p), &answer)
	return answer.Contents.Value
}

// cut takes the marks « and » out of a text and gives their places; a cursor is a single «.
func cut(text string) (string, span) {
	before, rest, _ := strings.Cut(text, "«")
	inside, after, _ := strings.Cut(rest, "»")
	if after == "" {
		return before + inside, span{placeOf(before), placeOf(before)}
	}
	return before + inside + after, span{placeOf(before), placeOf(before + inside)}
}

func placeOf(before string) place {
	return place{strings.Count(before, "\n"), len([]rune(before[strings.LastIndex(before, "\n")+1:]))}
}
