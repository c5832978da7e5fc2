package jsonschema

import (
	"slices"

	"tidemark/schema"
)

const (
	controller = "controller" // the reserved name of where kinds run that ask or decide

	// What a stage forbids its steps.
	nodeStepRef       = "#/$defs/step-on-nodes"
	controllerStepRef = "#/$defs/step-on-controller"
)

// rules adds to an object what one of its keys says of the others.
func rules(section string, keys []schema.Key, n *node) {
	switch section {
	case "input":
		inputRules(keys, n)
	case "change":
		for _, r := range schema.ChangeRules() {
			n.AnyOf = append(n.AnyOf, change(r, keys))
		}
	case "stage":
		n.If = having("on", controller)
		n.Then, n.Else = stepsOf(controllerStepRef), stepsOf(nodeStepRef)
	case "node":
		n.AnyOf = []*node{having("connection", "local"), {Required: []string{"address"}}}
		for _, way := range n.AnyOf {
			way.Says = "a node has an address, or connection: local"
		}
	case "secret":
		n.MinKeys, n.MaxKeys = 1, 1
	}
}

// change is an entry of an overlay with this verb: other keys do not go with it.
func change(r schema.ChangeRule, keys []schema.Key) *node {
	out := &node{
		Properties: map[string]any{}, Required: append([]string{r.Verb}, r.Need...),
		Says: "a change is one of set, insert-before, insert-after, replace, remove and skip, with the keys that go with it",
	}
	for _, k := range keys {
		if k.Name != r.Verb && !slices.Contains(r.Need, k.Name) && !slices.Contains(r.May, k.Name) {
			out.Properties[k.Name] = false
		}
	}
	return out
}

// having is an object whose key has this value.
func having(key string, value any) *node {
	return &node{Properties: map[string]any{key: &node{Const: value, Quiet: true}}, Required: []string{key}}
}

func stepsOf(ref string) *node {
	return &node{Properties: map[string]any{"steps": &node{Items: &node{Ref: ref}, Quiet: true}}}
}

// inputRules: an input is required or has a default, and the default is of its
// type.
func inputRules(keys []schema.Key, n *node) {
	n.If = having("required", true)
	n.Then = &node{Properties: map[string]any{"default": false}, Says: "a required input has no default"}
	n.Else = &node{Required: []string{"default"}, Says: "an input is required: true, or has a default"}
	kind := slices.IndexFunc(keys, func(k schema.Key) bool { return k.Name == "type" })
	for _, word := range keys[kind].Enum {
		t := schema.Type{Form: formOf(word), Elem: &schema.Type{Form: schema.FormAny, Expr: true}, Expr: true}
		given := typed(t, nil)
		given.Quiet = true
		of := &node{Properties: map[string]any{"default": given}}
		if t.Form != schema.FormList && t.Form != schema.FormMap {
			of.Properties["of"] = false
		}
		switch {
		case word == "enum":
			of.Required = []string{"values"}
		case t.Form != schema.FormList && t.Form != schema.FormMap:
			of.Properties["values"] = false
		}
		n.AllOf = append(n.AllOf, &node{If: having("type", word), Then: of})
	}
}

// formOf is how the default of an input of that type is written.
func formOf(word string) schema.Form {
	switch word {
	case "enum", "node", "secret":
		return schema.FormString
	}
	return schema.Form(word)
}

// places are the rules of where a kind runs: what asks or decides runs on the
// controller, all else on nodes.
func places(kinds []schema.Kind, defs map[string]*node) {
	nodes, control := map[string]any{}, map[string]any{}
	for _, k := range kinds {
		switch {
		case k.OnController:
			nodes[k.Name] = false
		case k.Redo != "pure":
			control[k.Name] = false
		}
	}
	defs["step-on-nodes"] = &node{Properties: nodes, Says: "this kind runs on the controller: give it a stage of its own with on: controller"}
	defs["step-on-controller"] = &node{Properties: control, Says: "this kind runs on nodes, the stage on the controller"}
}
