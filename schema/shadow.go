package schema

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// One name for two things misleads where both can be written at one place and
// mean two values, or where the one is set and the other is read. Layers that
// are set over each other (a var of the node over the site's) are no such
// names, nor are ids that nothing outside their list can write.

// shadowed warns of a name that is an input and a var: whoever sets the one
// from outside may wonder why the other stands.
func (l *loader) shadowed() {
	for _, in := range l.book.Inputs {
		if _, ok := l.book.Vars[in.Name]; ok {
			l.warn(in.pos, codeShadow, fmt.Sprintf("%q is an input and a var", in.Name),
				fmt.Sprintf("rename one: inputs.%s and vars.%s are two values", in.Name, in.Name))
		}
	}
}

// bareNames warns of inputs and vars that are called like a value that some
// expressions know by its bare name.
func (l *loader) bareNames(n *yaml.Node, what, root string) {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		name, where := n.Content[i].Value, ""
		switch name {
		case "item":
			where = "the element of a for-each"
		case "failure", "attempt", "exit":
			where = "known in retry.if"
		default:
			continue
		}
		l.warn(n.Content[i], codeShadow, fmt.Sprintf("%q is %s, and %s", name, what, where),
			fmt.Sprintf("rename it: %s and %s.%s can both be written there, and are two values", name, root, name))
	}
}

// stageKey warns of a stage that overlays cannot name: the runbook's own keys
// come first.
func (l *loader) stageKey(id *yaml.Node) {
	if slices.Contains(runbookKeys(), id.Value) {
		l.warn(id, codeShadow, fmt.Sprintf("stage %q has the name of a key of the runbook", id.Value),
			"rename it: an overlay that names it would mean the key")
	}
}

// notGiven warns of a list of stages that keeps its default for an input of
// which whoever takes it has one of the same name.
func (l *loader) notGiven(at *yaml.Node, in Input) {
	if l.frame.typ.fields[in.Name] != nil {
		l.warn(at, codeShadow, fmt.Sprintf("the list has its default for %q, whatever the input %q is here", in.Name, in.Name),
			fmt.Sprintf("with: {%s: \"${{ inputs.%s }}\"}; or with the value that is meant", in.Name, in.Name))
	}
}
