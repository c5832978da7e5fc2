package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// stepFile is the declaration of a step; its kind is one more key.
type stepFile struct {
	ID      text          `json:"id" is:"name" required:"true" help:"name of the step, unique in the runbook"`
	On      *yaml.Node    `json:"on" is:"place" help:"groups or nodes of the stage, for a step that runs on some of them; in finally: where the step runs"`
	ForEach *yaml.Node    `json:"for-each" is:"items" help:"an expression that gives a list, or a list: the step runs for each item"`
	Key     *yaml.Node    `json:"key" is:"key" help:"text that tells the items apart"`
	When    *yaml.Node    `json:"when" is:"condition" help:"condition: where it does not hold the step is skipped"`
	Skip    text          `json:"skip" help:"the reason why the step is not run"`
	Timeout time.Duration `json:"timeout" help:"limit of each attempt, 24h without one; one whose end is unknown, and which was not done, is begun anew up to three times, without retry, too"`
	Retry   *yaml.Node    `json:"retry" is:"retry" help:"when a failed attempt is repeated"`
	User    text          `json:"user" is:"word" help:"user on the node to run as"`
}

// retryFile is the declaration of a retry.
type retryFile struct {
	Attempts int           `json:"attempts" required:"true" min:"1" max:"1000" help:"how often in all"`
	Backoff  time.Duration `json:"backoff" default:"1s" help:"wait before the second attempt"`
	Factor   float64       `json:"factor" default:"2" min:"1" max:"100" help:"growth of the wait"`
	Max      time.Duration `json:"max" help:"longest wait"`
	Jitter   float64       `json:"jitter" min:"0" max:"1" help:"random share of the wait, 0 to 1"`
	If       *yaml.Node    `json:"if" is:"condition" help:"condition over failure, attempt and exit"`
}

func stepKeys() []string { return fieldNames(reflect.TypeFor[stepFile]()) }

// fieldNames are the keys of a declaration.
func fieldNames(t reflect.Type) []string {
	var out []string
	for _, f := range fieldsOf(t) {
		out = append(out, f.name)
	}
	return out
}

func isStepKey(name string) bool { return slices.Contains(stepKeys(), name) }

// splitStep parts the step keys from the kind.
func (l *loader) splitStep(n *yaml.Node) (plain, kind, args *yaml.Node) {
	plain = l.docs.like(&yaml.Node{Kind: yaml.MappingNode}, n)
	var unknown []*yaml.Node
	merged := false
	own := l.fieldsOf(reflect.TypeFor[stepFile]())
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		_, isKind := l.kind(key.Value)
		switch {
		case isMerge(key):
			merged = true
		case slices.ContainsFunc(own, func(f field) bool { return f.name == key.Value }):
			plain.Content = append(plain.Content, key, value)
		case !isKind:
			unknown = append(unknown, key)
		case kind != nil && kind.Value == key.Value:
			l.at(key, codeDuplicateKey, fmt.Sprintf("duplicate key %q", key.Value), "")
		case kind != nil:
			l.at(key, codeOneKind, fmt.Sprintf("a second kind: the step is a %s already", kind.Value), "make a step of its own")
		default:
			kind, args = key, value
		}
	}
	args, unknown = l.besideKind(kind, args, n, unknown)
	l.unknownKeys(kind, unknown)
	l.meantID(plain, n, unknown)
	if kind == nil && len(unknown) == 0 && !merged {
		l.at(n, codeOneKind, "a step without a kind", l.kindHelp(""))
	}
	return plain, kind, args
}

// meantID reads the value of a misspelt id as the id: it is not missing as well,
// and others may refer to it.
func (l *loader) meantID(plain, n *yaml.Node, unknown []*yaml.Node) {
	for _, key := range unknown {
		if valueOf(plain, "id") == nil && Nearest(key.Value, stepKeys()) == "id" {
			id := l.docs.like(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "id"}, key)
			plain.Content = append(plain.Content, id, valueOf(n, key.Value))
		}
	}
}

// unknownKeys says of each key whether a step key or a kind was meant.
func (l *loader) unknownKeys(kind *yaml.Node, unknown []*yaml.Node) {
	for _, key := range unknown {
		if help := cmp.Or(afterColon(key), l.stepKeyHelp(kind, key)); help != "" {
			l.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q in a step", key.Value), help)
			continue
		}
		if kind != nil || Nearest(key.Value, stepKeys()) != "" && Nearest(key.Value, l.kindNames()) == "" {
			l.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q in a step", key.Value), suggest(key.Value, "allowed", stepKeys()))
			continue
		}
		l.at(key, codeUnknownKind, fmt.Sprintf("unknown kind %q", key.Value), l.kindHelp(key.Value))
	}
}

// broken reports a kind that cannot be used. Nothing is known of its arguments and outputs: they are accepted.
func (l *loader) broken(step *Step, key *yaml.Node) {
	b := step.kind.Broken
	if b == nil && !step.kind.unread {
		return
	}
	if b != nil {
		l.at(key, b.Code, b.Message, b.Help)
		if len(b.More) > 0 && !slices.Contains(l.list, b.More[0]) {
			l.list = append(l.list, b.More...)
		}
	}
	step.kind, step.args, step.outType = Kind{}, nil, scalarType(tAny)
}
