package engine

import "encoding/json"

// Sign is what a task would do to its node.
type Sign string

// The signs, in the order of their weight.
const (
	Same     Sign = "="
	Creates  Sign = "+"
	Changes  Sign = "~"
	Destroys Sign = "-"
	NotKnown Sign = "?"
	// Unplanned is of a task that the dry run could not look at, or refuses: the summary is why. No plan with one is carried out.
	Unplanned Sign = "!"
)

// Risk is how much a change may hurt; a change may never be of a higher risk than the approved one.
type Risk int

// The risks: nothing lost; service interrupted; data overwritten or removed.
const (
	Harmless Risk = iota
	Interrupts
	Overwrites
)

// Fact is the smallest statement something rests on, e.g. "space ≥ 12 GiB" = "true", never free bytes.
type Fact struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Later says when a change that is NotKnown will be known, where that is in its nature and no failing of the dry run.
type Later string

// AfterSteps: an earlier step of the same run decides it. InRun: the task changes nothing; it waits or looks when its turn
// comes, and only that gives its answer. Where a NotKnown change has neither, asking could not tell, and Unknown says why.
const (
	AfterSteps Later = "after-steps"
	InRun      Later = "in-run"
)

// Change is what a task would do.
type Change struct {
	Sign    Sign     `json:"sign"`
	Later   Later    `json:"later,omitempty"`
	Summary string   `json:"summary"`
	Details []string `json:"details,omitempty"`
	// Argv is the exact command the task runs, where it runs exactly one.
	Argv []string `json:"argv,omitempty"`
	// Bytes is what the task writes, an estimate.
	Bytes int64 `json:"bytes,omitempty"`
	// Seconds is how long it takes, an estimate; 0 is not known.
	Seconds float64 `json:"seconds,omitempty"`
	Risk    Risk    `json:"risk,omitempty"`
	// Unknown names what could not be known, one sentence each.
	Unknown []string `json:"unknown,omitempty"`
	// Pre is what the change rests on; compared again later.
	Pre []Fact `json:"pre,omitempty"`
	// Will is what later tasks of this node may assume.
	Will []Fact `json:"will,omitempty"`
	// Out is the output already known (pure kinds, and Same); Data is the kind's own, from Plan to Apply.
	Out  json.RawMessage `json:"out,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Output is what a task leaves: a value of the kind's Out type and one line for people.
type Output struct {
	Value any
	Note  string
	// Unchanged: Apply found that there was nothing to do.
	Unchanged bool
}

// Encode gives a value of a kind's own types as JSON, for Change.Out and Change.Data. Such types always encode; one that
// does not is a mistake in the kind, and panics.
func Encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
