package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"tidemark/schema"
)

// Task is one step on one node, for one item.
type Task struct {
	ID    string `json:"id"` // stage/step[key]@node
	Stage string `json:"stage"`
	Step  string `json:"step"`
	Key   string `json:"key,omitempty"`
	Item  any    `json:"item,omitempty"`
	Node  string `json:"node"`
	// Outer are the turns of the composite steps around it, outermost first.
	Outer []Turn `json:"outer,omitempty"`
	// At is the node whose agent runs the task, where it is not Node itself; From the one its bytes come from.
	At   string `json:"at,omitempty"`
	From string `json:"from,omitempty"`
	Kind string `json:"kind"`
	// User is to whom the task drops its privilege; "" is the agent's own.
	User string `json:"user,omitempty"`
	// Program is the hash of the program behind an executable kind.
	Program string `json:"program,omitempty"`
	// Args are the resolved arguments; nil while Waits names steps whose outputs they need.
	Args   json.RawMessage `json:"args,omitempty"`
	Digest string          `json:"digest,omitempty"`
	// Secrets names what must be read just before the task starts; the plan has no value of any.
	Secrets []string `json:"secrets,omitempty"`
	Waits   []string `json:"waits,omitempty"`
	// Skip is why the task will not run; "" when it will.
	Skip   string  `json:"skip,omitempty"`
	Limits *Limits `json:"limits,omitempty"` // nil where the step says nothing
	Change Change  `json:"change"`
}

// Limits is what a step says about its attempts.
type Limits struct {
	Timeout  string `json:"timeout,omitempty"`  // of each ("1m"), "" is the kind's own
	Attempts int    `json:"attempts,omitempty"` // at most, counting the first; 0 is one
	If       string `json:"if,omitempty"`       // what must hold of a failure for another one, "" is nothing
}

// limitsOf are those of a step, nil for none.
func limitsOf(s *schema.Step) *Limits {
	l := Limits{}
	if s.Timeout > 0 {
		l.Timeout = schema.DurationText(s.Timeout)
	}
	if r := s.Retry; r != nil {
		l.Attempts = r.Attempts
		if r.If != nil {
			l.If = r.If.String()
		}
	}
	if l == (Limits{}) {
		return nil
	}
	return &l
}

// Turn is one item of a composite step.
type Turn struct {
	Step string `json:"step"`
	Kind string `json:"kind"`
	Key  string `json:"key,omitempty"`
	Item any    `json:"item,omitempty"`
}

// Name is the turn as it stands in the ids of tasks.
func (t Turn) Name() string { return turnName(t.Step, t.Key) }

func turnName(step, key string) string {
	if key == "" {
		return step
	}
	return step + "[" + key + "]"
}

// Name is the task without stage and node: "restore[homer]", behind the steps around it: "swap.restore[homer]".
func (t *Task) Name() string {
	name := ""
	for _, o := range t.Outer {
		name += o.Name() + "."
	}
	return name + turnName(t.Step, t.Key)
}

// path are the ids from the stage's step down to the task's own.
func (t *Task) path() []string {
	var out []string
	for _, o := range t.Outer {
		out = append(out, o.Step)
	}
	return append(out, t.Step)
}

// Place is the node whose agent runs the task; its records lie there.
func (t *Task) Place() string {
	if t.At != "" {
		return t.At
	}
	return t.Node
}

// ArgsDigest is the digest of resolved arguments, as intents and receipts hold it.
func ArgsDigest(kind string, args json.RawMessage) string {
	sum := sha256.Sum256(append([]byte(kind+"\n"), args...))
	return hex.EncodeToString(sum[:])[:16]
}
