package schema

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// The forms by which a secret in plain text is known: by the name it stands
// under, by an option before it, or by itself.
var (
	secretOption = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^--?([A-Za-z][A-Za-z0-9_-]*)(=(.+))?$`) })
	secretText   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.`)
	})
	secretInAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@`) })
)

// exposed refuses secrets that are written out. They would go into plans,
// journals, version control and every copy of them.
func (d *document) exposed(r *report) {
	if d.root != nil {
		(&guard{doc: d, report: r}).visit(d.root, "")
	}
}

// guard walks a tree once; name is the key that a value stands under.
type guard struct {
	doc    *document
	report *report
}

func (g *guard) visit(n *yaml.Node, name string) {
	switch n.Kind {
	case yaml.ScalarNode:
		g.scalar(n, name)
	case yaml.SequenceNode:
		g.command(n)
		for i, c := range n.Content {
			if under := name; i > 0 {
				g.visit(c, optionBefore(n.Content[i-1], under))
				continue
			}
			g.visit(c, name)
		}
	case yaml.MappingNode:
		g.mapping(n, name)
	}
}

// mapping visits the values. The default of an input stands under the input's
// name; that of a secret is a name itself.
func (g *guard) mapping(n *yaml.Node, name string) {
	kind := valueOf(n, "type")
	named := kind != nil && kind.Value == "secret"
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch key := n.Content[i].Value; {
		case key != "default":
			g.visit(n.Content[i+1], key)
		case !named:
			g.visit(n.Content[i+1], name)
		}
	}
}

// optionBefore is the name of an option that takes the next argument.
func optionBefore(n *yaml.Node, name string) string {
	if m := secretOption().FindStringSubmatch(n.Value); m != nil && m[2] == "" && strings.HasPrefix(n.Value, "--") {
		return m[1]
	}
	return name
}

func (g *guard) scalar(n *yaml.Node, name string) {
	if secret := secretIn(n, name); secret != "" {
		g.exposed(n, secret)
	}
}

func (g *guard) exposed(n *yaml.Node, secret string) {
	g.doc.at(g.report, n, codeExposed, "a secret in plain text",
		"keep it out of the file: name its place in the site, secrets: {NAME: {node-file: PATH}}, and write ${{ secrets.NAME }} where an argument takes secrets")
	g.report.hide(secret)
}

// secretIn is the part of a value that is a secret, "" where none is.
func secretIn(n *yaml.Node, name string) string {
	var option []string
	if strings.HasPrefix(n.Value, "-") {
		option = secretOption().FindStringSubmatch(n.Value)
	}
	switch {
	case isSecretName(name) && isWritten(n, n.Value) && !isRingToken(name, n.Value):
		return n.Value
	case option != nil && option[3] != "" && isSecretName(option[1]) && isWritten(n, option[3]):
		return option[3]
	case inItself(n.Value):
		return n.Value
	}
	return cmp.Or(inAddress(n.Value), inHeader(name, n.Value))
}

// isSecretName looks at the end of a name: db-password, API_KEY, token.
func isSecretName(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if name == "token" || name == "pwd" {
		return true
	}
	return slices.ContainsFunc([]string{
		"password", "passwd", "passphrase", "secret", "apikey", "api_key", "privatekey", "private_key",
		"accesskey", "access_key", "credential", "credentials", "_token", "_pwd",
	}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// inItself reports a text that is a secret by its own form. Large texts are
// searched for a plain word first: that is many times as fast.
func inItself(text string) bool {
	return slices.ContainsFunc([]string{"PRIVATE KEY", "AKIA", "ghp_", "eyJ"}, func(mark string) bool { return strings.Contains(text, mark) }) &&
		secretText().MatchString(text)
}

// isRingToken reports the place of a node in Cassandra's ring, which is no secret.
func isRingToken(name, text string) bool {
	return strings.HasSuffix(strings.ToLower(name), "token") && strings.Trim(text, "-0123456789, ") == ""
}

// isWritten reports a value that is neither empty, an expression, a path nor
// anything but text.
func isWritten(n *yaml.Node, text string) bool {
	switch tag := n.ShortTag(); {
	case tag == "!!bool", tag == "!!null", text == "", strings.Contains(text, "${{"):
		return false
	}
	return !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "~/") && !strings.HasPrefix(text, "./")
}

// inAddress is the password of user:password@ in an address.
func inAddress(text string) string {
	if !strings.Contains(text, "://") {
		return ""
	}
	m := secretInAddress().FindStringSubmatch(text)
	if m == nil || strings.Contains(m[1], "${{") {
		return ""
	}
	return m[1]
}
