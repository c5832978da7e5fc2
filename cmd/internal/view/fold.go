package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tidemark/engine"
)

// Folded is one planned step that is the same on several nodes.
type Folded struct {
	Tasks []*engine.Task
	Nodes []string
}

// task stands for all of them.
func (f *Folded) task() *engine.Task { return f.Tasks[0] }

// fold joins the tasks of a stage that would do the same thing, in the order of their first appearance by step. Sizes may
// differ, and where a task's text is like no other's, the node's own name in it. In a short plan details do not count.
func fold(s *engine.PlannedStage, short bool) []*Folded {
	count := map[string]int{}
	for _, t := range s.Tasks {
		count[exact(t)+told(t, short)]++
	}
	steps := map[string][]*Folded{}
	seen := map[string]*Folded{}
	var order []string
	for _, t := range s.Tasks {
		name, text := t.Name(), told(t, short)
		if count[exact(t)+text] == 1 {
			text = ownless(text, t.Node)
		}
		f := seen[exact(t)+text]
		if f == nil {
			f = &Folded{}
			seen[exact(t)+text] = f
			if steps[name] == nil {
				order = append(order, name)
			}
			steps[name] = append(steps[name], f)
		}
		f.Tasks, f.Nodes = append(f.Tasks, t), append(f.Nodes, t.Node)
	}
	var out []*Folded
	for _, name := range order {
		out = append(out, steps[name]...)
	}
	return out
}

// exact is what must be the same of tasks on one line.
func exact(t *engine.Task) string {
	c := t.Change
	parts := []string{t.Name(), t.Kind, t.Skip, t.User, string(c.Sign), string(c.Later), strconv.Itoa(int(c.Risk))}
	return strings.Join(append(parts, c.Argv...), "\x00") + "\x00\x00"
}

// told is what the lines of a task say in words, without its sizes.
func told(t *engine.Task, short bool) string {
	parts := []string{t.Change.Summary}
	if !short {
		parts = append(parts, t.Change.Details...)
	}
	return estimates().ReplaceAllString(strings.Join(parts, "\x00"), gap)
}

// summary is the common summary.
func (f *Folded) summary() string {
	return f.common(func(c engine.Change) string { return c.Summary })
}

// detail is the common one of the details at i, which were compared.
func (f *Folded) detail(i int) string {
	return f.common(func(c engine.Change) string { return c.Details[i] })
}

func (f *Folded) common(of func(engine.Change) string) string {
	first := of(f.Tasks[0].Change)
	own := slices.ContainsFunc(f.Tasks, func(t *engine.Task) bool {
		return estimates().ReplaceAllString(of(t.Change), gap) != estimates().ReplaceAllString(first, gap)
	})
	texts := make([]string, len(f.Tasks))
	for i, t := range f.Tasks {
		texts[i] = of(t.Change)
		if own {
			texts[i] = ownless(texts[i], t.Node)
		}
	}
	return strings.ReplaceAll(common(texts, estimates()), self, "<node>")
}

// size is what all of them write together, the time of the slowest, and what bounds each.
func (f *Folded) size() string {
	var sum engine.Change
	for _, t := range f.Tasks {
		sum.Bytes += t.Change.Bytes
		sum.Seconds = max(sum.Seconds, t.Change.Seconds)
	}
	limits := f.task().Limits
	if f.task().Change.Sign == engine.Same { // none is made
		limits = nil
	}
	text := size(sum, limits)
	if len(f.Tasks) > 1 && sum.Bytes > 0 {
		text = strings.Replace(text, engine.Bytes(sum.Bytes), engine.Bytes(sum.Bytes)+" in all", 1)
	}
	return text
}

// foldText groups nodes by what they say, in the order of first appearance. What one node alone says is joined with
// what another one alone says where only their own names in it differ.
type foldText struct {
	said []saying
	// loose finds what may differ as well, and is told as a span; nil is nothing.
	loose *regexp.Regexp
	// addressed: the node's own address may differ, too, where ssh names it.
	addressed bool
}

type saying struct{ node, text string }

// self stands for the node's own name while texts are compared.
const self = "\x01"

// ownless puts self for the name of a node in a text, where it is a word.
func ownless(text, node string) string {
	if node == "" {
		return text
	}
	own := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(node) + `($|[^\w-])`)
	for range 2 { // names side by side share the letter between them
		text = own.ReplaceAllString(text, "${1}"+self+"${2}")
	}
	return text
}

func (f *foldText) add(node, text string) {
	if s := (saying{node, text}); !slices.Contains(f.said, s) {
		f.said = append(f.said, s)
	}
}

// key is a text without what may differ.
func (f *foldText) key(text string) string {
	if f.loose == nil {
		return text
	}
	return f.loose.ReplaceAllString(text, gap)
}

// spans is the one text for those that share a key.
func (f *foldText) spans(texts []string) string {
	if f.loose == nil {
		return texts[0]
	}
	return common(texts, f.loose)
}

// each visits the texts with their nodes.
func (f *foldText) each(visit func(text string, nodes []string)) {
	count := map[string]int{}
	for _, s := range f.said {
		count[f.key(s.text)]++
	}
	nodes, texts, alone := map[string][]string{}, map[string][]string{}, map[string]string{}
	var order []string
	for _, s := range f.said {
		text := s.text
		if count[f.key(text)] == 1 {
			text = f.ownless(s)
		}
		key := f.key(text)
		if nodes[key] == nil {
			order, alone[key] = append(order, key), s.text
		}
		nodes[key], texts[key] = append(nodes[key], s.node), append(texts[key], text)
	}
	for _, key := range order {
		text := alone[key]
		if len(nodes[key]) > 1 {
			text = strings.ReplaceAll(f.spans(texts[key]), self, "the node")
		}
		visit(text, nodes[key])
	}
}

// ownless is a text without the name of its node, and where ssh names it without its address.
func (f *foldText) ownless(s saying) string {
	text := s.text
	if f.addressed && s.node != "" {
		text = sshAddress().ReplaceAllString(text, "${1}"+self+"${2}")
	}
	return ownless(text, s.node)
}

// sshAddress finds the address in what ssh says of a host.
var sshAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`((?:connect to host|Connection (?:closed|reset) by(?: authenticating user \S+)?) )\S+( port )`)
})
