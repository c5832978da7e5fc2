package schema

import (
	"cmp"
	"slices"
)

// typeKind is the kind of a static type in expressions.
type typeKind int

const (
	tAny typeKind = iota
	tNil
	tBool
	tInt
	tFloat
	tString
	tDuration
	tList
	tMap
	tObject
	tSize
)

// typ is a static type. It is never changed once the runbook is read.
type typ struct {
	kind   typeKind
	elem   *typ            // of a list or map
	fields map[string]*typ // of an object
	open   bool            // object: other fields are accepted, of any type
	away   map[string]away // object: names that exist, but not here
	fill   bool            // object: fields that JSON left out hold their zero value
	maybe  string          // the step whose output may be missing, "" = always there
	label  string          // object: what it is called in messages
	values []string        // of an enum: all there are
	secret string          // the secret that is in it, "" = none
	lazy   *lazy           // object: fields that are typed when they are asked for
	hint   string          // what to write where a part of it is due, "" = nothing is known

	key func(name string) (*typ, *away) // map: the type under a written key, nil = elem
}

// lazy gives fields on demand; both results of field are nil for an unknown one.
type lazy struct {
	names func() []string
	field func(name string) (*typ, *away)
}

// names are the fields that can be used.
func (t *typ) names() []string {
	if t.lazy != nil {
		return t.lazy.names()
	}
	var out []string
	for name := range t.fields {
		if _, ok := t.away[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

// a is the type with its article.
func a(t *typ) string {
	text := t.String()
	if t.kind == tAny || t.kind == tNil {
		return text
	}
	return article(text)
}

// away says why a known name cannot be used here.
type away struct{ code, message, help string }

func scalarType(k typeKind) *typ { return &typ{kind: k} }

func listOf(elem *typ) *typ { return &typ{kind: tList, elem: elem} }

func (t *typ) String() string {
	switch t.kind {
	case tList:
		return "list of " + t.elem.String()
	case tMap:
		return "map of " + t.elem.String()
	}
	names := []string{"any value", "nothing", "bool", "int", "float", "string", "duration", "list", "map", "object", "size"}
	return names[t.kind]
}

// number holds for sizes, too: they are a number of bytes.
func (t *typ) number() bool { return t.kind == tInt || t.kind == tFloat || t.kind == tSize }

func (t *typ) scalar() bool {
	return t.kind == tBool || t.number() || t.kind == tString || t.kind == tDuration
}

// withMaybe is t, missing when that step was skipped.
func (t *typ) withMaybe(step string) *typ {
	if step == "" || t.maybe == step {
		return t
	}
	out := *t
	out.maybe = cmp.Or(t.maybe, step)
	return &out
}

// sure is t after `??` or a look-up of what is known to be there.
func (t *typ) sure() *typ {
	if t.maybe == "" {
		return t
	}
	out := *t
	out.maybe = ""
	return &out
}

// join is the type that holds values of both, nil when there is none.
func join(a, b *typ) *typ { return joined(a, b).holding(tainted(a, b)) }

func joined(a, b *typ) *typ {
	switch {
	case a.kind == tNil:
		return b
	case b.kind == tNil:
		return a
	case a.kind == tAny || b.kind == tAny:
		return scalarType(tAny)
	case a.number() && b.number() && a.kind != b.kind:
		if a.kind == tFloat || b.kind == tFloat {
			return scalarType(tFloat)
		}
		return scalarType(tInt)
	case a.kind != b.kind:
		return nil
	case a.kind == tList || a.kind == tMap:
		return joinElems(a, b)
	case a.kind == tString && !slices.Equal(a.values, b.values):
		return scalarType(tString)
	}
	return a
}

// joinElems treats the unknown elements of an empty literal as any others.
func joinElems(a, b *typ) *typ {
	if a.elem.kind == tAny {
		return b
	}
	if b.elem.kind == tAny {
		return a
	}
	elem := join(a.elem, b.elem)
	if elem == nil {
		return nil
	}
	return &typ{kind: a.kind, elem: elem}
}

// sameType compares what values of a name hold on two nodes.
func sameType(a, b *typ) bool {
	if a.kind != b.kind {
		return false
	}
	return (a.kind != tList && a.kind != tMap) || joinElems(a, b) != nil
}
