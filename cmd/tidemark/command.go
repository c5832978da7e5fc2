package main

import (
	"errors"
	"regexp"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// command is a command line of this program with the flags that reach the same runs and site.
func (a *app) command(words ...string) string {
	out := []string{"tidemark"}
	if a.site != "" {
		out = append(out, "--site", view.Command([]string{a.site}))
	}
	if a.state != "" {
		out = append(out, "--state", view.Command([]string{a.state}))
	}
	return strings.Join(append(out, words...), " ")
}

// reaching makes the commands in a text reach the same runs and site, too: agents, kinds and runbooks name commands, and
// know nothing of the controller's flags. Those that command made have them already.
func (a *app) reaching(text string) string {
	bare := regexp.MustCompile(`\btidemark (abandon|attach|backups|cancel|logs|nodes|plan|resume|run|status|unlock)\b`)
	return bare.ReplaceAllStringFunc(text, func(found string) string {
		return a.command(strings.TrimPrefix(found, "tidemark "))
	})
}

// reachable does that for the next thing to do of each of the errors that are joined in err.
func (a *app) reachable(err error) error {
	leaves := view.Leaves(err)
	for i, e := range leaves {
		if next := engine.NextOf(e); next != "" {
			leaves[i] = engine.WithNext(e, a.reaching(next))
		}
	}
	return errors.Join(leaves...)
}
