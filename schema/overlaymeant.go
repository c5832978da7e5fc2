package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// meant says how a target would be written whose form is wrong, "" when it is
// not.
func (m *merger) meant(c *change, t target) string {
	rest := strings.Join(append([]string{""}, t.path...), ".")
	if t.step == "" {
		if stages := m.stagesWith(t.stage); len(stages) == 1 {
			return fmt.Sprintf("it is a step of stage %s: %s/%s%s", stages[0], stages[0], t.stage, rest)
		}
		return m.meantKey(c, t, rest)
	}
	ids := strings.Split(t.step, "/")
	step, ok := search(m.stepsOf(t.stage), "id", ids[0])
	if ok && len(ids) > 1 && c.verb == "set" && m.side(m.sources.Kinds, m.kindOf(step.node())) == nil {
		return fmt.Sprintf("a value of a step stands behind a dot: %s/%s%s", t.stage, strings.Join(ids, "."), rest)
	}
	return ""
}

// meantKey is a key of the runbook that is misspelt.
func (m *merger) meantKey(c *change, t target, rest string) string {
	key := Nearest(t.stage, slices.Sorted(slices.Values(runbookKeys())))
	if c.verb != "set" || key == "" || m.nearStage(t.stage) {
		return ""
	}
	return fmt.Sprintf("did you mean %q? beside stages and steps set reaches: %s", key+rest, strings.Join(runbookKeys(), ", "))
}

func (m *merger) nearStage(id string) bool {
	return slices.ContainsFunc(m.stageIDs(), func(n *yaml.Node) bool { return Nearest(id, []string{n.Value}) != "" })
}

// stagesWith are the stages that have a step of that id.
func (m *merger) stagesWith(id string) []string {
	var out []string
	for _, stage := range m.stageIDs() {
		if _, ok := search(m.stepsOf(stage.Value), "id", id); ok {
			out = append(out, stage.Value)
		}
	}
	return out
}

// slipped reports a path that begins with a misspelt key of a step, or its
// misspelt kind. The name of another kind is none: the step was of that kind.
func (m *merger) slipped(c *change, t target, kind string) bool {
	allowed := append(stepKeys(), kind)
	if _, known := m.kind(t.path[0]); known || Nearest(t.path[0], allowed) == "" {
		return false
	}
	m.at(m.keyNode(c, t, 0), codeUnknownKey, fmt.Sprintf("unknown key %q in step %s", t.path[0], t.entry()), suggest(t.path[0], "allowed", allowed))
	return true
}

// unreached reports what no change can name.
func (m *merger) unreached(c *change, t target) bool {
	switch {
	case slices.Contains(t.path, "") || t.stage == "" && len(t.path) == 0:
		m.at(c.at.node, codeTarget, fmt.Sprintf("%q does not say what is meant", c.at.Value), "write STAGE, STAGE/STEP, or with a dot a value in them: STAGE/STEP.FIELD")
	case t.stage == finallyID && t.step == "":
		m.at(c.at.node, codeChange, "finally is a list of steps, no stage", "name one of its steps: finally/STEP")
	case t.step == "" && !m.nearStage(t.stage) && slices.Contains(fieldNames(reflect.TypeFor[runbookFile]()), t.stage):
		m.at(c.at.node, codeChange, fmt.Sprintf("no overlay changes %q of a runbook", t.stage), "beside stages and steps set reaches: "+strings.Join(runbookKeys(), ", "))
	default:
		return false
	}
	return true
}
