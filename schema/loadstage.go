package schema

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"
)

// stageFile is the declaration of a stage.
type stageFile struct {
	Stage    text         `json:"stage" is:"name" required:"true" help:"id of the stage"`
	On       *yaml.Node   `json:"on" is:"place" required:"true" help:"on: GROUP, a list of groups or nodes, {group: GROUP, pick: one} or controller"`
	Strategy strategyFile `json:"strategy" is:"strategy" help:"how the nodes pass the stage; left out: all at a time"`
	Steps    *yaml.Node   `json:"steps" is:"steps" required:"true" help:"steps: a list of {id, KIND: {…}}"`
}

type strategyFile struct {
	Parallel    *yaml.Node `json:"parallel" is:"share" help:"how many nodes at a time: all, a number or a percentage"`
	Waves       *yaml.Node `json:"waves" is:"shares" help:"a list of such sizes, one wave after the other"`
	MaxFailures int        `json:"max-failures" min:"0" max:"100000" help:"no new node starts when more have failed or ended unknown; the stage is passed only when none has"`
	FailFast    bool       `json:"fail-fast" help:"when more have failed, running nodes end after their current task, else after the stage"`
}

// pickFile is `on: {group: G, pick: one}`.
type pickFile struct {
	Group text   `json:"group" required:"true" help:"a group of the site"`
	Pick  string `json:"pick" required:"true" enum:"one" help:"one node of the group, kept on resume"`
}

func (l *loader) stages(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode && !isNull(n) {
		l.misshapen(n, "list", "begin each stage with a hyphen: - stage: NAME, and on: and steps: on the next lines")
		return
	}
	if len(n.Content) == 0 {
		l.at(n, codeMissingKey, "a list without stages", "stages: a list of {stage, on, steps}")
	}
	for _, c := range n.Content {
		if isInclude(c) {
			l.included(l.includes[c])
			continue
		}
		l.book.Stages = append(l.book.Stages, l.stage(c, len(l.book.Stages)))
	}
}

func (l *loader) uniqueStage(s *Stage) {
	if s.node == nil {
		return
	}
	if first := l.stageIDs[s.ID]; first != nil {
		l.sameID(first, s.node, fmt.Sprintf("duplicate stage %q", s.ID), "")
		return
	}
	l.stageIDs[s.ID] = s.node
}

func (l *loader) stage(n *yaml.Node, index int) *Stage {
	var f stageFile
	l.decode(n, reflect.ValueOf(&f).Elem())
	s := &Stage{ID: f.Stage.Value, Pos: l.docs.pos(n), node: f.Stage.node, entry: n}
	if f.Stage.node != nil {
		l.name(f.Stage.node, "stage")
		l.stageKey(f.Stage.node)
		if s.ID == finallyID {
			l.at(f.Stage.node, codeName, `"finally" is reserved`, "steps that run when the run closes stand under finally:")
		}
	}
	l.uniqueStage(s)
	s.On, s.Pick = l.on(f.On)
	s.Strategy = l.strategy(f.Strategy)
	l.steps(f.Steps, s, index)
	return s
}

// on reads where a stage runs.
func (l *loader) on(n *yaml.Node) (names []string, pick string) {
	if n == nil {
		return nil, ""
	}
	list := []text{{}}
	switch n.Kind {
	case yaml.MappingNode:
		var f pickFile
		l.decode(n, reflect.ValueOf(&f).Elem())
		list, pick = []text{f.Group}, f.Pick
	case yaml.SequenceNode:
		l.decode(n, reflect.ValueOf(&list).Elem())
		if len(n.Content) == 0 {
			l.at(n, codeGroup, "a stage on no group", "")
		}
	default:
		l.decode(n, reflect.ValueOf(&list[0]).Elem())
	}
	names = l.targets(list, "")
	for _, t := range list {
		if t.node != nil && t.Value == controllerName && (len(list) > 1 || pick != "") {
			l.at(t.node, codeGroup, "controller stands alone: its stage runs on no node", "make a stage of its own")
		}
	}
	return names, pick
}

func (l *loader) strategy(f strategyFile) Strategy {
	out := Strategy{Parallel: "all", MaxFailures: f.MaxFailures, FailFast: f.FailFast}
	if f.Parallel != nil {
		out.Parallel = l.share(f.Parallel)
	}
	if f.Waves == nil {
		return out
	}
	if f.Waves.Kind != yaml.SequenceNode || len(f.Waves.Content) == 0 {
		l.at(f.Waves, codeStrategy, "waves is a list of sizes", "waves: [1, 10%, all]")
		return out
	}
	for _, w := range f.Waves.Content {
		out.Waves = append(out.Waves, l.share(w))
	}
	return out
}

// share reads "all", a number or a percentage above zero.
func (l *loader) share(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || !shareForm().MatchString(n.Value) {
		l.at(n, codeStrategy, fmt.Sprintf("%q is no number of nodes", n.Value), "write all, a number above 0, or a percentage from 1% to 100%")
		return "all"
	}
	return n.Value
}

// finallyID marks the place of finally; no stage can have it, see loader.stage.
const finallyID = "finally"

// finally reads the steps that run when the run closes. Any step before may
// not have run then.
func (l *loader) finally(n *yaml.Node) {
	if n == nil {
		return
	}
	s := &Stage{ID: finallyID, Pos: l.docs.pos(n), node: n}
	for _, stage := range l.book.Stages {
		if !stage.OnController() {
			s.On = append(s.On, stage.On...)
		}
	}
	for id, b := range l.past {
		if b.step.ForEach {
			b.out = eachOf(b.out.elem.withMaybe(id))
		}
		b.out = b.out.withMaybe(id)
		l.past[id] = b
	}
	l.steps(n, s, len(l.book.Stages))
	l.book.Finally = s.Steps
}
