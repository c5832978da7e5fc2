package engine

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"sync"

	"tidemark/schema"
)

// Kinds is the closed list of kinds a build knows.
type Kinds struct{ byName map[string]*Kind }

// Expressions are compiled at their first use: every task is a process, and most need none.
var kindName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })

// NewKinds checks the list: names, duplicates, missing documentation, names that are step keys.
func NewKinds(list ...Kind) (*Kinds, error) {
	ks := &Kinds{byName: map[string]*Kind{}}
	for i := range list {
		k := &list[i]
		if err := ks.check(k); err != nil {
			return nil, err
		}
		ks.byName[k.Name] = k
	}
	return ks, nil
}

// With is the list and more kinds, those of a site.
func (ks *Kinds) With(more ...Kind) (*Kinds, error) {
	var all []Kind
	for _, name := range ks.Names() {
		all = append(all, *ks.byName[name])
	}
	return NewKinds(append(all, more...)...)
}

func (ks *Kinds) check(k *Kind) error {
	switch {
	case !kindName().MatchString(k.Name):
		return fmt.Errorf("kind %q: not a name (small letters, digits and hyphens)", k.Name)
	case ks.byName[k.Name] != nil:
		return fmt.Errorf("kind %s: declared twice", k.Name)
	case schema.IsStepKey(k.Name):
		return fmt.Errorf("kind %s: the name is a key of every step", k.Name)
	case k.Doc == "" || k.Example == "" || k.New == nil:
		return fmt.Errorf("kind %s: needs Doc, Example and New", k.Name)
	case k.Redo == "":
		return fmt.Errorf("kind %s: needs a redo rule", k.Name)
	}
	return nil
}

// Get is the kind called name, or nil.
func (ks *Kinds) Get(name string) *Kind { return ks.byName[name] }

// Names lists the kinds in order.
func (ks *Kinds) Names() []string {
	var out []string
	for n := range ks.byName {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Schema is the list as the language knows it.
func (ks *Kinds) Schema() []schema.Kind {
	var out []schema.Kind
	for _, n := range ks.Names() {
		k := ks.byName[n]
		out = append(out, schema.Kind{
			Name: k.Name, Doc: k.Doc, Example: k.Example, OnController: k.At == OnController,
			Redo: string(k.Redo), RedoOf: k.redoOf, Destroys: k.Destroys, DestroysIf: k.destroysIf, Gate: k.Gate, Args: k.Arguments(), Out: k.Out,
		})
	}
	return out
}

// Arguments is the zero value of the struct that declares the kind's arguments.
func (k *Kind) Arguments() any {
	if k.Args != nil {
		return k.Args
	}
	return reflect.ValueOf(k.New()).Elem().Interface()
}

// redoOf is RedoOf for the language, which knows the arguments of a kind and not its steps.
func (k *Kind) redoOf(args any) string {
	s, ok := args.(Step)
	if !ok {
		return string(k.Redo)
	}
	return string(k.RedoOf(s))
}

// destroysIf is AtMost for the language, of a kind whose arguments decide. Any other says of itself whether it needs a
// gate: what an undo or a release takes away, their own checks guard.
func (k *Kind) destroysIf(args any, late []string) bool {
	r, ok := args.(Risker)
	if !ok {
		return k.Destroys
	}
	risk, _ := r.AtMost(late)
	return risk == Overwrites
}

// Step decodes resolved arguments into a step of this kind.
func (k *Kind) Step(args json.RawMessage) (Step, error) {
	s := k.New()
	if len(args) > 0 {
		if err := json.Unmarshal(args, s); err != nil {
			return nil, Failf(ClassPrecondition, "arguments of %s: %w", k.Name, err)
		}
	}
	return s, nil
}

// RedoOf is the rule of one step: its own, else its kind's.
func (k *Kind) RedoOf(s Step) Redo {
	if r, ok := s.(Redoer); ok {
		return r.Redo()
	}
	return k.Redo
}

// AsksAgain tells whether a done task runs again on resume while its stage is not passed: what a pure task proved may have
// changed since. What a person was asked or the controller decided stands, and so does what the end of a run did.
func (ks *Kinds) AsksAgain(t *Task) bool {
	k := ks.Get(t.Kind)
	if k == nil || t.Stage == FinallyStage || t.Node == ControllerNode {
		return false
	}
	step, err := k.Step(t.Args)
	return err == nil && k.RedoOf(step) == Pure
}

// AtMost is the highest risk of one step of which the arguments in late are not known, and why data may be lost.
func (k *Kind) AtMost(s Step, late []string) (risk Risk, why string) {
	if r, ok := s.(Risker); ok {
		return r.AtMost(late)
	}
	return k.Risk, "as any " + k.Name + " may"
}
