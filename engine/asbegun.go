package engine

import "context"

// asBegun brings an attempt to its end that began otherwise than the task would begin now: what it waited for has changed,
// since proofs are asked again on resume, and with that its arguments, or its condition, or whether it has any (unresolved). The
// node is only asked: neither is it started so, nor is it passed over while it lives. A copy is brought nothing, since from where
// it began to take it is gone as well. free: nothing is left to be known of the attempt, and the task may be looked at as it is now.
func (x *Executor) asBegun(ctx context.Context, t *Task, unresolved error) (outcome Outcome, free bool) {
	r := x.record(t.ID)
	gone := unresolved != nil || t.Skip != ""
	node, doubted, same := x.Nodes[t.Place()], gone && r.Outcome == Unknown, !gone && r.Digest == t.Digest
	if node == nil || same || !r.Open && !doubted {
		return "", true
	}
	ref, again := x.ref(t, r.Attempt), false
	if r.Open {
		s, err := node.Wait(ctx, ref, x.shows(t, ref))
		if err != nil {
			return x.lose(t, err), false
		}
		outcome, again = x.conclude(ctx, t, ref, s)
	} else {
		outcome, again = x.settle(ctx, t, ref)
	}
	return outcome, (again || outcome == Failed) && !x.calledOff(t)
}
