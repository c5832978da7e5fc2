package engine

import (
	"encoding/json"
	"slices"
	"time"
)

// TaskRecord is what the journal knows of one task.
type TaskRecord struct {
	// Attempt is the last one that began; Open is set while it has no end.
	Attempt int
	Open    bool
	// Digest is that of the arguments of this attempt; "" where the record cannot tell.
	Digest  string
	Outcome Outcome
	Changed bool
	Out     json.RawMessage
	Will    []Fact
	Class   Class
	Exit    int
	Message string
	Next    string
	Reason  string
	// Cancelled is set where a person had the attempt ended while no process drove the run: who resumes wants the next one.
	Cancelled bool
	// Manual is set while only a person can settle the outcome.
	Manual bool
	// Valid is false when a promise of the done task no longer holds.
	Valid bool
}

// State is the run so far, folded from its events; status, reports and resume are made from it.
type State struct {
	Run   string
	Epoch int64 // the last under which the nodes were locked; 0 before
	Tasks map[string]*TaskRecord
	// Barriers are the stages that every node passed.
	Barriers map[string]bool
	// Verified: the facts of the plan held under the lock, so changes may have begun.
	Verified bool
	// Overdue is the deadline that ended the last attempt to carry the run out; 0 where none did.
	Overdue time.Duration
	Closed  string // how the run was closed; "" while it is open
	// ClosedBy is who closed it, as in "by run R" or ByAnother; "" is the run itself.
	ClosedBy string
	// Refused is why a run was refused before its first change, and what to do then; "" where it was not.
	Refused, RefusedNext string
	// Began is when the run first held its nodes, or, where that was not recorded, when its first task began; zero before.
	Began time.Time
	Lost  map[string]bool // nodes whose connection is lost now
	// order of done tasks, for promises that later ones replaced.
	ended []string
	// forgot is how many of them there were when a node was last found to have lost records.
	forgot map[string]int
}

// NewState is a run of which nothing is known.
func NewState() *State {
	return &State{Tasks: map[string]*TaskRecord{}, Barriers: map[string]bool{}, Lost: map[string]bool{}, forgot: map[string]int{}}
}

// Fold makes the state of a run from its events.
func Fold(events []Event) *State {
	s := NewState()
	for i := range events {
		s.Add(&events[i])
	}
	return s
}

// task is the record of a task, made on first sight.
func (s *State) task(id string) *TaskRecord {
	if s.Tasks[id] == nil {
		s.Tasks[id] = &TaskRecord{}
	}
	return s.Tasks[id]
}

// Add moves the state on by one event.
func (s *State) Add(e *Event) {
	switch e.Type {
	case EventCreated:
		s.Run = e.Run
	case EventLocked:
		s.Epoch, s.Overdue = e.Epoch, 0 // whoever takes a run up begins its deadline anew
		s.began(e.Time)
	case EventVerified:
		s.Verified = true
	case EventBarrier:
		s.Barriers[e.Stage] = true
	case EventClosed:
		s.close(e)
	case EventLost, EventBack:
		s.Lost[e.Node] = e.Type == EventLost
	case EventBegin:
		t := s.task(e.Task)
		t.Attempt, t.Open, t.Digest, t.Outcome, t.Cancelled = e.Attempt, true, e.Digest, "", false
		s.began(e.Time)
	case EventCancel:
		t := s.task(e.Task)
		t.Cancelled = t.Open && t.Attempt == e.Attempt
	case EventDeadline:
		s.Overdue = time.Duration(e.Seconds * float64(time.Second))
	case EventEnd:
		s.end(e)
	case EventInvalid:
		s.task(e.Task).Valid = false
	case EventForgotten:
		s.forgot[e.Node] = len(s.ended)
	}
}

// close notes how the run ended; of one that was refused the message says why, of others by whom.
func (s *State) close(e *Event) {
	if s.Closed = e.Reason; e.Reason == ClosedRefused {
		s.Refused, s.RefusedNext = e.Message, e.Next
		return
	}
	s.ClosedBy = e.Message
}

// began keeps the earliest time: an adopted run is locked later than its tasks began.
func (s *State) began(at time.Time) {
	if !at.IsZero() && (s.Began.IsZero() || at.Before(s.Began)) {
		s.Began = at
	}
}

// end keeps the number of the last attempt also where none was made: the node has the records of each.
func (s *State) end(e *Event) {
	t := s.task(e.Task)
	*t = TaskRecord{
		Attempt: max(e.Attempt, t.Attempt), Digest: e.Digest, Outcome: e.Outcome, Changed: e.Changed, Out: e.Out, Will: e.Will, Class: e.Class,
		Exit: e.Exit, Message: e.Message, Next: e.Next, Reason: e.Reason, Manual: e.Manual, Valid: e.Outcome == Done,
		Cancelled: t.Cancelled && t.Attempt == e.Attempt,
	}
	s.ended = append(s.ended, e.Task)
}

// endedSinceLoss tells whether the task ended after its node was last found to have lost records.
func (s *State) endedSinceLoss(task, node string) bool {
	return slices.Contains(s.ended[s.forgot[node]:], task)
}

// Promises are the facts that done tasks of a node left, by key, with the task that promised last.
func (s *State) Promises(p *Plan, node string) (facts map[string]string, by map[string]string) {
	facts, by = map[string]string{}, map[string]string{}
	here := map[string]bool{}
	p.Tasks(func(t *Task) { here[t.ID] = t.Place() == node })
	for _, id := range s.ended {
		if t := s.Tasks[id]; here[id] && t.Outcome == Done && t.Valid {
			for _, f := range t.Will {
				facts[f.Key], by[f.Key] = f.Value, id
			}
		}
	}
	return facts, by
}

// changing are the facts that tasks of a node without a known outcome may have changed: a start that goes on has
// broken the promise of the stop before it, and that is as it should be. known is false where the plan cannot tell, since
// what such a task changes waited for outputs.
func (s *State) changing(p *Plan, node string) (keys []string, known bool) {
	known = true
	p.Tasks(func(t *Task) {
		r := s.Tasks[t.ID]
		if t.Place() != node || r == nil || !r.Open && r.Outcome != Unknown {
			return
		}
		known = known && len(t.Waits) == 0
		for _, f := range t.Change.Will {
			keys = append(keys, f.Key)
		}
	})
	return keys, known
}
