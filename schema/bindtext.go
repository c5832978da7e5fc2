package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// textNode makes the value that the text stands for; nil, and why, when it is
// no YAML.
func textNode(in *Input, text string) (n *yaml.Node, why string) {
	switch {
	case isText(in.Type):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}, ""
	case in.Type == "map" || strings.HasPrefix(strings.TrimSpace(text), "["):
		return flowNode(in, text)
	case in.Type == "list":
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				n.Content = append(n.Content, plainNode(in.Of, part))
			}
		}
		return n, ""
	}
	return plainNode(in.Type, text), ""
}

func plainNode(kind, text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	if isText(kind) || text == "" {
		n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
	}
	return n
}

func flowNode(in *Input, text string) (n *yaml.Node, why string) {
	rep := &report{}
	doc := parse(Source{Name: commandLine, Data: []byte(text)}, rep)
	if doc.root == nil || rep.list.HasErrors() {
		if len(rep.list) > 0 {
			why = ": " + rep.list[0].Message
		}
		return nil, why
	}
	if isText(in.Of) {
		for _, c := range doc.root.Content {
			if c.Kind == yaml.ScalarNode {
				c.Tag = "!!str"
			}
		}
	}
	return doc.root, ""
}

func formOf(in *Input) string {
	if in.Type == "list" {
		return fmt.Sprintf("--input %s=a,b or --input '%s=[a, b]'", in.Name, in.Name)
	}
	return fmt.Sprintf("--input '%s={key: value}'", in.Name)
}

// naming puts the value that was given before a message that does not show it: there is no source line to look at.
func naming(text, message string) string {
	if strings.Contains(message, strconv.Quote(text)) {
		return message
	}
	return fmt.Sprintf("%q: %s", text, message)
}

// notText is the first byte that text cannot hold, -1 when there is none:
// plans and messages are JSON, and no program can be given a NUL.
func notText(text string) int {
	for i, r := range text {
		if r == 0 || (r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD")) {
			return i
		}
	}
	return -1
}
