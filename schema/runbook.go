package schema

import (
	"maps"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// Runbook is a checked runbook: whatever Load returns can be planned.
type Runbook struct {
	Name      string
	Title     string
	Digest    string // sha256 of the runbook's own text, hex
	Inputs    []Input
	Vars      map[string]any
	Locks     []string // groups and nodes that are locked though no task runs there
	OnFailure string   // hold or close
	Deadline  time.Duration
	Stages    []*Stage
	Finally   []*Step
	Sources   Sources // the texts it was made from

	docs       *docs
	root       *yaml.Node
	merged     *merger // nil without overlays
	ungated    []string
	afterwards []*leaf
	unfolded   unfolded
}

// Input is one declared input.
type Input struct {
	Name       string
	Type       string // string, int, float, bool, duration, size, list, map, enum, node or secret
	Of         string // element type of a list or map
	Help       string
	Required   bool
	HasDefault bool
	Enum       []string
	Pos        Pos

	def    *yaml.Node
	leaves map[*yaml.Node]*leaf
	pos    *yaml.Node
	typ    *typ
}

// Stage is a list of steps that its nodes pass independently; its end is a
// barrier.
type Stage struct {
	ID       string
	On       []string // groups and nodes, or exactly "controller"
	Pick     string   // "one": one node of the group, kept on resume
	Strategy Strategy
	Steps    []*Step
	Pos      Pos

	node  *yaml.Node // its id
	entry *yaml.Node // the whole
}

// OnController reports whether the stage runs in the controller's own agent.
func (s *Stage) OnController() bool { return isControl(s.On) }

// Step is one typed step. Its arguments are resolved per task.
type Step struct {
	ID      string
	Path    string // the id behind those of the composite steps around it, with dots
	Kind    string
	Timeout time.Duration // per attempt, 0 = the kind's own
	User    string        // privilege to drop to, "" = the agent's
	Retry   *Retry
	On      []string // narrows the stage's; in finally: where it runs; empty = all nodes of the stage, or of the run
	ForEach bool
	Skip    string // why it is not run, "" = it is
	Pos     Pos

	id       *yaml.Node
	entry    *yaml.Node // the whole
	outer    *Step      // the composite step around it, nil for none
	kind     Kind
	args     *yaml.Node
	when     *Expr
	whenLate bool // it reads outputs
	each     *each
	key      *yaml.Node
	waits    []string
	leaves   map[*yaml.Node]*leaf
	conds    map[*yaml.Node]*Expr
	docs     *docs
	frame    *frame
	late     map[string]*yaml.Node // arguments that read outputs, by name

	inner   []*Step // of a composite kind, as are the following
	outputs map[string]*leaf
	outType *typ
}

// Retry says when a failed attempt is repeated.
type Retry struct {
	Attempts int // including the first
	Backoff  time.Duration
	Max      time.Duration // 0 = no bound
	Factor   float64
	Jitter   float64 // share of the wait that is random, 0 to 1
	If       *Expr   // nil = every failure

	docs  *docs
	frame *frame
}

// Steps gives all steps in the order of the text, finally last; those of a
// composite step stand behind it.
func (r *Runbook) Steps() []*Step {
	var out []*Step
	for _, s := range r.Stages {
		out = appendSteps(out, s.Steps)
	}
	return appendSteps(out, r.Finally)
}

func appendSteps(out, steps []*Step) []*Step {
	for _, s := range steps {
		out = appendSteps(append(out, s), s.inner)
	}
	return out
}

// input gives the declared input of that name, nil when there is none.
func (r *Runbook) input(name string) *Input {
	i := slices.IndexFunc(r.Inputs, func(in Input) bool { return in.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Inputs[i]
}

// WithUnits gives inputs as people read them: expressions hold a size as its
// number of bytes, here it is a Size again.
func (r *Runbook) WithUnits(inputs map[string]any) map[string]any {
	out := maps.Clone(inputs)
	for _, in := range r.Inputs {
		if n, ok := out[in.Name].(int); ok && in.Type == "size" {
			out[in.Name] = Size(n)
		}
	}
	return out
}

// VarsFor gives the vars that a node sees: node over site over runbook. A nil
// node is the controller.
func (r *Runbook) VarsFor(node *Node, site *Site) map[string]any {
	return mergeVars(r.Vars, node, site)
}
