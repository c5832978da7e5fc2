package engine

import (
	"encoding/json"
	"slices"
	"time"
)

// Holder names who holds a node's lock.
type Holder struct {
	User string `json:"user"`
	Host string `json:"host"`
	// PID is the controller's process on Host: with Since it tells two controllers of one person apart.
	PID   int       `json:"pid,omitempty"`
	Since time.Time `json:"since"`
}

// Same tells whether both are the same controller process.
func (h Holder) Same(o Holder) bool {
	return h.User == o.User && h.Host == o.Host && h.PID == o.PID && h.Since.Equal(o.Since)
}

// LockRecord is what a locked node keeps: the run that may change it, and until which epoch others are refused.
type LockRecord struct {
	Run     string `json:"run"`
	Runbook string `json:"runbook"`
	Epoch   int64  `json:"epoch"`
	Holder  Holder `json:"holder"`
}

// PlanItem is one task to be planned.
type PlanItem struct {
	Task string          `json:"task"`
	Kind string          `json:"kind"`
	Args json.RawMessage `json:"args"`
	// Program is the hash of the program behind an executable kind.
	Program string `json:"program,omitempty"`
	// User is as whom the task would run, where it changes something; "" is the agent's own.
	User string `json:"user,omitempty"`
}

// PlanRequest asks a node what the tasks would do, in their order, behind the fence of the dry run.
type PlanRequest struct {
	Run   string     `json:"run"`
	Node  string     `json:"node"`
	Items []PlanItem `json:"items"`
	// Actual asks the real state, for settling; nothing is predicted.
	Actual bool `json:"actual,omitempty"`
	// Promised are the facts that done tasks of this run left.
	Promised map[string]string `json:"promised,omitempty"`
	// Probe, with Actual: the facts to look at again, by item, see Prober.
	Probe map[string][]string `json:"probe,omitempty"`
}

// Programs are the hashes of the programs behind executable kinds that the request needs.
func (r PlanRequest) Programs() []string {
	var out []string
	for _, i := range r.Items {
		if i.Program != "" && !slices.Contains(out, i.Program) {
			out = append(out, i.Program)
		}
	}
	return out
}

// Planned is the answer for one item: a change, or an error.
type Planned struct {
	Task   string `json:"task"`
	Change Change `json:"change"`
	Class  Class  `json:"class,omitempty"`
	Error  string `json:"error,omitempty"`
	Next   string `json:"next,omitempty"`
	// Probed are the facts asked for, as they are now.
	Probed []Fact `json:"probed,omitempty"`
}

// PlanReply is the answer for one node.
type PlanReply struct {
	Planned []Planned `json:"planned"`
	// Fence names the fences that held, e.g. "read-only mounts, landlock"; Open what they do not cover.
	Fence []string `json:"fence"`
	Open  []string `json:"open,omitempty"`
	// Probes are the commands, statements and addresses that were asked.
	Probes []string `json:"probes,omitempty"`
}

// LockRequest locks a node for a run and leaves the plan there.
type LockRequest struct {
	LockRecord
	Plan []byte `json:"plan,omitempty"`
	// TakeOver names the run whose lock may be replaced by this one (undo of an open run), once nothing of it lives.
	TakeOver string `json:"take_over,omitempty"`
}

// The words of UnlockRequest.Closed for a run that did nothing on its nodes: one that lost a node to another run, and one
// that was refused under its lock. A lock that it took over goes back to the run that had it.
const (
	ClosedNotBegun = "not begun"
	ClosedRefused  = "refused"
)

// UnlockRequest releases a node; Closed says how the run ended there.
type UnlockRequest struct {
	Run    string `json:"run"`
	Epoch  int64  `json:"epoch"`
	Closed string `json:"closed"`
	// Force drops a lock that nobody can close; refused while a task lives or a swap is open.
	Force bool `json:"force,omitempty"`
}

// Barrier is what a node keeps of a finished stage: the outputs of all nodes.
type Barrier struct {
	Run     string                                `json:"run"`
	Epoch   int64                                 `json:"epoch"`
	Stage   string                                `json:"stage"`
	Outputs map[string]map[string]json.RawMessage `json:"outputs"` // node → step → out
}

// NodeState is what a node knows: its identity, its lock, and of one run the plan, barriers and receipts.
type NodeState struct {
	Build string      `json:"build"`
	Root  bool        `json:"root"`
	Epoch int64       `json:"epoch"`
	Lock  *LockRecord `json:"lock,omitempty"`
	// Swaps are the runs whose exchange of files is half-way here: the server must not be started but by such a run or
	// its undo.
	Swaps []string `json:"swaps,omitempty"`
	Plan  []byte   `json:"plan,omitempty"`
	// Closed is how the run was closed here, where it was.
	Closed   *UnlockRequest `json:"closed,omitempty"`
	Barriers []Barrier      `json:"barriers,omitempty"`
	Tasks    []TaskState    `json:"tasks,omitempty"`
	// Intents are the attempts that have an intent and no receipt.
	Intents []TaskRef `json:"intents,omitempty"`
	Alive   []TaskRef `json:"alive,omitempty"`
}
