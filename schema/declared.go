package schema

import (
	"reflect"
	"sync"
)

// Form is how a value is written.
type Form string

// The forms. Those from Name on are the language's own.
const (
	FormString    Form = "string"
	FormInt       Form = "int"
	FormFloat     Form = "float"
	FormBool      Form = "bool"
	FormDuration  Form = "duration"
	FormSize      Form = "size"
	FormMode      Form = "mode"
	FormCondition Form = "condition" // a bare expression that is a bool
	FormAny       Form = "any"
	FormList      Form = "list"
	FormMap       Form = "map"    // of names the author chooses
	FormObject    Form = "object" // of the keys in Keys

	FormName    Form = "name"    // of what expressions use: no hyphens
	FormWord    Form = "word"    // of what they do not use
	FormAddress Form = "address" // for ssh
	FormShare   Form = "share"   // how many nodes
	FormPlace   Form = "place"   // where a stage runs
	FormItems   Form = "items"   // a bare expression that gives a list, or a list
	FormKey     Form = "key"     // text with an expression in it
	FormStep    Form = "step"    // an object of StepKeys and one kind
)

// Type is what may stand at one place of a file, for references and for
// editors. It is made of the declarations by which the decoder reads.
type Type struct {
	Form   Form
	Name   string // of an object with a section of its own in the reference
	Elem   *Type  // of a list or map
	Keys   []Key  // of an object
	Or     *Type  // of an object: another one that may stand in its place
	Words  Form   // of a map: the form of its keys, "" = any text
	Filled bool   // a list or map that is not empty
	Secret bool   // of a string: it may hold secrets
	Expr   bool   // ${{ }} may stand for it and for every value in it
}

// Key is one declared key of an object.
type Key struct {
	Name       string
	Help       string
	Type       Type
	Required   bool
	Short      bool // a bare value in place of the object fills this key
	HasDefault bool
	Default    string // as it stands in the tag; elements of a list with commas
	Enum       []string
	Min, Max   string // of a number, "" = no bound
}

// File is one sort of file.
type File struct {
	Name     string // its first key
	Doc      string
	declares reflect.Type
}

// Keys are what may stand in such a file.
func (f File) Keys() []Key { return keysOf(f.declares, false) }

// Files are the sorts of files that the language has.
func Files() []File {
	return []File{
		{"runbook", "A runbook: stages of typed steps over the nodes of a site.", reflect.TypeFor[runbookFile]()},
		{"include", "A list of stages that runbooks share.", reflect.TypeFor[includeFile]()},
		{"kind", "A kind that is made of steps.", reflect.TypeFor[compositeFile]()},
		{"overlay", "An overlay: what a site changes in a runbook.", reflect.TypeFor[overlayFile]()},
		{"site", "A site: its nodes, and what holds for all of them.", reflect.TypeFor[siteFile]()},
	}
}

// StepKeys are the keys that stand beside the kind in a step.
func StepKeys() []Key { return keysOf(reflect.TypeFor[stepFile](), false) }

// IsStepKey tells whether name is one of StepKeys, and so no name of a kind.
func IsStepKey(name string) bool {
	return stepKeyNames()[name]
}

// Every task is a process, and asks for each kind of the build.
var stepKeyNames = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, f := range fieldsOf(reflect.TypeFor[stepFile]()) {
		out[f.name] = true
	}
	return out
})

// Arguments are the declared arguments of the kind, in their order.
func (k Kind) Arguments() []Key { return keysOf(k.argsType(), true) }

// Outputs are what later steps may read of the kind's output.
func (k Kind) Outputs() []Key {
	if k.Out == nil {
		return nil
	}
	return keysOf(reflect.TypeOf(k.Out), false)
}

// String names the type as references and messages do.
func (t Type) String() string {
	if t.Secret {
		return "string, also secret"
	}
	switch t.Form {
	case FormList:
		return "list of " + t.Elem.String()
	case FormMap:
		return "map of " + t.Elem.String()
	case FormObject:
		if t.Or != nil {
			return t.Name + " or " + t.Or.Name
		}
		if t.Name != "" {
			return t.Name
		}
	}
	return string(t.Form)
}
