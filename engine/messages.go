package engine

import (
	"encoding/json"
	"slices"
	"time"
)

// Outcome is how a task ended; a task that never began has none.
type Outcome string

// The four outcomes.
const (
	Done    Outcome = "done"
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown"
	Skipped Outcome = "skipped"
)

// Holder names who holds a node's lock.
type Holder struct {
	User  string    `json:"user"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// LockRecord is what a locked node keeps: the run that may change it, and until which epoch others are refused.
type LockRecord struct {
	Run     string `json:"run"`
	Runbook string `json:"runbook"`
	Epoch   int64  `json:"epoch"`
	Holder  Holder `json:"holder"`
}

// TaskRef names one attempt of one task of one run.
type TaskRef struct {
	Run     string `json:"run"`
	Epoch   int64  `json:"epoch"`
	Task    string `json:"task"`
	Attempt int    `json:"attempt"`
}

// TaskSpec is all that a task needs to run on its node.
type TaskSpec struct {
	TaskRef
	Node string `json:"node"`
	Kind string `json:"kind"`
	// Program is the hash of the program behind an executable kind.
	Program string          `json:"program,omitempty"`
	Args    json.RawMessage `json:"args"`
	Digest  string          `json:"digest"`
	// Approved is the change that the operator saw; the real one must not be another (see Compare).
	Approved Change `json:"approved"`
	// Touched are the fact keys that earlier tasks of this run promised; they may differ from the approved ones.
	Touched []string      `json:"touched,omitempty"`
	Timeout time.Duration `json:"timeout,omitempty"`
	User    string        `json:"user,omitempty"`
	// Needs names the secrets without which the task must not start.
	Needs []string `json:"needs,omitempty"`
	// Secrets are the values that the task needs, or where they lie on its node. They travel and are never stored.
	Secrets map[string]Secret `json:"secrets,omitempty"`
}

// Secret is a value on its way to a task, or the file on the task's node that holds it.
type Secret struct {
	Value    []byte `json:"value,omitempty"`
	NodeFile string `json:"node_file,omitempty"`
}

// Receipt is what a task leaves on its node when it ends.
type Receipt struct {
	TaskRef
	Digest  string          `json:"digest"`
	Outcome Outcome         `json:"outcome"`
	Changed bool            `json:"changed"`
	Class   Class           `json:"class,omitempty"`
	Message string          `json:"message,omitempty"`
	Next    string          `json:"next,omitempty"`
	Exit    int             `json:"exit,omitempty"`
	Out     json.RawMessage `json:"out,omitempty"`
	Note    string          `json:"note,omitempty"`
	Change  Change          `json:"change"`
	Began   time.Time       `json:"began"`
	Ended   time.Time       `json:"ended"`
}

// Standing is where an attempt stands on its node.
type Standing string

// The answers a node gives when asked to start an attempt: begun now, alive already, ended with a receipt,
// or an intent alone with nobody behind it.
const (
	Started  Standing = "started"
	Alive    Standing = "alive"
	Ended    Standing = "ended"
	Orphaned Standing = "orphaned"
	// Nothing: no trace of the attempt; only Look answers it.
	Nothing Standing = "nothing"
)

// TaskState is a node's answer about an attempt; Receipt is set when it ended.
type TaskState struct {
	Standing Standing `json:"standing"`
	Receipt  *Receipt `json:"receipt,omitempty"`
}

// PlanItem is one task to be planned.
type PlanItem struct {
	Task string          `json:"task"`
	Kind string          `json:"kind"`
	Args json.RawMessage `json:"args"`
	// Program is the hash of the program behind an executable kind.
	Program string `json:"program,omitempty"`
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
	// TakeOver names the run whose lock may be replaced by this one (undo of an open run).
	TakeOver string `json:"take_over,omitempty"`
}

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

// Progress is how far a living task is.
type Progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Text  string `json:"text"`
}
