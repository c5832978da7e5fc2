package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// compositeFile is the declaration of a kind that is made of steps.
type compositeFile struct {
	Kind    text       `json:"kind" is:"word" required:"true" help:"name of the kind; the file is called kinds/NAME.yaml"`
	Doc     string     `json:"doc" required:"true" help:"what its steps do together; the first sentence stands in lists"`
	Inputs  *yaml.Node `json:"inputs" is:"inputs" help:"the arguments of a step of this kind, by name"`
	Steps   *yaml.Node `json:"steps" is:"steps" required:"true" help:"steps: a list of {id, KIND: {…}}"`
	Outputs *yaml.Node `json:"outputs" is:"outputs" help:"what later steps may read, by name: \"${{ steps.… }}\""`
}

// composite is a kind that is made of steps. Its steps are read anew at each
// use, where nodes and vars are known.
type composite struct {
	name    string
	inputs  []Input
	steps   *yaml.Node
	outputs *yaml.Node
	root    *yaml.Node
	text    size            // of its steps
	used    map[string]bool // its inputs that its steps read
}

// Composites reads composite kinds, checks their steps by themselves, and
// gives the kinds that are without mistakes: those of the names in only, or
// all. Vars are accepted whatever they are: they are known where a kind is
// used.
func Composites(sources []Source, kinds []Kind, site *Site, only ...string) ([]Kind, Diagnostics) {
	r := &report{docs: docsOf(&document{})}
	l := newLoader(r, Sources{Kinds: sources}, kinds, site)
	l.book = &Runbook{docs: r.docs}
	l.kindFiles()
	var out []Kind
	for _, src := range sources {
		before, name := r.mistakes, nameOf(src)
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		k, _ := l.kind(name)
		if k.made == nil { // the name of another kind: told already
			continue
		}
		l.book.unfolded = unfolded{}
		l.alone(k)
		if !r.failed(before) {
			out = append(out, k)
		}
	}
	return out, r.list.sorted()
}

// composite reads the declaration of a kind.
func (l *loader) composite(src Source) Kind {
	root := l.more(src).root
	c := &composite{name: nameOf(src), used: map[string]bool{}}
	k := Kind{Name: c.name, made: c}
	if root == nil {
		k.unread = true
		return k
	}
	var f compositeFile
	l.decode(root, reflect.ValueOf(&f).Elem())
	c.root, c.steps, c.outputs = root, f.Steps, f.Outputs
	if c.steps != nil {
		c.text = textSize(c.steps)
	}
	l.compositeName(f.Kind, c.name)
	c.inputs = l.inputs(f.Inputs)
	k.Doc, k.Example = f.Doc, exampleOf(c.name, c.inputs)
	l.nature(&k, f.Steps)
	k.Args = reflect.New(argsOf(c.inputs)).Elem().Interface()
	return k
}

// redoOrder are the rules for an unknown outcome, the most demanding last.
func redoOrder() []string { return []string{"", "pure", "idempotent", "checked", "manual"} }

// nature is where a composite kind runs and how an unknown outcome of it is
// treated: as the most demanding of its steps, as they are written.
func (l *loader) nature(k *Kind, steps *yaml.Node) {
	order := redoOrder()
	for _, n := range items(steps) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			if isStepKey(name) || name == k.Name {
				continue
			}
			inner, _ := l.kind(name)
			k.OnController = k.OnController || inner.OnController
			k.Destroys, k.Gate = k.Destroys || inner.Destroys, k.Gate || inner.Gate
			if rule := l.redoAsWritten(inner, n.Content[i+1]); slices.Index(order, rule) > slices.Index(order, k.Redo) {
				k.Redo = rule
			}
		}
	}
}

// redoAsWritten is the rule of a step with these arguments. Mistakes in them
// are told where the step is read; a rule that an expression gives is not known.
func (l *loader) redoAsWritten(k Kind, args *yaml.Node) string {
	if k.RedoOf == nil {
		return k.Redo
	}
	v := reflect.New(k.argsType())
	(&decoder{report: &report{docs: l.docs}, literal: true}).decode(args, v.Elem()) // what an expression gives is given
	if rule := k.RedoOf(v.Interface()); slices.Contains(redoOrder(), rule) {
		return rule
	}
	return k.Redo
}

func (l *loader) compositeName(t text, file string) {
	if t.node == nil {
		return
	}
	l.word(t, "kind")
	switch {
	case t.Value != file:
		l.at(t.node, codeKindFile, fmt.Sprintf("kind %q in a file called %q", t.Value, file+".yaml"), fmt.Sprintf("call the file %s.yaml, or the kind %s", t.Value, file))
	case isStepKey(t.Value):
		l.at(t.node, codeKindFile, fmt.Sprintf("%q is a key of every step", t.Value), "give the kind another name")
	}
}
