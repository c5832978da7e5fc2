package engine

import (
	"encoding/json"
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
	// Nothing: no trace of the attempt. It stays within the node, which then starts it or says why it never began.
	Nothing Standing = "nothing"
)

// TaskState is a node's answer about an attempt; Receipt is set when it ended.
type TaskState struct {
	Standing Standing `json:"standing"`
	Receipt  *Receipt `json:"receipt,omitempty"`
	// Note says what the node did about the attempt itself, for people.
	Note string `json:"note,omitempty"`
}

// Cancelled is what a node did to stop an attempt. The zero value: nothing of it lived.
type Cancelled struct {
	// Told: the task's own process was asked to end; it writes its receipt.
	Told bool `json:"told,omitempty"`
	// Lives are the processes of a task that was told and has not ended within some seconds; "" where it ended.
	Lives string `json:"lives,omitempty"`
	// Ended are the processes that a task whose own one is gone had started, and that were ended: "4711 (sleep)".
	Ended []string `json:"ended,omitempty"`
}

// Progress is how far a living task is.
type Progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Text  string `json:"text"`
}
