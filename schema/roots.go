package schema

import "strings"

// Root is a name that expressions may use, for the reference.
type Root struct {
	Name    string // as it is written
	Doc     string
	Example string // an expression with it that every step may use; "" where only the places in Doc know the name
}

// Roots are the names that expressions may use.
func Roots() []Root {
	return []Root{
		{"inputs.NAME", "an input of the runbook, or of the list of stages or kind it stands in", ""},
		{"vars.NAME", "a var: the node's, else the site's, else the runbook's; it has one type on every node of the stage", ""},
		{"node.name", "the node's name; on the controller \"controller\"", "node.name"},
		{"node.address", "the node's address", "node.address"},
		{"node.groups", "the node's groups", "node.groups"},
		{"site.name", "the site's name", "site.name"},
		{"site.external_hss", "whether the HSS is not ours", "site.external_hss"},
		{"site.memento", "whether the Memento application server is deployed", "site.memento"},
		{"site.keyspaces", "the keyspaces that are saved and restored", "site.keyspaces"},
		{"run.id", "the id of the run; a backup has that of its run", "run.id"},
		{"stage.nodes", "the names of the nodes the stage runs on", "stage.nodes"},
		{"item", "the element, in a step with `for-each`", ""},
		{"steps.ID.out", "the output of an earlier step on this node; with `for-each` a map by key; `steps.ID.out.x ?? 0` where the step may be skipped", ""},
		{"nodes[\"NAME\"].steps.ID.out", "that of another node, or of `nodes.controller`, behind the stage's end", ""},
		{"secrets.NAME", "a secret of the site, in arguments that may hold one", ""},
		{"failure", "in `retry.if`: why the attempt failed, one of " + strings.Join(Failures(), ", "), ""},
		{"attempt", "in `retry.if`: which attempt failed, from 1", ""},
		{"exit", "in `retry.if`: the status of the command that failed", ""},
	}
}
