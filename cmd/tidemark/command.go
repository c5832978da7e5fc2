package main

import (
	"errors"
	"regexp"
	"slices"
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
	if a.agentDir != "" {
		out = append(out, "--agent-dir", view.Command([]string{a.agentDir}))
	}
	out = append(append(append(out, words[0]), a.ownTexts(words[0])...), a.place(words)...)
	return strings.Join(append(out, words[1:]...), " ")
}

// ownTexts is the flag by which a command finds the site's own texts, of those that tell what there is.
func (a *app) ownTexts(verb string) []string {
	if a.runbooks == "" || verb != "list" && verb != "steps" {
		return nil
	}
	return []string{"--runbooks", view.Command([]string{a.runbooks})}
}

// place are the flags by which a command reaches the node that is this machine; of a run that is kept its record tells.
func (a *app) place(words []string) []string {
	if !a.local {
		return nil
	}
	switch words[0] {
	case "backups", "nodes", "plan", "run":
		if len(a.limit) > 0 && !strings.Contains(strings.Join(words, " "), "--limit ") {
			return []string{"--limit", view.Command([]string{strings.Join(a.limit, ",")}), "--local"}
		}
		return []string{"--local"}
	case "unlock":
		return []string{"--local"}
	case "resume":
		if slices.Contains(words, "--adopt") {
			return []string{"--local"}
		}
	}
	return nil
}

// on is this invocation as it would be for a plan that took one of its nodes for this machine.
func (a *app) on(p *engine.Plan) *app {
	b := *a
	if p.Local != "" {
		b.local, b.limit = true, []string{p.Local}
	}
	return &b
}

// again is the command that plans or runs what a plan was asked for.
func (a *app) again(verb string, p *engine.Plan) string {
	if len(p.Asked) > 0 {
		return a.on(p).command(verb, view.Command(p.Asked))
	}
	words := []string{called(p)} // by a build that did not keep how it was asked
	if len(p.Limit) > 0 {
		words = append(words, "--limit", strings.Join(p.Limit, ","))
	}
	text := a.on(p).command(verb, view.Command(words))
	if len(p.Inputs) > 0 {
		text += ", with its --input as before"
	}
	return text
}

// reaching makes the commands in a text reach the same runs and site, too: agents, kinds and runbooks name commands, and
// know nothing of the controller's flags. Those that command made have them already, before the verb or right behind it.
func (a *app) reaching(text string) string {
	bare := regexp.MustCompile(`\btidemark (abandon|attach|backups|cancel|list|logs|nodes|plan|resume( --adopt)?|run|status|steps|unlock)\b( --(limit|local|runbooks)\b)?`)
	return bare.ReplaceAllStringFunc(text, func(found string) string {
		words := strings.Fields(found)[1:]
		if last := words[len(words)-1]; len(words) > 1 && last != "--adopt" {
			return found
		}
		return a.command(words...)
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
