package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// parseJSON reads exactly one JSON value within the limits of every text, as a tree like that of YAML: the
// decoder and its messages are the same for both.
func parseJSON(src Source, r *report) *document {
	d := &document{src: src, lines: splitLines(src.Data)}
	r.docs = docsOf(d)
	if len(src.Data) > MaxDescription {
		d.line(r, 1, codeTooLarge, fmt.Sprintf("the text has %d bytes, more than %d", len(src.Data), MaxDescription), "")
		return d
	}
	p := &jsonReader{data: src.Data, dec: json.NewDecoder(bytes.NewReader(src.Data)), report: r, line: 1}
	p.dec.UseNumber()
	if len(bytes.TrimSpace(src.Data)) == 0 {
		r.add(Error, p.pos(0), 1, codeNoJSON, "the program printed nothing", "print one JSON object on standard output and exit 0")
		return d
	}
	root := p.value(0)
	if root != nil && p.end() && root.Kind == yaml.MappingNode {
		d.root = root
	} else if root != nil && root.Kind != yaml.MappingNode {
		r.at(root, codeNoJSON, "a JSON object is due", "print {…}, with the keys that the documentation of executable kinds lists")
	}
	return d
}

// jsonReader makes nodes of tokens. Places are counted forward from the last one asked for.
type jsonReader struct {
	data   []byte
	dec    *json.Decoder
	report *report

	off, line, col int // the last place: byte, its line, the characters of the line before it
}

// pos is the place of a byte; places are asked for in their order.
func (p *jsonReader) pos(off int) Pos {
	for ; p.off < min(off, len(p.data)); p.off++ {
		switch c := p.data[p.off]; {
		case c == '\n':
			p.line, p.col = p.line+1, 0
		case utf8.RuneStart(c):
			p.col++
		}
	}
	return Pos{File: p.report.docs.main.src.Name, Line: p.line, Col: p.col + 1}
}

// next is the next token and where it begins; nil after a mistake.
func (p *jsonReader) next() (json.Token, Pos) {
	from := int(p.dec.InputOffset())
	from += len(p.data[from:]) - len(bytes.TrimLeft(p.data[from:], " \t\r\n,:"))
	t, err := p.dec.Token()
	if err != nil {
		p.syntax(err)
		return nil, Pos{}
	}
	return t, p.pos(from)
}

func (p *jsonReader) syntax(err error) {
	off := len(p.data)
	if s := (*json.SyntaxError)(nil); errors.As(err, &s) && !strings.HasPrefix(s.Error(), "unexpected end") {
		off = max(0, int(s.Offset)-1)
	}
	text := strings.TrimPrefix(err.Error(), "json: ")
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		text = "it ends too early"
	}
	p.report.add(Error, p.pos(off), 1, codeNoJSON, "not JSON: "+text, "one JSON object on standard output, and nothing else; what is for people goes to standard error")
}

// value reads one value; nil after a mistake.
func (p *jsonReader) value(depth int) *yaml.Node {
	t, at := p.next()
	if at.Line == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: at.Line, Column: at.Col}
	switch t := t.(type) {
	case json.Delim:
		if depth == maxDepth {
			p.report.at(n, codeTooLarge, fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
			return nil
		}
		return p.content(n, t, depth)
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(t)
	case json.Number:
		n.Tag, n.Value = "!!int", t.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case nil:
		n.Tag, n.Value = "!!null", "null"
	}
	return n
}

// content reads an object or a list to its end; keys are values like others.
func (p *jsonReader) content(n *yaml.Node, open json.Delim, depth int) *yaml.Node {
	n.Kind, n.Tag = yaml.MappingNode, "!!map"
	if open == '[' {
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
	}
	for p.dec.More() {
		c := p.value(depth + 1)
		if c == nil {
			return nil
		}
		n.Content = append(n.Content, c)
	}
	if _, at := p.next(); at.Line == 0 {
		return nil
	}
	return n
}

// end refuses what follows the value.
func (p *jsonReader) end() bool {
	from := int(p.dec.InputOffset())
	rest := bytes.TrimLeft(p.data[from:], " \t\r\n")
	if len(rest) == 0 {
		return true
	}
	p.report.add(Error, p.pos(len(p.data)-len(rest)), 1, codeNoJSON, "more text behind the JSON object", "one JSON object on standard output, and nothing else; what is for people goes to standard error")
	return false
}
