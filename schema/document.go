package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits of one text; they bound the work a hostile one can cause.
const (
	maxBytes   = 1 << 20
	maxDepth   = 50
	maxAliases = 100
)

// document is one parsed text and its lines.
type document struct {
	src   Source
	lines []string
	root  *yaml.Node // the top mapping, nil when the text is not YAML
}

// parse reads exactly one YAML document within the limits.
func parse(src Source, r *report) *document {
	d := &document{src: src, lines: splitLines(src.Data)}
	r.docs = docsOf(d)
	if len(src.Data) > maxBytes {
		r.line(1, codeTooLarge, fmt.Sprintf("the file has %d bytes, more than %d", len(src.Data), maxBytes), "")
		return d
	}
	if line := tooDeep(src.Data); line > 0 {
		r.line(line, codeTooLarge, fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
		return d
	}
	dec := yaml.NewDecoder(bytes.NewReader(src.Data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		d.syntax(r, err)
		return d
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		r.line(max(second.Line, 1), codeSecondDoc, "a second document: a file holds exactly one", "split the file at ---")
	} else if !errors.Is(err, io.EOF) {
		d.syntax(r, err)
	}
	if d.bounded(&doc, r) && len(doc.Content) == 1 {
		d.root = doc.Content[0]
	}
	return d
}

// tooDeep gives the line where brackets nest beyond the limit, before the
// parser does quadratic work on it. Brackets in text only make it stricter.
func tooDeep(data []byte) int {
	depth, line := 0, 1
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			line++
		}
		if depth > 10*maxDepth {
			return line
		}
	}
	return 0
}

func (d *document) syntax(r *report, err error) {
	if errors.Is(err, io.EOF) {
		r.line(1, codeSyntax, "the file is empty", "")
		return
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := lineForm().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.TrimPrefix(text, m[0])
	}
	if fromParser(text) {
		line++
	}
	r.line(min(line, len(d.lines)), codeSyntax, "not YAML: "+text, "")
}

// fromParser tells the errors whose line the library counts from zero; it is
// the line where the unfinished list or mapping begins.
func fromParser(text string) bool {
	for _, after := range []string{"',' or", "node content", "key", "'-' indicator", "<"} {
		if strings.HasPrefix(text, "did not find expected "+after) {
			return true
		}
	}
	return false
}

// bounded checks depth, aliases and their expansion, and custom tags.
func (d *document) bounded(doc *yaml.Node, r *report) bool {
	w := &bounds{r: r, sizes: map[*yaml.Node]int{}}
	w.visit(doc, 0)
	return !w.stop
}

// bounds walks the tree once; sizes holds how large each anchor expands.
type bounds struct {
	r       *report
	sizes   map[*yaml.Node]int
	aliases int
	stop    bool
}

const visiting = -1

func (w *bounds) visit(n *yaml.Node, depth int) int {
	if w.stop {
		return 0
	}
	if size, seen := w.sizes[n]; seen {
		if size == visiting {
			w.refuse(n, "an anchor that contains itself")
		}
		return size
	}
	if depth > maxDepth {
		w.refuse(n, fmt.Sprintf("nested deeper than %d levels", maxDepth))
		return 0
	}
	w.tag(n)
	w.sizes[n] = visiting
	size := len(n.Value) + 1
	if n.Kind == yaml.AliasNode {
		if w.aliases++; w.aliases > maxAliases {
			w.refuse(n, fmt.Sprintf("more than %d aliases", maxAliases))
		}
		size += w.visit(n.Alias, depth)
	}
	for _, c := range n.Content {
		size += w.visit(c, depth+1)
	}
	if w.sizes[n] = size; size > maxBytes && !w.stop {
		w.refuse(n, fmt.Sprintf("the aliases expand to more than %d bytes", maxBytes))
	}
	return size
}

func (w *bounds) refuse(n *yaml.Node, message string) {
	w.stop = true
	w.r.at(n, codeTooLarge, message, "")
}

// tag refuses what the YAML core schema does not have.
func (w *bounds) tag(n *yaml.Node) {
	switch tag := n.ShortTag(); {
	case n.Kind == yaml.DocumentNode, n.Kind == yaml.AliasNode:
	case tag == "!!merge":
		w.r.at(n, codeTag, "merge keys are not part of the language", "write the keys out, or use an alias for a whole value")
	case n.Style&yaml.TaggedStyle != 0:
		w.r.at(n, codeTag, fmt.Sprintf("tag %s: tags are not part of the language", n.Tag), "remove the tag; quote the value if it is text")
	}
}
