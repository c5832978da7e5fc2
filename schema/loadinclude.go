package schema

import (
	"cmp"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxIncludes is how deep lists of stages may include others.
const maxIncludes = 10

// includeFile is the declaration of a list of stages that runbooks share.
type includeFile struct {
	Include text       `json:"include" is:"word" required:"true" help:"name of the list, as its file is named"`
	Title   string     `json:"title" help:"one sentence: what the stages do"`
	Inputs  *yaml.Node `json:"inputs" is:"inputs" help:"what who includes it gives under with, by name"`
	Stages  *yaml.Node `json:"stages" is:"stages" required:"true" help:"stages: a list of {stage, on, steps}"`
}

// includeUse stands in a list of stages, for those of another text.
type includeUse struct {
	Include text       `json:"include" is:"word" required:"true" help:"name of a list of stages"`
	With    *yaml.Node `json:"with" is:"values" help:"values of its inputs"`
}

// included is a list of stages taken from a text of its own.
type included struct {
	use   includeUse
	at    *yaml.Node // what takes it
	file  includeFile
	above *included // the list that takes it, nil for the runbook
}

// isInclude tells an entry that takes stages from one that is a stage.
func isInclude(n *yaml.Node) bool { return valueOf(n, "include") != nil && valueOf(n, "stage") == nil }

// include finds all texts that a list of stages takes in, before any stage is
// read: ids are known over all of them.
func (l *loader) include(stages *yaml.Node, above *included) {
	for _, entry := range items(stages) {
		if !isInclude(entry) {
			continue
		}
		inc := &included{at: entry, above: above}
		if l.decode(entry, reflect.ValueOf(&inc.use).Elem()) && l.mayInclude(inc) && l.readInclude(inc) {
			l.includes[entry] = inc
			l.include(inc.file.Stages, inc)
		}
	}
}

// mayInclude refuses circles, lists too deep, and a list taken twice.
func (l *loader) mayInclude(inc *included) bool {
	name := inc.use.Include
	chain := []string{name.Value}
	for up := inc.above; up != nil; up = up.above {
		chain = append(chain, up.use.Include.Value)
		if up.use.Include.Value == name.Value {
			slices.Reverse(chain)
			l.at(name.node, codeIncludeCircle, fmt.Sprintf("%q includes itself: %s", name.Value, strings.Join(chain, " → ")), "take one of them out")
			return false
		}
	}
	if len(chain) > maxIncludes {
		l.at(name.node, codeIncludeCircle, fmt.Sprintf("lists of stages nest deeper than %d", maxIncludes), "")
		return false
	}
	for _, other := range l.includes {
		if other.use.Include.Value == name.Value {
			l.twice(other.use.Include.node, name.node, fmt.Sprintf("%q is included twice: its stages would have the same ids", name.Value), "")
			return false
		}
	}
	return true
}

// readInclude finds and reads the text by its file's name.
func (l *loader) readInclude(inc *included) bool {
	name := inc.use.Include
	var found []Source
	var known []string
	for _, src := range l.sources.Includes {
		if known = append(known, nameOf(src)); nameOf(src) == name.Value {
			found = append(found, src)
		}
	}
	switch len(found) {
	case 0:
		l.at(name.node, codeInclude, fmt.Sprintf("there is no list of stages %q", name.Value), cmp.Or(withoutEnding(name.Value, known), suggest(name.Value, "there are", known)+includeHint(known)))
		return false
	case 1:
		return l.parseInclude(inc, found[0])
	}
	l.at(name.node, codeInclude, fmt.Sprintf("%q stands in two files: %s and %s", name.Value, found[0].Name, found[1].Name), "rename one of them")
	return false
}

// nameOf is the name that a file gives to what is in it.
func nameOf(src Source) string { return strings.TrimSuffix(path.Base(src.Name), path.Ext(src.Name)) }

// withoutEnding is the help for a file's name where that of its list is due.
func withoutEnding(name string, known []string) string {
	short := nameOf(Source{Name: name})
	if short == name || !slices.Contains(known, short) {
		return ""
	}
	return "a list is named without its directory and ending: include: " + short
}

func includeHint(known []string) string {
	if len(known) > 0 {
		return ""
	}
	return "lists of stages lie in include/NAME.yaml beside the site file, or in --runbooks DIR"
}

func (l *loader) parseInclude(inc *included, src Source) bool {
	doc := l.more(src)
	if doc.root == nil {
		return false
	}
	l.book.Sources.Includes = append(l.book.Sources.Includes, src)
	ok := l.decode(doc.root, reflect.ValueOf(&inc.file).Elem())
	if n := inc.file.Include; n.node != nil && n.Value != inc.use.Include.Value {
		l.at(n.node, codeInclude, fmt.Sprintf("%q is not the name of the file", n.Value), "write include: "+inc.use.Include.Value)
		return false
	}
	return ok
}

// included reads the stages of an entry that takes them from elsewhere; what
// is missing was reported when the texts were looked for.
func (l *loader) included(inc *included) {
	if inc == nil {
		return
	}
	outer, inputs := l.frame, l.inputs(inc.file.Inputs)
	l.frame = l.give(inc.use.Include.node, inc.use.With, inputs, l.givenScope(inc.file.Stages))
	l.stages(inc.file.Stages)
	l.unused(inputs)
	l.frame = outer
}

// givenScope is what the values for a list of stages may use: it is evaluated
// on each node of its stages.
func (l *loader) givenScope(stages *yaml.Node) *scope {
	var nodes []*Node
	if l.site != nil {
		nodes = l.site.Select(l.everyOn(stages))
	}
	s := stageScope(l.frame.typ, varsType(l.book.Vars, nodes, l.site), secretsType(l.site))
	return s.without("what is given to a list of stages may use inputs, vars, site and node: it is fixed in the plan",
		"run", "stage", "item", "steps", "nodes")
}

// everyOn are the groups and nodes of all stages of a list.
func (l *loader) everyOn(stages *yaml.Node) []string {
	var out []string
	for _, entry := range items(stages) {
		if inc := l.includes[entry]; inc != nil {
			out = append(out, l.everyOn(inc.file.Stages)...)
			continue
		}
		on := valueOf(entry, "on")
		if on == nil {
			continue
		}
		if group := valueOf(on, "group"); group != nil {
			on = group
		}
		for _, n := range append(items(on), on) {
			out = append(out, n.Value)
		}
	}
	return out
}
