package engine

import (
	"context"
	"path/filepath"

	"tidemark/schema"
)

// View is what Plan sees of its node: local files through Path and package os (read only), servers through the
// door of the kind's Reads, and facts as the earlier tasks of the node will leave them.
type View struct {
	// Run is the run's id, Node the node's name.
	Run, Node string
	// Actual is set when the real state is asked, not the predicted one: just before Apply, and when settling.
	Actual bool
	// Settling is set, beside Actual, while it is asked how an earlier attempt ended; nothing is about to begin then.
	Settling bool
	// Log takes a line for the task's log; never nil.
	Log func(format string, args ...any)

	ground Ground
	door   *door
	facts  *Facts
	marks  Marks
}

// NewView makes the view of one kind on one node. Facts is shared by the tasks of the node, in their order.
func NewView(k *Kind, g Ground, f *Facts, run, node string) *View {
	return &View{Run: run, Node: node, Log: func(string, ...any) {}, ground: g, door: &door{k}, facts: f}
}

// Exec runs a command that the kind's Reads name; everything else is refused.
func (v *View) Exec(ctx context.Context, c Command) (Result, error) {
	if err := v.door.command(c); err != nil {
		return Result{}, err
	}
	return v.ground.Exec(ctx, c)
}

// Query asks a database; only reading statements on the keyspaces in the kind's Reads pass.
func (v *View) Query(ctx context.Context, q Query) ([]Row, error) {
	if err := v.door.query(q); err != nil {
		return nil, err
	}
	return v.ground.Query(ctx, q)
}

// Get fetches an address that the kind's Reads name.
func (v *View) Get(ctx context.Context, url, user, password string) ([]byte, error) {
	if err := v.door.get(url); err != nil {
		return nil, err
	}
	return v.ground.Get(ctx, url, user, password)
}

// Listens tells whether something accepts connections; it connects and closes at once.
func (v *View) Listens(ctx context.Context, space Space, address string) (bool, error) {
	return v.ground.Listens(ctx, space, address)
}

// Path is where the absolute path name lies on this node; use it for every file.
func (v *View) Path(name string) string { return filepath.Join(v.ground.Root(), name) }

// Fact answers from what earlier tasks of the node promised, then from what was seen already, and only then
// asks probe. A View of the actual state asks probe, once.
func (v *View) Fact(key string, probe func() (string, error)) (Fact, error) {
	return v.facts.look(key, v.Actual, probe)
}

// Promised is the value of a fact that an earlier task of this node promised in its Will; never on actual state.
func (v *View) Promised(key string) (string, bool) {
	if v.Actual {
		return "", false
	}
	value, ok := v.facts.will[key]
	return value, ok
}

// Remember gives a view of the actual state what earlier attempts of its task marked.
func (v *View) Remember(m Marks) { v.marks = m }

// Marked tells, on actual state, whether an earlier attempt of this task noted key with Host.Mark. A dry run knows of none.
func (v *View) Marked(key string) bool { return v.Actual && v.marks != nil && v.marks.Marked(key) }

// Host is what Apply has: the View without the door, and durable marks.
type Host struct {
	*View
	marks Marks
	// Secrets are the values of the task's secrets by name; only Apply has them.
	Secrets map[string][]byte
	// Progress reports done of total (bytes or items); total 0 is not known. Never nil.
	Progress func(done, total int64, text string)
}

// Marks keeps the durable marks of one task.
type Marks interface {
	Mark(key string) error
	Marked(key string) bool
}

// NewHost opens a view for Apply.
func NewHost(v *View, m Marks) *Host {
	return &Host{View: v, marks: m, Progress: func(int64, int64, string) {}}
}

// Exec runs any command.
func (h *Host) Exec(ctx context.Context, c Command) (Result, error) { return h.ground.Exec(ctx, c) }

// Query sends any statement.
func (h *Host) Query(ctx context.Context, q Query) ([]Row, error) { return h.ground.Query(ctx, q) }

// Get fetches any address.
func (h *Host) Get(ctx context.Context, url, user, password string) ([]byte, error) {
	return h.ground.Get(ctx, url, user, password)
}

// Open gives a text with the values of its secrets in it. It goes to a program or server, never into an output, a
// message or a file of ours.
func (h *Host) Open(s schema.Sealed) (string, error) {
	return s.Open(func(name string) ([]byte, error) {
		value, ok := h.Secrets[name]
		if !ok {
			return nil, Failf(ClassPrecondition, "the secret %q did not come with the task", name)
		}
		return value, nil
	})
}

// Mark notes durably that the part named key of this task is done; it survives attempts of the same task.
func (h *Host) Mark(key string) error { return h.marks.Mark(key) }

// Marked tells whether Mark(key) returned in this or an earlier attempt.
func (h *Host) Marked(key string) bool { return h.marks.Marked(key) }
