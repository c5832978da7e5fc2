package schema

import (
	"crypto/rand"
	"strings"
)

// seal makes the marks that stand for secrets while expressions are evaluated.
// No value of a secret is ever here: a mark holds its name, and a word that is
// drawn for each evaluation, so that no value from outside can pass for one.
type seal string

// sealRoot is where an environment keeps its seal; expressions cannot write it.
const sealRoot = "secret marks"

func newSeal() seal { return seal("\x00" + rand.Text() + ":") }

// sealOf is the seal of an environment.
func sealOf(env map[string]any) seal {
	s, _ := env[sealRoot].(seal)
	return s
}

func (s seal) mark(name string) string { return string(s) + name + "\x00" }

// put replaces the names that values of secret type hold by marks.
func (s seal) put(x any, t *typ) any {
	switch x := x.(type) {
	case string:
		if t.secret != "" {
			return s.mark(x)
		}
	case Sealed:
		return s.text(x)
	case map[string]any:
		if t.carries() == "" {
			return x
		}
		out := make(map[string]any, len(x))
		for name, v := range x {
			out[name] = v
			if f := t.at(name); f != nil {
				out[name] = s.put(v, f)
			}
		}
		return out
	}
	return x
}

// at is the type under a name of an object or map, nil when it is not known.
func (t *typ) at(name string) *typ {
	if t.kind == tMap {
		return t.elem
	}
	return t.fields[name]
}

// text is sealed text as expressions see it.
func (s seal) text(x Sealed) string {
	text, _ := x.Open(func(name string) ([]byte, error) { return []byte(s.mark(name)), nil })
	return text
}

// take turns texts with marks into Sealed, wherever they stand in a value.
func (s seal) take(x any) any {
	switch x := x.(type) {
	case string:
		if s == "" || !strings.Contains(x, string(s)) {
			return x
		}
		return s.split(x)
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = s.take(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = s.take(e)
		}
		return out
	}
	return x
}

func (s seal) split(text string) Sealed {
	var out Sealed
	literal := func(t string) {
		if t != "" {
			out.parts = append(out.parts, sealedPart{text: t})
		}
	}
	for {
		before, rest, found := strings.Cut(text, string(s))
		literal(before)
		if !found {
			return out
		}
		name, after, _ := strings.Cut(rest, "\x00")
		out.parts = append(out.parts, sealedPart{secret: name})
		text = after
	}
}
