package engine

import (
	"time"

	"tidemark/schema"
)

// PlanFormat is the version of a stored plan.
const PlanFormat = 1

// ControllerNode is the reserved name of the controller, as a group of a stage and as a node.
const ControllerNode = "controller"

// FinallyStage is the name under which the steps of `finally:` stand in plans and journals.
const FinallyStage = "finally"

// Plan is all tasks of a run with their changes. It holds the texts it was made from, so that a stored plan is
// carried out without any other file.
type Plan struct {
	Format   int            `json:"format"`
	Run      string         `json:"run"`
	Runbook  string         `json:"runbook"`
	Title    string         `json:"title"`
	Site     string         `json:"site"`
	Build    string         `json:"build"`
	Created  time.Time      `json:"created"`
	Holder   Holder         `json:"holder"` // who had the plan made
	Texts    Texts          `json:"texts"`
	SiteFile File           `json:"site_file"`
	Inputs   map[string]any `json:"inputs"`
	Limit    []string       `json:"limit,omitempty"`
	// Local is the node that --local took for the controller's machine, "" is none. It is of this record: a controller that
	// adopts the run is on a machine of its own.
	Local string `json:"local,omitempty"`
	// Asked are the words behind "plan" or "run" that this plan was asked for with, but for --local.
	Asked     []string `json:"asked,omitempty"`
	OnFailure string   `json:"on_failure"`
	// Deadline is that of the runbook as it is written ("20m"), "" is none. It is told, and Task.Limits with it; what holds is
	// the runbook in Texts.
	Deadline string            `json:"deadline,omitempty"`
	Kinds    map[string]string `json:"kinds"` // name → digest
	// Programs are the executable kinds that its steps use, whole.
	Programs []Program       `json:"programs,omitempty"`
	Nodes    []string        `json:"nodes"` // locked for the run, in order; the controller is not among them
	Stages   []*PlannedStage `json:"stages"`
	// Layers says, a line each, which overlays and lists of stages took part; Ungated which gates were taken away.
	Layers  []string `json:"layers,omitempty"`
	Ungated []string `json:"ungated,omitempty"`
	// Replaces is the open run whose locks this one takes: the one it undoes, or a killed one of the same runbook.
	Replaces string `json:"replaces,omitempty"`
	// Held says of each node that another run held when the plan was made who that was; a run would be refused.
	Held []string `json:"held,omitempty"`
	// Missing says of each secret that the controller did not have when the plan was made where it is looked for; a run
	// would be refused.
	Missing []string `json:"missing,omitempty"`
	// Afterwards is what the operator is told when the run is done.
	Afterwards []string `json:"afterwards,omitempty"`
	// Fence, Open and Probes are what the dry run reported of itself, by node.
	Fence  map[string][]string `json:"fence,omitempty"`
	Open   map[string][]string `json:"open,omitempty"`
	Probes map[string][]string `json:"probes,omitempty"`
}

// PlannedStage is one stage over its nodes; the last one may be FinallyStage.
type PlannedStage struct {
	ID       string          `json:"id"`
	Nodes    []string        `json:"nodes"`
	Tasks    []*Task         `json:"tasks"`
	Strategy schema.Strategy `json:"strategy"`
}

// Tasks calls visit for every task in the order of the plan.
func (p *Plan) Tasks(visit func(*Task)) {
	for _, s := range p.Stages {
		for _, t := range s.Tasks {
			visit(t)
		}
	}
}

// Of lists the tasks of a stage on one node, in order.
func (s *PlannedStage) Of(node string) []*Task {
	var out []*Task
	for _, t := range s.Tasks {
		if t.Node == node {
			out = append(out, t)
		}
	}
	return out
}

// Risk is the highest risk of all tasks.
func (p *Plan) Risk() Risk {
	risk := Harmless
	p.Tasks(func(t *Task) { risk = max(risk, t.Change.Risk) })
	return risk
}

// Whole tells whether every task could be planned; a plan that is not whole has no digest and is not carried out.
func (p *Plan) Whole() bool {
	whole := true
	p.Tasks(func(t *Task) { whole = whole && t.Change.Sign != Unplanned })
	return whole
}

// Pending counts the tasks that would change something or may; what only waits or looks does not.
func (p *Plan) Pending() int {
	n := 0
	p.Tasks(func(t *Task) {
		if t.Skip == "" && t.Change.Sign != Same && t.Change.Sign != "" && t.Change.Later != InRun {
			n++
		}
	})
	return n
}
