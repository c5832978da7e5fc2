package files

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
)

const (
	// dirMode is that of a new directory whose mode is not given, parentMode that of the parents made on the way.
	dirMode    schema.Mode = 0o700
	parentMode schema.Mode = 0o755
)

// Mkdir is the kind mkdir.
func Mkdir() engine.Kind {
	return engine.Kind{
		Name: "mkdir",
		Doc: "Makes a directory with an owner and a mode. A new one appears at once and complete, with mode 0700 where none is given; " +
			"one that exists is brought to the owner, group and mode that are given, and what is not given stays as it is. " +
			"With `parents: true` missing directories on the way are made too, with mode 0755 and the agent's owner. Symlinks are never followed.",
		Example: "id: room\nmkdir: {path: /var/lib/tidemark/backups, mode: \"0700\", parents: true}",
		Redo:    engine.Idempotent,
		Risk:    engine.Interrupts,
		New:     func() engine.Step { return &mkdir{} },
		Out:     MkdirOut{},
		Version: 1,
	}
}

// MkdirOut is the directory, and whether this step made it.
type MkdirOut struct {
	Path    string `json:"path" help:"absolute path of the directory"`
	Created bool   `json:"created" help:"whether it is new"`
}

type mkdir struct {
	Path    string      `json:"path" help:"absolute path of the directory" required:"true" short:"true"`
	Mode    schema.Mode `json:"mode" help:"permission bits; left out: 0700 for a new directory, no change for one that exists"`
	Owner   string      `json:"owner" help:"user, by name or number; left out: the agent's for a new directory, no change for one that exists"`
	Group   string      `json:"group" help:"group, by name or number; left out: as owner"`
	Parents bool        `json:"parents" help:"make missing directories on the way, too"`

	names flush
}

// Check refuses paths that name no single directory.
func (m *mkdir) Check() error { return argument.Path("path", m.Path) }

// Plan tells what is missing or differs.
func (m *mkdir) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Will: []engine.Fact{willBe(m.Path, directory)}}
	w, err := newWish(v, m.Owner, m.Group, m.Mode)
	if err != nil {
		return c, err
	}
	at, err := look(v, m.Path)
	if err != nil {
		return c, err
	}
	switch {
	case at.kind == absent:
		return m.planNew(c, w, at)
	case at.promised:
		return m.planPromised(c, w, at), nil
	case at.kind != directory:
		return c, refuse("choose another path, or move it away first", "%s is there and is a %s, no directory", show(m.Path), at.kind)
	}
	return m.planKept(c, w, at)
}

func (m *mkdir) planNew(c engine.Change, w wish, at sight) (engine.Change, error) {
	if len(at.missing) > 0 && !m.Parents {
		return c, refuse("say parents: true, or make it first", "%s cannot be made: %s does not exist", show(m.Path), show(path.Dir(m.Path)))
	}
	if err := w.needsRoot(m.Path, uint32(w.euid)); err != nil {
		return c, err
	}
	w = m.fresh(w)
	c.Sign, c.Summary = engine.Creates, fmt.Sprintf("make %s, %s", show(m.Path), w.text())
	for _, p := range at.missing {
		c.Details = append(c.Details, fmt.Sprintf("make its parent %s, mode %s", show(p), parentMode))
		c.Will = append(c.Will, willBe(p, directory))
	}
	c.Pre = []engine.Fact{{Key: factPath(m.Path), Value: absent}}
	return c, nil
}

// fresh is the wish for a directory that is made.
func (m *mkdir) fresh(w wish) wish {
	if w.mode == 0 {
		w.mode = dirMode
	}
	return w
}

// planPromised plans over a directory, or something not known, that an earlier step will have left.
func (m *mkdir) planPromised(c engine.Change, w wish, at sight) engine.Change {
	switch {
	case at.kind != directory:
		c.Sign, c.Later, c.Risk, c.Summary = engine.NotKnown, engine.AfterSteps, engine.Interrupts, "make "+show(m.Path)
		c.Unknown = []string{"what an earlier step leaves at " + show(m.Path)}
	case w.none():
		c.Sign, c.Summary = engine.Same, show(m.Path)+" will be there"
	default:
		c.Sign, c.Risk, c.Summary = engine.Changes, engine.Interrupts, fmt.Sprintf("%s: %s", show(m.Path), w.text())
		c.Unknown = []string{"owner and mode of " + show(m.Path) + " before an earlier step made it"}
	}
	return c
}

func (m *mkdir) planKept(c engine.Change, w wish, at sight) (engine.Change, error) {
	c.Pre = []engine.Fact{{Key: factPath(m.Path), Value: directory}}
	differ := w.differences(at.entry)
	if len(differ) > 0 {
		c.Sign, c.Risk = engine.Changes, engine.Interrupts
		c.Summary = fmt.Sprintf("%s is there: %s", show(m.Path), strings.Join(differ, ", "))
		return c, w.needsRoot(m.Path, at.uid)
	}
	c.Will = nil // nothing changes, so later steps see on the disk what they shall see
	c.Sign, c.Summary, c.Out = engine.Same, fmt.Sprintf("%s is there, mode %04o", show(m.Path), at.mode), engine.Encode(MkdirOut{Path: m.Path})
	return c, nil
}

// Probe looks whether the directory is still there.
func (m *mkdir) Probe(_ context.Context, v *engine.View, key string) (string, error) {
	p, ok := strings.CutPrefix(key, factPath(""))
	if !ok {
		return "", errors.New("mkdir does not know the fact " + key)
	}
	at, err := look(v, p)
	return at.kind, err
}
