package schema

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// besideKind takes arguments that stand at the indentation of their kind, which has nothing behind its colon, as its
// own: one mistake is made there, and told at the first of them.
func (l *loader) besideKind(kind, args, step *yaml.Node, unknown []*yaml.Node) (*yaml.Node, []*yaml.Node) {
	if kind == nil || !isNull(args) {
		return args, unknown
	}
	own := l.docs.like(&yaml.Node{Kind: yaml.MappingNode}, args)
	var rest []*yaml.Node
	for _, key := range unknown {
		if !l.isArgument(kind.Value, key.Value) {
			rest = append(rest, key)
			continue
		}
		if len(own.Content) == 0 {
			l.at(key, codeUnknownKey, fmt.Sprintf("%q stands beside %s, whose argument it is", key.Value, kind.Value), "indent it deeper than "+kind.Value+", with all other arguments")
		}
		own.Content = append(own.Content, key, valueOf(step, key.Value))
	}
	if len(own.Content) == 0 {
		return args, unknown
	}
	return own, rest
}

func (l *loader) isArgument(kind, name string) bool {
	k, ok := l.kind(kind)
	return ok && slices.ContainsFunc(l.fieldsOf(k.argsType()), func(f field) bool { return f.name == name })
}

// stepKeyHelp says where a key belongs that a step does not have.
func (l *loader) stepKeyHelp(kind, key *yaml.Node) string {
	if kind != nil && l.isArgument(kind.Value, key.Value) {
		return fmt.Sprintf("it is an argument: put it into %s: {…, %s: …}", kind.Value, key.Value)
	}
	return neighbour(key.Value)
}

// neighbour is what to do here for what other tools write in a step.
func neighbour(word string) string {
	return map[string]string{
		"retries":         "write retry: {attempts: N}",
		"ignore_errors":   "nothing goes on after a failed step; which exits of a program are well is said by run: {argv: […], ok: [0, 1]}",
		"failed_when":     "which exits of a program are well is said by run: {argv: […], ok: [0, 1]}; assert: asks for more",
		"environment":     "the environment is an argument: run: {argv: […], env: {NAME: VALUE}}",
		"env":             "the environment is an argument: run: {argv: […], env: {NAME: VALUE}}",
		"register":        "nothing needs to be registered: later steps read steps.ID.out",
		"become":          "write user: root",
		"sudo":            "write user: root",
		"uses":            "the kind is the key itself: KIND: {ARGUMENT: …}",
		"with":            "arguments stand below the kind: KIND: {ARGUMENT: …}",
		"include":         "an include stands among the stages, not among the steps: - include: NAME",
		"include_tasks":   "an include stands among the stages, not among the steps: - include: NAME",
		"notify":          "write a step behind it, with when: steps.ID.out.… where it is not always due",
		"delegate_to":     "write on: NODE; a step of the controller stands in a stage on: controller",
		"timeout-minutes": "write timeout: 5m",
	}[word]
}

// kindHelp names the kinds, all of them once: a list of that length hides what else is told.
func (l *loader) kindHelp(word string) string {
	const all = "tidemark steps lists the kinds"
	names := l.kindNames()
	switch best := Nearest(word, names); {
	case best != "":
		return strings.TrimSpace(disguised(word) + fmt.Sprintf("did you mean %q? ", best) + all)
	case l.kindsTold:
		return all
	}
	l.kindsTold = true
	return suggest(word, "kinds", names)
}
