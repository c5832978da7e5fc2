package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

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
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(a.stdout, true)
	case "zsh":
		return root.GenZshCompletion(a.stdout)
	case "fish":
		return root.GenFishCompletion(a.stdout, true)
	}
	return usagef("", "there is no completion for %q: it is bash, zsh or fish", shell)
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
	flags := map[string]completer{"input": a.completeInput, "limit": a.completeLimit, "output": completeOutput}
	for name, by := range flags {
		if err := root.RegisterFlagCompletionFunc(name, by.cobra(cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // a flag that there is not
		}
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
	case "resume", "status", "logs", "attach", "cancel", "abandon":
		return first(a.completeRun)
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
