package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// within is what a loader knows of the composite step whose steps it reads.
type within struct {
	step  *Step
	kinds []string     // the composite kinds around, outermost first
	keys  []*yaml.Node // of the steps by which they are used
	path  string       // ids of the steps around, each with a dot behind it

	root *yaml.Node // the kind of the outermost step
}

// user is what the steps inside run as that say nothing themselves.
func (w *within) user() string {
	if w.step == nil {
		return ""
	}
	return w.step.User
}

// skip is why the steps inside are not run, "" when they are.
func (w *within) skip() string {
	if w.step == nil {
		return ""
	}
	return w.step.Skip
}

// waits are the steps for whose outputs a step waits: its own, and all that
// the composite step around it waits for.
func (w *within) waits(own map[string]bool) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(own)) {
		out = append(out, w.path+id)
	}
	if w.step != nil {
		out = append(out, w.step.waits...)
	}
	return out
}

// fixed refuses an expression, needed in the plan, over an argument that is
// known only after a step.
func (l *loader) fixed(e *Expr) {
	if l.within.step == nil {
		return
	}
	for name := range e.refs.inputs {
		if at := l.within.step.late[name]; at != nil {
			l.at(at, codeNotHere, fmt.Sprintf("%q of %s is gone over by a for-each: it is needed in the plan, before any step ran", name, l.within.step.Kind), "give it an input or a var")
		}
	}
}

// unfold reads the steps of a composite kind at the place of its use.
func (l *loader) unfold(step *Step, key, plain *yaml.Node, here *place) {
	c := step.kind.made
	step.outType = scalarType(tAny) // until its steps are read
	l.compositeRules(plain, c.name)
	if chain := append(slices.Clone(l.within.kinds), c.name); slices.Contains(l.within.kinds, c.name) {
		from := slices.Index(chain, c.name)
		l.circle(chain[from:], append(slices.Clone(l.within.keys), key)[from+1:])
		return
	}
	if !l.isSteps(c.steps) || !l.mayUnfold(step, key) {
		return
	}
	in := l.enter(step, key)
	in.collectSteps(c.steps)
	step.inner = in.stepsAt(c.steps, here)
	step.outputs, step.outType = in.outputs(c.outputs, here)
	maps.Copy(c.used, in.frame.used)
}

// circle reports kinds that contain each other, each by its key in the one
// before. Wherever one comes in, it is told of the first by name.
func (l *loader) circle(chain []string, keys []*yaml.Node) {
	names := chain[1:]
	first := slices.Index(names, slices.Min(names))
	l.at(keys[first], codeRecursion, fmt.Sprintf("kind %s contains itself", names[first]),
		"it is "+strings.Join(slices.Concat(names[first:], names[:first+1]), " → ")+": take one of them out")
}

// compositeRules refuses what would not say for which of the steps it is meant.
func (l *loader) compositeRules(plain *yaml.Node, kind string) {
	for _, key := range []string{"retry", "timeout"} {
		if n := valueOf(plain, key); n != nil {
			l.at(n, codeOnComposite, fmt.Sprintf("%s on a step that is made of steps", key),
				fmt.Sprintf("take it out here: each step inside the kind has its own, written out in kinds/%s.yaml", kind))
		}
	}
}

// enter is the loader for the steps inside: they see the arguments of the step
// as inputs, and each other.
func (l *loader) enter(step *Step, key *yaml.Node) *loader {
	in := *l
	in.ids, in.past, in.frame = map[string]*yaml.Node{}, map[string]past{}, newFrame(nil, step.kind.made.inputs)
	in.within = &within{step: step, kinds: append(slices.Clone(l.within.kinds), step.kind.made.name), keys: append(slices.Clone(l.within.keys), key), path: step.Path + ".", root: cmp.Or(l.within.root, key)}
	return &in
}

// outputs reads what later steps may see of a composite step.
func (l *loader) outputs(n *yaml.Node, here *place) (map[string]*leaf, *typ) {
	out, t := map[string]*leaf{}, object("output", map[string]*typ{})
	if n == nil {
		return out, t
	}
	entries, _ := l.entries(n, nil)
	l.names(n, "output")
	for name, value := range entries {
		t.fields[name] = scalarType(tAny)
		if value.Kind != yaml.ScalarNode || !isTemplate(value) {
			l.at(value, codeShape, "an output is an expression", "write \"${{ steps.ID.out.… }}\"")
			continue
		}
		if leaf := l.compileLeaf(value, l.scopeAt(here)); leaf != nil {
			leaf.check(l.report)
			for _, p := range leaf.parts {
				if p.expr != nil {
					l.reads(p.expr, nil)
				}
			}
			out[name], t.fields[name] = leaf, leaf.typ()
		}
	}
	return out, t
}

// alone checks a composite kind that is used nowhere.
func (l *loader) alone(k Kind) {
	c := k.made
	if c.steps == nil {
		return
	}
	on := []string{}
	if k.OnController {
		on = []string{controllerName}
	}
	here := &place{stage: &Stage{ID: c.name, On: on}, on: on, ground: &ground{vars: &typ{kind: tObject, label: "var", open: true}}}
	l.unfold(&Step{ID: c.name, Path: c.name, Kind: c.name, kind: k, docs: l.docs}, c.root, c.root, here)
	for _, in := range c.inputs {
		if !l.list.HasErrors() && !c.used[in.Name] {
			l.warn(in.pos, codeUnused, fmt.Sprintf("input %q is used nowhere", in.Name), "remove it, or use it as inputs."+in.Name)
		}
	}
}
