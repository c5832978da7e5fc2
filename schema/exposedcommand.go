package schema

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// The forms by which commands carry a secret in plain text: a header, and a variable that is set for one program.
var (
	secretInHeader = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bauthorization\s*:\s*(?:bearer|basic|token)\s+([^\s'"]+)`)
	})
	setVariable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Z_][A-Z0-9_]*)=(.+)$`) })
)

// command looks at a list as a command: programs have options of their own, and a shell's text holds further commands.
func (g *guard) command(list *yaml.Node) {
	if len(list.Content) == 0 || list.Content[0].Kind != yaml.ScalarNode {
		return
	}
	words := make([]string, len(list.Content))
	for i, n := range list.Content {
		words[i] = n.Value
	}
	for i, secret := range inCommand(words) {
		g.found(list.Content[i], secret)
	}
	if slices.Contains(shells(), path.Base(words[0])) {
		for _, n := range list.Content[1:] {
			for _, secret := range inCommand(shellWords(n.Value)) {
				g.found(n, secret)
			}
		}
	}
}

// found reports a secret that stands in a value of a command.
func (g *guard) found(n *yaml.Node, secret string) {
	secret = strings.Trim(secret, `'"`)
	if n.Kind == yaml.ScalarNode && isWritten(n, secret) && !standsFor(secret) {
		g.exposed(n, secret)
	}
}

// shells are the programs whose arguments hold commands.
func shells() []string { return []string{"sh", "bash", "dash", "ksh", "zsh"} }

// shellWords are about the words that a shell makes of a text.
func shellWords(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n;|&()", r) })
	for i, w := range words {
		words[i] = strings.Trim(w, `'"`)
	}
	return words
}

// inCommand gives the secrets among the words of a command, by their index.
func inCommand(words []string) map[int]string {
	out, program := map[int]string{}, ""
	for i, w := range words {
		switch base := path.Base(w); {
		case passwordBehindP(base), base == "curl":
			program = base
			continue
		case i > 0 && program == "curl" && (words[i-1] == "-u" || words[i-1] == "--user"):
			out[i] = behindColon(w)
		case program == "curl" && strings.HasPrefix(w, "--user="):
			out[i] = behindColon(w)
		case program == "curl" && strings.HasPrefix(w, "-u"):
			out[i] = behindColon(w)
		case program != "" && program != "curl" && strings.HasPrefix(w, "-p"):
			out[i] = w[2:]
		}
		if m := setVariable().FindStringSubmatch(w); m != nil && isSecretName(m[1]) {
			out[i] = m[2]
		}
	}
	return out
}

// passwordBehindP tells the programs that take a password as -pTEXT; alone, -p asks for it.
func passwordBehindP(program string) bool {
	return slices.Contains([]string{"mysql", "mysqldump", "mysqladmin", "mysqlcheck", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin"}, program)
}

// behindColon is the password of user:password.
func behindColon(text string) string {
	_, password, _ := strings.Cut(text, ":")
	return password
}

// inHeader is the secret of a header that says who asks.
func inHeader(name, text string) string {
	if strings.EqualFold(name, "authorization") {
		text = name + ": " + text
	} else if !strings.Contains(text, ":") {
		return ""
	}
	m := secretInHeader().FindStringSubmatch(text)
	if m == nil || standsFor(m[1]) {
		return ""
	}
	return m[1]
}

// standsFor tells text in the place of a secret: a variable of the shell, an expression, a word in brackets, dots.
func standsFor(text string) bool {
	return text == "" || strings.ContainsRune("$<{%*[", rune(text[0])) || strings.HasPrefix(text, "...") || strings.HasPrefix(text, "…")
}
