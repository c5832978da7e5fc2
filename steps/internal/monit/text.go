package monit

import (
	"regexp"
	"strings"
	"sync"

	"tidemark/engine"
)

// cutMark ends a cell that monit cut to its column.
const cutMark = "..."

// Lines of `monit summary`: up to 5.17 `Process 'name'   Running`, from 5.18 a table of name, status, type.
var (
	oldRow = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\S.*?) '(.+)'\s+(\S.*)$`) })
	header = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*(Service Name\s+)(Status\s+)Type\s*$`) })
)

// parseText reads both shapes. A row of neither is an error; a status word that is not known is Unknown.
func parseText(out string) ([]Service, error) {
	var found []Service
	var table []int
	for l := range strings.Lines(out) {
		l = strings.TrimRight(l, " \r\n")
		if l == "" || strings.HasPrefix(l, "Monit ") || strings.HasPrefix(l, "The Monit daemon ") {
			continue
		}
		if h := header().FindStringSubmatchIndex(l); h != nil {
			table = []int{h[2], h[4], h[5]}
			continue
		}
		s, ok := textRow(l, table)
		if !ok {
			return nil, engine.Failf(engine.ClassIO, "monit summary: a line of a shape that is not known: %q", clip(l))
		}
		found = append(found, s)
	}
	if len(found) == 0 {
		return nil, engine.Failf(engine.ClassIO, "monit summary: no services")
	}
	return found, nil
}

func textRow(l string, table []int) (Service, bool) {
	if table == nil {
		m := oldRow().FindStringSubmatch(l)
		if m == nil {
			return Service{}, false
		}
		return service(m[2], m[3], m[1]), true
	}
	if len(l) <= table[2] || l[table[1]-1] != ' ' || l[table[2]-1] != ' ' {
		return Service{}, false
	}
	name := strings.TrimSpace(l[table[0]:table[1]])
	return service(name, strings.TrimSpace(l[table[1]:table[2]]), strings.TrimSpace(l[table[2]:])), name != ""
}

// service makes one of a row; `- stop pending` and the like follow the status.
func service(name, status, kind string) Service {
	s := Service{Name: name, Type: typeOf(kind)}
	word, pending, _ := strings.Cut(status, " - ")
	s.Status, s.Monitor = stateOf(strings.TrimSpace(word))
	switch {
	case strings.HasSuffix(pending, "pending"):
		s.Pending = 1
	case pending != "" || strings.HasSuffix(status, cutMark):
		s.Pending = Unknown // the rest was cut off
	}
	return s
}

func typeOf(kind string) int {
	switch kind {
	case "Process":
		return TypeProcess
	case "Program":
		return TypeProgram
	}
	return 0
}

// stateOf maps the closed set of known words; every other one is Unknown, and certainly not good.
func stateOf(word string) (status, monitor int) {
	switch word {
	case "Running", "OK", "Status ok", "Accessible", "Online with all services":
		return 0, monitorYes
	case "Not monitored":
		return 0, 0
	case "Initializing":
		return 0, monitorInit
	case "Waiting":
		return 0, monitorYes | monitorWaiting
	case "Does not exist":
		return statusMissing, monitorYes
	}
	return Unknown, Unknown
}
