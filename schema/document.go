package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"gopkg.in/yaml.v3"
)

// document is one parsed text and its lines.
type document struct {
	src   Source
	lines []string
	root  *yaml.Node // the top mapping, nil when the text is not YAML

	aliases map[*yaml.Node]*yaml.Node // by each value that an alias stands for: the alias, see expand

	wide  atomic.Pointer[lineRunes] // the line that was last asked for
	shows func() shownText          // the lines as messages quote them
}

// lineRunes is one line as characters: a long one is converted once, however
// many places in it are asked for.
type lineRunes struct {
	line  int
	runes []rune
}

// parse reads exactly one YAML document within the limits, and writes its aliases out.
func parse(src Source, r *report) *document {
	d := parseAsWritten(src, r)
	d.expand()
	d.exposed(r)
	return d
}

// parseAsWritten is parse with the aliases and anchors left where they are.
func parseAsWritten(src Source, r *report) *document {
	d := &document{src: src}
	d.shows = sync.OnceValue(func() shownText { return showText(d.lines, len(d.lines)) })
	if r.docs == nil {
		r.docs = docsOf(d)
	}
	if len(src.Data) > maxBytes {
		r.add(Error, Pos{File: src.Name, Line: 1, Col: 1}, 1, codeTooLarge,
			fmt.Sprintf("the file has %d bytes, more than %d", len(src.Data), maxBytes), "a runbook is written by people: keep data in files of its own")
		return d
	}
	d.lines = splitLines(src.Data)
	if d.characters(r) && d.sized(r) {
		d.read(r)
	}
	return d
}

// read hands the text to the YAML library. What it takes must be one document
// within the limits; what it refuses is looked at once more, to say where and why.
func (d *document) read(r *report) {
	if d.directives(r) {
		return
	}
	dec := yaml.NewDecoder(bytes.NewReader(d.src.Data))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		d.syntax(r, err)
		return
	}
	if err := dec.Decode(&second); err == nil {
		d.line(r, max(second.Line, 1), codeSecondDoc, "a second document: a file holds exactly one", "split the file at ---")
	} else if !errors.Is(err, io.EOF) {
		d.syntax(r, err)
	}
	if d.bounded(&doc, r) && len(doc.Content) == 1 {
		d.root = doc.Content[0]
	}
}

// directives refuses lines such as %YAML 1.1 before the text, which would change
// how it is read.
func (d *document) directives(r *report) (found bool) {
	for i, line := range d.lines {
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "%"):
			d.line(r, i+1, codeSyntax, "a YAML directive: they are not part of the language", "remove the line")
			found = true
		case text != "" && text[0] != '#':
			return found
		}
	}
	return found
}

// runesOf gives a line as characters, nothing outside the text.
func (d *document) runesOf(line int) []rune {
	if line < 1 || line > len(d.lines) {
		return nil
	}
	last := d.wide.Load()
	if last == nil || last.line != line {
		last = &lineRunes{line: line, runes: []rune(d.lines[line-1])}
		d.wide.Store(last)
	}
	return last.runes
}

// at reports a mistake at the whole of a value of this document.
func (d *document) at(r *report, n *yaml.Node, code, message, help string) {
	r.add(Error, d.pos(n), d.width(n), code, message, help)
}

// line reports a mistake at a whole line.
func (d *document) line(r *report, line int, code, message, help string) {
	runes := d.runesOf(line)
	from, to := 0, len(runes)
	for from < to && isBlank(runes[from]) {
		from++
	}
	for to > from && isBlank(runes[to-1]) {
		to--
	}
	r.add(Error, Pos{File: d.src.Name, Line: line, Col: from + 1}, to-from, code, message, help)
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }
