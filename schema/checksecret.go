package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// helpSecret says what can be done with a secret: its value is read just
// before the task starts, when all expressions have their values already.
const helpSecret = "its value is read just before the task starts: a secret can be joined to text, put into a list or map, or chosen by a condition"

// secretNamed is the type of the secret of that name; "" is one that an input
// names.
func secretNamed(name string) *typ {
	return &typ{kind: tString, secret: cmp.Or(name, "of an input")}
}

// carries names a secret that values of the type hold, "" when there is none.
func (t *typ) carries() string {
	switch {
	case t.secret != "":
		return t.secret
	case t.elem != nil:
		return t.elem.carries()
	case len(t.fields) == 0:
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		if s := t.fields[name].carries(); s != "" {
			return s
		}
	}
	return ""
}

// holding is t, of which it is known that a secret is in it.
func (t *typ) holding(secret string) *typ {
	if t == nil || secret == "" || t.carries() != "" {
		return t
	}
	out := *t
	out.secret = secret
	return &out
}

// tainted names the secret that any of the types holds.
func tainted(types ...*typ) string {
	for _, t := range types {
		if s := t.carries(); s != "" {
			return s
		}
	}
	return ""
}

// untold refuses what would need the value of a secret.
func (c *checker) untold(n ast.Node, what, secret string) *typ {
	return c.error(n, codeSecretUse, fmt.Sprintf("%s the secret %s", what, secretName(secret)), helpSecret)
}

func secretName(s string) string {
	if s == "of an input" {
		return s
	}
	return fmt.Sprintf("%q", s)
}

// readable reports a secret at a place where it would come to light.
func (c *checker) readable(n ast.Node, t *typ) *typ {
	if t.secret == "" || c.scope.closed == "" {
		return t
	}
	return c.error(n, codeSecretPlace, fmt.Sprintf("the secret %s cannot be read here", secretName(t.secret)), c.scope.closed)
}

// keepClosed is the scope where no secret can be read, and why.
func (s *scope) keepClosed(why string) *scope {
	out := *s
	out.closed = why
	return &out
}

// secretsType is the root `secrets`; without a site every name is accepted.
func secretsType(site *Site) *typ {
	out := object("secret", map[string]*typ{})
	if site == nil {
		out.lazy = &lazy{
			names: func() []string { return nil },
			field: func(name string) (*typ, *away) { return secretNamed(name), nil },
		}
		return out
	}
	for name := range site.Secrets {
		out.fields[name] = secretNamed(name)
	}
	return out
}
