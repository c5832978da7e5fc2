package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Promised is what a done task leaves. One that found its work done leaves what was approved, too: a step that need
// not do anything often does not say what it would have left.
func Promised(approved, real Change) []Fact {
	will := slices.Clone(real.Will)
	if real.Sign != Same {
		return will
	}
	for _, f := range approved.Will {
		if !slices.ContainsFunc(will, func(w Fact) bool { return w.Key == f.Key }) {
			will = append(will, f)
		}
	}
	return will
}

// overrule makes done tasks behind t on its node invalid where t, done again, promises otherwise: a start that came
// before the repeated stop is no start any more. The promises of the others are in doubt: until t was done again the
// node was not as they need it (a server that ran on has written).
func (x *Executor) overrule(t *Task, will []Fact) error {
	behind := false
	var errs []error
	x.Plan.Tasks(func(o *Task) {
		behind = behind || o.ID == t.ID
		if !behind || o.ID == t.ID || o.Place() != t.Place() {
			return
		}
		r := x.record(o.ID)
		if r.Outcome != Done || !r.Valid {
			return
		}
		if x.redo(t) != Pure {
			x.doubt(t.Place())
		}
		if d := x.outdated(o, t, drift(r.Will, will, nil)); len(d) > 0 {
			errs = append(errs, x.emit(Event{Type: EventInvalid, Stage: o.Stage, Task: o.ID, Node: o.Place(), Reason: "since " + t.ID + " was done again: " + strings.Join(d, "; ")}))
		}
	})
	return join(errs)
}

// outdated says why o, done before, does not stand behind t, done again: what drifted, or that o proved in t's stage
// what t left the last time (that a server is down).
func (x *Executor) outdated(o, t *Task, drifted []string) []string {
	if len(drifted) == 0 && o.Stage == t.Stage && x.redo(o) == Pure && x.redo(t) != Pure {
		return []string{"asked again"}
	}
	return drifted
}

func (x *Executor) doubt(node string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.doubted[node] = true
}

// assure looks again at the promises of a node that are in doubt.
func (x *Executor) assure(ctx context.Context, node string) error {
	x.mu.Lock()
	doubted := x.doubted[node]
	delete(x.doubted, node)
	x.mu.Unlock()
	if !doubted {
		return nil
	}
	some, err := x.revalidateNode(ctx, node)
	return errors.Join(err, x.tellUnasked(some))
}

// revalidate looks again at the promises of done tasks that no later task replaced, or may be replacing now. One that no longer holds
// makes its task invalid: it runs again, or a person is asked. Where a task is open of which nothing says what it changes,
// the look waits for its end.
func (x *Executor) revalidate(ctx context.Context) error {
	if err := x.emit(Event{Type: EventResumed, Epoch: x.State.Epoch}); err != nil {
		return err
	}
	var mu sync.Mutex
	var all []unasked
	err := each(ctx, NodesOf(x.Plan), func(ctx context.Context, node string) error {
		some, err := x.revalidateNode(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, some...)
		return err
	})
	return errors.Join(err, x.tellUnasked(all))
}

func (x *Executor) revalidateNode(ctx context.Context, node string) (not []unasked, err error) {
	x.mu.Lock()
	facts, by := x.State.Promises(x.Plan, node)
	changing, known := x.State.changing(x.Plan, node)
	x.doubted[node] = !known
	x.mu.Unlock()
	if !known {
		return nil, nil
	}
	for _, key := range changing {
		delete(by, key)
	}
	keys := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(by)) {
		keys[by[key]] = append(keys[by[key]], key)
	}
	var errs []error
	x.Plan.Tasks(func(t *Task) {
		if len(keys[t.ID]) == 0 {
			return
		}
		if t := x.asItRan(t); x.canProbe(t) {
			why, err := x.recheck(ctx, t, keys[t.ID], facts)
			if errs = append(errs, err); why != "" {
				not = append(not, unasked{t, why})
			}
		}
	})
	return not, join(errs)
}

func (x *Executor) canProbe(t *Task) bool {
	step, err := x.Basis.Kinds.Get(t.Kind).Step(t.Args)
	_, ok := step.(Prober)
	return err == nil && ok
}

// recheck looks at facts that t promised. A server that a later task stopped cannot be asked: that is no difference, and
// what needs it asks again; why says so.
func (x *Executor) recheck(ctx context.Context, t *Task, keys []string, promised map[string]string) (why string, err error) {
	a, err := x.planActual(ctx, t, keys)
	if a.Class == ClassConnect {
		return a.Error, nil
	}
	if err != nil {
		return "", fmt.Errorf("%s: its promises could not be looked at again: %w", t.ID, err)
	}
	for _, f := range a.Probed {
		if f.Value != promised[f.Key] {
			return "", x.broke(t, fmt.Sprintf("%s was %s, is %s", f.Key, promised[f.Key], f.Value))
		}
	}
	return "", nil
}

// broke makes a task invalid of which a promise no longer holds.
func (x *Executor) broke(t *Task, reason string) error {
	if x.redo(t) == Manual {
		return WithNext(Failf(ClassPrecondition, "%s no longer holds: %s", t.ID, reason), "look at the node and decide: "+t.Kind+" is never repeated by itself")
	}
	if n := x.breaks(t); n > maxSettled {
		return WithNext(Failf(ClassPrecondition, "%s does not stay done: %d times now %s", t.ID, n, reason), "find out what changes it")
	}
	return x.emit(Event{Type: EventInvalid, Stage: t.Stage, Task: t.ID, Node: t.Node, Reason: reason})
}

// breaks counts how often the task's promise was found broken.
func (x *Executor) breaks(t *Task) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.broken[t.ID]++
	return x.broken[t.ID]
}
