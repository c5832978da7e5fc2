package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// nameHelp says what was meant by a name that nothing here has.
func (c *checker) nameHelp(n *ast.IdentifierNode) string {
	name := n.Value
	bare := strings.TrimLeft(name, "$")
	switch {
	case strings.EqualFold(name, "null") || name == "None":
		return "write nil, which no value is; ?? gives something in its place"
	case truthWord(name) != "":
		return "write " + truthWord(name)
	case bare != name && c.scope.roots[bare] != nil:
		return "names have no $: write " + bare + chainBehind(c.expr.text, n.Location().To)
	case bare != name:
		return fmt.Sprintf("names have no $: write inputs.%s or vars.%s", bare, bare)
	case len(c.fieldsCalled(name)) > 0:
		return "write " + strings.Join(c.fieldsCalled(name), " or ")
	case isFunction(name):
		return fmt.Sprintf("it is a function: write what it works on in brackets, %s(…)", name)
	case c.element != nil:
		return "the element that the function looks at is called #"
	case c.scope.ofSite != nil && slices.Contains(nodeNames(siteNodes(c.scope.ofSite)), name):
		return fmt.Sprintf("text stands in quotes: '%s'", name)
	}
	help := suggest(name, "names here", c.scope.names())
	if Nearest(name, c.scope.names()) == "" {
		return fmt.Sprintf("where text is meant, quote it: '%s'; ", name) + help
	}
	return help
}

// truthWord is what other languages' words for true and false are here.
func truthWord(name string) string {
	switch strings.ToLower(name) {
	case "true", "yes", "on":
		return "true"
	case "false", "no", "off":
		return "false"
	}
	return ""
}

// fieldsCalled are the vars and inputs of that name.
func (c *checker) fieldsCalled(name string) (out []string) {
	for _, root := range []string{"inputs", "vars"} {
		if t := c.scope.roots[root]; t != nil && t.fields[name] != nil {
			out = append(out, root+"."+name)
		}
	}
	return out
}

// chainBehind are the fields that are taken from a name which ends there.
func chainBehind(text string, at int) string {
	runes := []rune(text)
	end := min(at, utf8.RuneCountInString(text))
	for from := end; from < len(runes) && (runes[from] == '.' || isWordRune(runes[from])); from++ {
		end = from + 1
	}
	return string(runes[min(at, len(runes)):end])
}

// methodMeant is what other languages' methods are called here.
func methodMeant(name string, on *typ) string {
	switch lower := strings.ToLower(name); lower {
	case "startswith", "hasprefix":
		return "startsWith"
	case "endswith", "hassuffix":
		return "endsWith"
	case "contains", "includes", "has":
		if on.kind == tList || on.kind == tMap {
			return "in"
		}
		return "contains"
	case "match", "matches", "test":
		return "matches"
	case "length", "size", "count", "len":
		return "len"
	}
	return name
}
