package main

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// bashWords lets the script of the library work in a bash without the package bash-completion.
//
//go:embed completion.bash
var bashWords string

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish", Args: between(1, 1), ValidArgs: []string{"bash", "zsh", "fish"},
		Short: "Writes the completion script of a shell.",
		Long: "Writes the completion script of a shell to standard output. For this session:\n" +
			"  bash   source <(tidemark completion bash)\n" +
			"  zsh    source <(tidemark completion zsh)\n" +
			"  fish   tidemark completion fish | source\n" +
			"For all: bash /etc/bash_completion.d/tidemark, zsh a file _tidemark in $fpath, fish ~/.config/fish/completions/tidemark.fish",
		RunE: func(c *cobra.Command, args []string) error { return a.completion(c.Root(), args[0]) },
	}
}

func (a *app) completion(root *cobra.Command, shell string) error {
	var script bytes.Buffer
	var err error
	switch shell {
	case "bash":
		script.WriteString(bashWords)
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	default:
		err = usagef("", "there is no completion for %q: it is bash, zsh or fish", shell)
	}
	if err != nil {
		return err
	}
	_, err = mends().WriteString(a.stdout, script.String())
	return err
}

// mends are the places where the scripts of the library lose what was typed: bash's %q puts a backslash before each
// comma, so that no list with commas is what was typed; zsh and fish take all up to the last sign of --input=depth=quick
// for the name of the flag.
func mends() *strings.Replacer {
	const quoted = `comp=$(printf "%q" "${compline%%$tab*}")`
	const single = `COMPREPLY[0]=$(printf "%q" "${COMPREPLY[0]%%$tab*}")`
	return strings.NewReplacer(
		quoted, quoted+"\n        comp=${comp//\\\\,/,}",
		single, single+"\n        COMPREPLY[0]=${COMPREPLY[0]//\\\\,/,}",
		`=~ '-.*='`, `=~ '^-[^=]*='`,
		`string match -r -- '-.*='`, `string match -r -- '^-[^=]*='`,
	)
}

// completer proposes what may stand at one place of a command line, each with a tab and what it means. What cannot be
// read is not proposed: a prompt is no place for errors.
type completer func(c *cobra.Command, args []string, word string) []string

// completions tells the verbs and the flags what to propose.
func (a *app) completions(root *cobra.Command) {
	for _, c := range root.Commands() {
		if by := a.completerOf(c.Name()); by != nil {
			c.ValidArgsFunction = by.cobra(beside(c.Name()))
		}
	}
	propose(root, "output", completeOutput)
}

// propose tells a flag what to propose for its value.
func propose(c *cobra.Command, flag string, by completer) {
	if err := c.RegisterFlagCompletionFunc(flag, by.cobra(cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // a flag that there is not
	}
}

// completerOf is what proposes the arguments of a verb.
func (a *app) completerOf(verb string) completer {
	switch verb {
	case "show", "plan", "run":
		return first(a.completeRunbook)
	case "validate", "lint":
		return a.completeRunbook
	case "explain":
		return a.completeExplain
	case "steps":
		return first(a.completeKind)
	case "status", "logs", "attach":
		return first(a.completeRun)
	case "resume", "cancel", "abandon":
		return first(a.completeOpenRun)
	case "unlock":
		return first(a.completeNode)
	}
	return nil
}

// beside says whether a verb takes files besides what is proposed.
func beside(verb string) cobra.ShellCompDirective {
	if slices.Contains([]string{"show", "plan", "run", "validate", "lint"}, verb) {
		return cobra.ShellCompDirectiveDefault
	}
	return cobra.ShellCompDirectiveNoFileComp
}

// first proposes only for the first argument.
func first(by completer) completer {
	return func(c *cobra.Command, args []string, word string) []string {
		if len(args) > 0 {
			return nil
		}
		return by(c, args, word)
	}
}

// cobra is the completer as the library calls it. No blank follows a word that goes on.
func (by completer) cobra(d cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		var out []string
		goesOn := d
		for _, choice := range by(c, args, word) {
			if strings.HasPrefix(choice, word) {
				out = append(out, choice)
			}
			if text, _, _ := strings.Cut(choice, "\t"); strings.HasSuffix(text, "=") {
				goesOn = d | cobra.ShellCompDirectiveNoSpace
			}
		}
		return out, goesOn
	}
}
