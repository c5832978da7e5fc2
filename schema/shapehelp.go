package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// wrongShape reports a value of another shape than is due.
func (d *decoder) wrongShape(n *yaml.Node, due string) bool { return d.misshapen(n, due, "") }

// misshapen is wrongShape for a place that knows what was meant.
func (d *decoder) misshapen(n *yaml.Node, due, help string) bool {
	found := map[yaml.Kind]string{yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "single value"}[n.Kind]
	if isNull(n) {
		found = "missing value"
	}
	d.at(n, codeShape, fmt.Sprintf("%s where %s is due", article(found), article(due)), cmp.Or(emptyHelp(n, due), help, shapeHelp(n, due)))
	return false
}

// emptyHelp is for a key with nothing behind it.
func emptyHelp(n *yaml.Node, due string) string {
	switch {
	case !isNull(n) || n.Value != "":
		return ""
	case due == "list":
		return "write its entries on the next lines, each with a hyphen: - …, or remove the key"
	case due == "mapping":
		return "write KEY: VALUE on the next lines, indented, or remove the key"
	}
	return ""
}

// shapeHelp says how what stands there comes to the shape that is due.
func shapeHelp(n *yaml.Node, due string) string {
	switch {
	case due == "list" && n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0:
		return "begin each entry of the list with a hyphen: - " + n.Content[0].Value + ": …"
	case due == "mapping" && n.Kind == yaml.ScalarNode:
		return afterColon(n)
	case due == "single value":
		return singleHelp(n)
	}
	return ""
}

// listed says how a single value becomes a list; texts: of texts.
func (d *decoder) listed(n *yaml.Node, texts bool) string {
	text := strings.TrimSpace(n.Value)
	program := d.what == "run"
	switch {
	case n.Kind != yaml.ScalarNode:
		return ""
	case program && strings.Contains(text, "\n"):
		return "a program and its arguments stand on one line: [echo, hello]; each further line is a step of its own"
	case program && shellForm().MatchString(text):
		return programHelp + "; a line for a shell is [sh, -c, " + quotedOnce(text) + "]"
	case strings.Contains(text, "\n"):
		return "write each entry on a line of its own, with a hyphen: - …"
	}
	entries := []string{text}
	if n.Style == 0 && !isTemplate(n) {
		entries = entriesOf(text, program)
	}
	for i, e := range entries {
		entries[i] = inList(e, texts)
	}
	if len(entries) > 1 {
		return "put it in brackets, with commas between the entries: [" + strings.Join(entries, ", ") + "]"
	}
	return "put it in brackets: [" + entries[0] + "]"
}

// programHelp is what a command line becomes.
const programHelp = "program and arguments are words of their own: [echo, hello]"

// shellForm finds what only a shell reads.
var shellForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("[|&;<>$`*~(){}\"'\\\\]|^\\w+=") })

// entriesOf parts a text where commas stand in it, else at its blanks; commas are part of what a program is given.
func entriesOf(text string, program bool) []string {
	if program || !strings.Contains(text, ",") {
		return strings.Fields(text)
	}
	var out []string
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			out = append(out, entry)
		}
	}
	return out
}

// inList writes a value so that it is one entry between brackets; texts: it is to be read as text.
func inList(text string, texts bool) string {
	n := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	switch {
	case strings.ContainsAny(text, ",[]{}:#&*!|>'\"%@`\\") || text == "-", texts && n.ShortTag() != "!!str":
		return quotedOnce(text)
	}
	return text
}

// quotedOnce is a text in the quotes in which it needs no more signs.
func quotedOnce(text string) string {
	if strings.Contains(text, "'") {
		return fmt.Sprintf("%q", text)
	}
	return "'" + text + "'"
}

// pairsHelp is for a list of NAME=VALUE.
func pairsHelp(n *yaml.Node) string {
	var pairs []string
	for _, c := range n.Content {
		name, value, ok := strings.Cut(c.Value, "=")
		if !ok || name == "" || strings.ContainsFunc(name, func(c rune) bool { return !isWordRune(c) }) {
			return "write KEY: VALUE for each entry, without hyphens and brackets"
		}
		pairs = append(pairs, name+": "+inList(value, true))
	}
	return "write {" + strings.Join(pairs, ", ") + "}"
}

// fieldHelp says under which of its keys a bare value was meant.
func fieldHelp(n *yaml.Node, fields []field) string {
	if help := afterColon(n); help != "" || n.Kind != yaml.ScalarNode {
		return help
	}
	value := inList(n.Value, n.ShortTag() == "!!str" && n.Style != 0)
	var due, names []string
	for _, f := range fields {
		if slices.Contains(f.enum, n.Value) {
			return fmt.Sprintf("write {%s: %s}", f.name, value)
		}
		names = append(names, f.name)
		if f.required {
			due = append(due, f.name)
		}
	}
	switch {
	case len(due) == 1:
		return fmt.Sprintf("write {%s: %s}", due[0], value)
	case len(due) > 1:
		return "write {" + strings.Join(due, ": …, ") + ": …}"
	case len(names) > 0:
		return "write {KEY: VALUE}, with keys of: " + strings.Join(names, ", ")
	}
	return "it has no keys: write {}"
}
