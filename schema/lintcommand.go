package schema

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// command looks at a step that runs a program.
func (l *linter) command(s *Step) {
	if s.Kind != "run" || s.args == nil {
		return
	}
	argv := items(s.args)
	if list := valueOf(s.args, "argv"); list != nil {
		argv = items(list)
	}
	l.redo(s)
	if len(argv) == 0 {
		return
	}
	switch program := path.Base(argv[0].Value); {
	case slices.Contains(shells(), program):
		l.shell(argv)
	case !slices.Contains(ownSyntax(), program):
		for i, n := range argv[1:] {
			l.shellWord(n, argv[i].Value)
		}
	}
}

// redo wants to know what an unknown outcome means, before there is one.
func (l *linter) redo(s *Step) {
	for _, key := range []string{"redo", "creates", "check"} {
		if valueOf(s.args, key) != nil {
			return
		}
	}
	l.warn(s.id, codeLintRedo, fmt.Sprintf("nothing says whether %q may run again when its outcome is unknown", s.ID),
		"add redo: pure (it changes nothing), idempotent (again does no harm) or manual (a person decides), or creates: the path that it makes last")
}

// shell finds programs that are given to a shell as text.
func (l *linter) shell(argv []*yaml.Node) {
	if len(argv) > 2 && strings.HasPrefix(argv[1].Value, "-") && strings.HasSuffix(argv[1].Value, "c") {
		l.warn(argv[2], codeLintShell, "a program as text for a shell", "run the program itself, or put the script in a file on the node: values inside such a text can become commands")
	}
}

// ownSyntax are programs whose arguments mean themselves what a shell's signs look like.
func ownSyntax() []string {
	return []string{"[", "awk", "expr", "find", "gawk", "grep", "jq", "perl", "python3", "sed", "ssh", "test"}
}

// shellWord finds arguments that only a shell would expand or obey. The value of a long option may be a pattern of the
// program: --exclude.
func (l *linter) shellWord(n *yaml.Node, before string) {
	text := regexp.MustCompile(`\$\{\{.*?\}\}`).ReplaceAllString(n.Value, "x")
	help := ""
	switch {
	case regexp.MustCompile(`^(\|\|?|&&?|;|[0-9]?(>>?|<)(&[0-9])?|[0-9]?>>?/\S*)$`).MatchString(text):
		help = "two programs are two steps; what one prints the next reads from steps.ID.out.stdout, or as stdin:; a pipe belongs in a script on the node"
	case regexp.MustCompile(`^~(/|$)`).MatchString(text), regexp.MustCompile(`^[\w./:=@-]*\$(\{\w+\}|[A-Z][A-Z0-9_]*)[\w./:=@-]*$`).MatchString(text):
		help = "write the value itself, or a var of the site: ${{ vars.NAME }}"
	case regexp.MustCompile(`^(\*|\.{0,2}/\S*[*?]\S*)$`).MatchString(text) && !strings.HasPrefix(before, "--"):
		help = "name the files, with for-each: over a list, or let find look for them"
	default:
		return
	}
	l.warn(n, codeLintWord, fmt.Sprintf("%q reaches the program as it is: no shell reads it", n.Value), help)
}
