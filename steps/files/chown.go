package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
)

// Chown is the kind chown.
func Chown() engine.Kind {
	return engine.Kind{
		Name: "chown",
		Doc: "Sets owner, group and mode of a file or directory, or with `recursive: true` of everything below it. Symlinks are never " +
			"followed; those inside the tree change owner themselves. In a tree a directory gets x wherever the mode has r. A file with " +
			"several names (hard links) in a tree is refused unless `links: true`: one of its other names may be a live file of Cassandra. " +
			"A change of owner takes setuid and setgid from a file whose mode is not given.",
		Example: "id: owned\nchown: {path: /var/lib/cassandra/data/homer, owner: cassandra, group: cassandra, recursive: true}",
		Redo:    engine.Idempotent,
		Risk:    engine.Interrupts,
		New:     func() engine.Step { return &chown{} },
		Out:     ChownOut{},
		Version: 1,
	}
}

// ChownOut counts the entries looked at and those that were changed.
type ChownOut struct {
	Entries int `json:"entries" help:"files and directories that were looked at"`
	Changed int `json:"changed" help:"how many of them were changed"`
}

type chown struct {
	Path      string      `json:"path" help:"absolute path" required:"true"`
	Owner     string      `json:"owner" help:"user, by name or number; left out: no change"`
	Group     string      `json:"group" help:"group, by name or number; left out: no change"`
	Mode      schema.Mode `json:"mode" help:"permission bits; left out: no change"`
	Recursive bool        `json:"recursive" help:"the directory and everything below it on its file system"`
	Links     bool        `json:"links" help:"recursive: change files with several names, too"`

	// whole, where set, takes the place of syncfs; tests remember there what is on disk.
	whole func(dir *os.File) error
}

// Check refuses bad paths, a step without a wish, and trees that are the system.
func (c *chown) Check() error {
	errs := []error{argument.Path("path", c.Path)}
	if c.Owner == "" && c.Group == "" && c.Mode == 0 {
		errs = append(errs, schema.WrongArgs([]string{"owner", "group", "mode", "path"}, "chown needs an owner, a group or a mode"))
	}
	if c.Recursive && isSystem(c.Path) {
		errs = append(errs, schema.WrongArgs([]string{"path", "recursive"}, "path %s: recursive would take in a part of the system; name the directory below it that is meant", c.Path))
	}
	if c.Links && !c.Recursive {
		errs = append(errs, schema.WrongArgs([]string{"links", "recursive"}, "links: true goes with recursive: true"))
	}
	return errors.Join(errs...)
}

// Plan counts what differs, by looking at every entry.
func (c *chown) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	out := engine.Change{Sign: engine.Changes, Risk: engine.Interrupts}
	w, err := c.wish(v)
	if err != nil {
		return out, err
	}
	at, err := look(v, c.Path)
	switch {
	case err != nil:
		return out, err
	case at.kind == absent && at.promised:
		return out, refuse("put this step before that one, or correct the path", "%s will not be there: an earlier step takes it away", show(c.Path))
	case at.kind == absent:
		return out, gone(c.Path)
	case at.promised:
		out.Summary = fmt.Sprintf("%s: %s", c.where(), w.text())
		out.Unknown = []string{"what of it differs before an earlier step has put it there"}
		return out, nil
	}
	return c.planActual(ctx, v, w, out)
}

func (c *chown) wish(a engine.Asker) (wish, error) {
	w, err := newWish(a, c.Owner, c.Group, c.Mode)
	w.tree = c.Recursive
	return w, err
}

func (c *chown) where() string {
	if c.Recursive {
		return show(c.Path) + " and everything below"
	}
	return show(c.Path)
}

func (c *chown) planActual(ctx context.Context, v *engine.View, w wish, out engine.Change) (engine.Change, error) {
	t := &tally{chown: c, wish: w}
	err := walk(v, c.Path, c.Recursive, func(p string, _ *os.File, e entry) error {
		return errors.Join(ctx.Err(), t.add(p, e))
	})
	if err != nil {
		return out, err
	}
	if t.differ == 0 {
		out.Sign, out.Risk = engine.Same, engine.Harmless
		out.Summary = fmt.Sprintf("%s is so: %s", c.where(), w.text())
		out.Out = engine.Encode(ChownOut{Entries: t.entries})
		return out, nil
	}
	out.Summary, out.Details = fmt.Sprintf("%s: %s", show(c.Path), t.examples[0].what), t.notes()
	if c.Recursive {
		out.Summary = fmt.Sprintf("%s: %d of %d entries: %s", show(c.Path), t.differ, t.entries, w.text())
	}
	return out, nil
}

// tally counts a tree against the wish.
type tally struct {
	*chown
	wish
	entries, differ, linked int
	examples                []example
}

type example struct{ path, what string }

func (t *tally) add(p string, e entry) error {
	t.entries++
	d := t.differences(e)
	if len(d) == 0 {
		return nil
	}
	if err := errors.Join(t.allows(p, e), t.needsRoot(p, e.uid)); err != nil {
		return err
	}
	t.differ++
	if e.kind == file && e.links > 1 {
		t.linked++
	}
	if len(t.examples) < 5 {
		t.examples = append(t.examples, example{p, strings.Join(d, ", ")})
	}
	return nil
}

// allows refuses to change, in a tree, a file that has other names.
func (c *chown) allows(p string, e entry) error {
	if !c.Recursive || c.Links || e.kind != file || e.links < 2 {
		return nil
	}
	return refuse("copy it first (a copy has an owner of its own), or say links: true",
		"%s has %d names (hard links): a change would reach all of them, maybe a live file of Cassandra", show(p), e.links)
}

func (t *tally) notes() []string {
	var out []string
	if t.linked > 0 {
		out = append(out, fmt.Sprintf("%d of these files have several names (hard links): the change reaches all names", t.linked))
	}
	if t.Recursive {
		for _, x := range t.examples {
			out = append(out, show(x.path)+": "+x.what)
		}
		if more := t.differ - len(t.examples); more > 0 {
			out = append(out, fmt.Sprintf("and %d more", more))
		}
	}
	return out
}
