package schema

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// syntax says why a text is not YAML. The library names a line at best, and
// often one below the mistake; the doctor looks for what people do wrong.
func (d *document) syntax(r *report, err error) {
	if errors.Is(err, io.EOF) {
		d.line(r, 1, codeSyntax, "the file is empty", "tidemark new writes one to begin with")
		return
	}
	defer d.hideFor(r)()
	if newDoctor(d, r).look() {
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
	d.line(r, max(1, min(line, len(d.lines))), codeSyntax, "not YAML: "+text, "look at the end of the line above, too")
}

// hideFor keeps the secrets of a text that has no tree out of messages until
// the result is called.
func (d *document) hideFor(r *report) (end func()) {
	known := len(r.secrets)
	for _, s := range secretSpans(d.lines) {
		r.hide(d.lines[s.line][s.from:s.to])
	}
	return func() { r.secrets = r.secrets[:known] }
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
