package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// changeFile is the declaration of one change. Exactly one of the first six
// keys names its target.
type changeFile struct {
	Set          text       `json:"set" help:"a value: STAGE/STEP.field, STAGE.field, inputs.NAME.default, vars.NAME, title"`
	InsertBefore text       `json:"insert-before" help:"a step or stage"`
	InsertAfter  text       `json:"insert-after" help:"a step or stage"`
	Replace      text       `json:"replace" help:"a step or stage"`
	Remove       text       `json:"remove" help:"a step or stage"`
	Skip         text       `json:"skip" help:"a step or stage"`
	To           *yaml.Node `json:"to" is:"value" help:"the value"`
	Was          *yaml.Node `json:"was" is:"value" help:"what stood there when the overlay was written: a value, the kind of a step, the step ids of a stage"`
	Steps        *yaml.Node `json:"steps" is:"steps" help:"steps to insert"`
	Stages       *yaml.Node `json:"stages" is:"stages" help:"stages to insert"`
	By           *yaml.Node `json:"by" is:"value" help:"the step or stage that takes its place"`
	Because      text       `json:"because" help:"the reason, for whoever reads the plan"`
	Over         text       `json:"over" help:"name of the earlier overlay whose change this one replaces"`
}

// change is one entry of an overlay.
type change struct {
	changeFile
	overlay *overlay
	entry   *yaml.Node
	verb    string // the key that names the target
	at      text   // the target
}

// change reads one entry; nil when it cannot be applied.
func (m *merger) change(o *overlay, entry *yaml.Node) *change {
	c := &change{overlay: o, entry: entry}
	known, ok := m.knownKeys(entry)
	if !m.decode(known, reflect.ValueOf(&c.changeFile).Elem()) || !m.verbOf(c) {
		return nil
	}
	rule, _ := ruleOf(c.verb)
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key := entry.Content[i]
		if key.Value != c.verb && !slices.Contains(rule.keys(), key.Value) && valueOf(known, key.Value) != nil {
			m.at(key, codeChange, fmt.Sprintf("%q does not go with %s", key.Value, c.verb), "allowed: "+strings.Join(rule.keys(), ", "))
			ok = false
		}
	}
	for _, key := range rule.Need {
		if valueOf(entry, key) == nil && !misspelt(entry, rule.keys(), key) {
			if key != "was" || m.aims(c) {
				m.at(c.at.node, codeMissingKey, fmt.Sprintf("%q is missing", key), m.due(c, key))
			}
			ok = false
		}
	}
	if c.Because.node != nil && strings.TrimSpace(c.Because.Value) == "" {
		m.at(c.Because.node, codeChange, "an empty reason", "write why, for whoever reads the plan")
		ok = false
	}
	return map[bool]*change{true: c}[ok]
}

// knownKeys reports keys that no change has, by what goes with its verb, and
// gives the entry without them; one without a verb is left as it is.
func (m *merger) knownKeys(entry *yaml.Node) (known *yaml.Node, ok bool) {
	var rule ChangeRule
	for _, r := range ChangeRules() {
		if valueOf(entry, r.Verb) != nil {
			rule = r
		}
	}
	if rule.Verb == "" {
		return entry, true
	}
	all := fieldNames(reflect.TypeFor[changeFile]())
	known, ok = m.docs.like(&yaml.Node{Kind: yaml.MappingNode}, entry), true
	for i := 0; i+1 < len(entry.Content); i += 2 {
		if key := entry.Content[i]; key.Kind == yaml.ScalarNode && !slices.Contains(all, key.Value) {
			m.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q in a change", key.Value), suggest(key.Value, "with "+rule.Verb, rule.keys()))
			ok = false
			continue
		}
		known.Content = append(known.Content, entry.Content[i:i+2]...)
	}
	return known, ok
}

// aims reports whether the target is there: of one that is not, nothing else is said.
func (m *merger) aims(c *change) bool {
	_, ok := m.find(c, parseTarget(c.at.Value))
	return ok
}

// due is how a key that is missing would be written.
func (m *merger) due(c *change, key string) string {
	help := map[string]string{"to": "to: the new value", "by": "by: {id: …, KIND: {…}}", "because": "because: the reason, for whoever reads the plan"}[key]
	if key != "was" {
		return help
	}
	t := parseTarget(c.at.Value)
	if s, ok := search(m.stepsOf(t.stage), "id", t.step); ok {
		return fmt.Sprintf("was: %s (the kind of the step, so that another one is noticed later)", m.kindOf(s.node()))
	}
	return fmt.Sprintf("was: [%s] (the steps of the stage, so that others are noticed later)", strings.Join(idsOf(m.stepsOf(t.stage)), ", "))
}

func (m *merger) verbOf(c *change) bool {
	for _, v := range []struct {
		name string
		at   text
	}{
		{"set", c.Set},
		{"insert-before", c.InsertBefore},
		{"insert-after", c.InsertAfter},
		{"replace", c.Replace},
		{"remove", c.Remove},
		{"skip", c.Skip},
	} {
		switch {
		case v.at.node == nil:
		case c.verb != "":
			m.at(v.at.node, codeChange, fmt.Sprintf("a second change: this one is a %s already", c.verb), "make an entry of its own")
			return false
		default:
			c.verb, c.at = v.name, v.at
		}
	}
	if c.verb == "" {
		_, verbs := ruleOf("")
		m.at(c.entry, codeChange, "a change that says not what to do", "one of: "+strings.Join(verbs, ", "))
	}
	return c.verb != ""
}

// ChangeRule says which keys go with a verb of an overlay.
type ChangeRule struct {
	Verb      string   // the key that names the target
	Need, May []string // the other keys
}

// keys are those that go with the verb.
func (r ChangeRule) keys() []string { return slices.Concat(r.Need, r.May) }

// ChangeRules are the changes that an overlay can make.
func ChangeRules() []ChangeRule {
	insert := []string{"steps", "stages", "because"}
	return []ChangeRule{
		{"set", []string{"to"}, []string{"was", "because", "over"}},
		{"insert-before", nil, insert},
		{"insert-after", nil, insert},
		{"replace", []string{"by", "was"}, []string{"because", "over"}},
		{"remove", []string{"was", "because"}, []string{"over"}},
		{"skip", []string{"was", "because"}, []string{"over"}},
	}
}

// ruleOf is the rule of a verb, and all verbs.
func ruleOf(verb string) (rule ChangeRule, verbs []string) {
	for _, r := range ChangeRules() {
		verbs = append(verbs, r.Verb)
		if r.Verb == verb {
			rule = r
		}
	}
	return rule, verbs
}
