package schema

import (
	"fmt"
	"reflect"
)

// Kind is what the language must know of a step kind. Args and Out are zero
// values of structs, not pointers; Out may be nil.
//
// The tags of Args are its declaration: json (the name, also on the wire),
// help, required:"true", default:"text", enum:"a,b", and short:"true" on the
// one field that a bare scalar or list fills.
type Kind struct {
	Name         string
	Doc          string
	Example      string
	OnController bool
	Redo         string // pure, idempotent, checked or manual
	// RedoOf is the rule of one step, given a pointer to its arguments, where these decide; nil: always Redo.
	RedoOf func(args any) string
	// Destroys: its purpose is to overwrite or remove data. Gate: it can refuse before the first change.
	Destroys, Gate bool
	// DestroysIf tells it of one step, given a pointer to its arguments and the names of those that are not known yet;
	// nil: Destroys holds for all.
	DestroysIf func(args any, late []string) bool

	Args any
	Out  any
	// Broken says why the kind cannot be used; every step that does gets it as a mistake. All else but Name is
	// empty then.
	Broken *Broken

	made *composite // nil for a kind that is one program
	// unread: its own text is not YAML, which is told there.
	unread bool
}

// Broken is what is wrong with a kind of the site's own.
type Broken struct {
	Code, Message, Help string
	// More are the mistakes in the kind's own texts; they are told once.
	More Diagnostics
}

// Validate reports what makes the declaration unusable: a type that the
// language cannot fill, a default or tag that does not fit.
func (k Kind) Validate() error {
	if !isWord(k.Name) {
		return fmt.Errorf("kind %q: bad name", k.Name)
	}
	if isStepKey(k.Name) {
		return fmt.Errorf("kind %s: the name is a step key", k.Name)
	}
	if err := checkStruct(k.argsType(), nil); err != nil {
		return fmt.Errorf("kind %s: %w", k.Name, err)
	}
	if k.Out != nil && reflect.TypeOf(k.Out).Kind() != reflect.Struct {
		return fmt.Errorf("kind %s: Out is no struct", k.Name)
	}
	return nil
}

// argsType is the struct of the arguments; a kind without any has an empty one.
func (k Kind) argsType() reflect.Type {
	if k.Args == nil {
		return reflect.TypeFor[struct{}]()
	}
	return reflect.TypeOf(k.Args)
}

// outType is the static type of the kind's output.
func (k Kind) outType() *typ {
	if k.Out == nil {
		return &typ{kind: tObject}
	}
	return typeOf(reflect.TypeOf(k.Out))
}

func kindNames(kinds map[string]Kind) []string {
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	return names
}
