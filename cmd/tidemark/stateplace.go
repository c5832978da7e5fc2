package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

// userState is a user's state directory; --state does not move it. "" without a home: a directory that everybody can
// make first is no place for plans and journals.
func userState(uid int, getenv func(string) string) string {
	if uid == 0 {
		return "/var/lib/tidemark"
	}
	if dir := getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "tidemark")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "tidemark")
	}
	return ""
}

// nowhere is the state directory where none can be named. Nothing can be there, so whoever asks for it is refused, and who
// needs none is not.
const nowhere = "/dev/null/tidemark"

func homeless() error {
	return usagef("name it: --state DIR", "HOME is not set, so there is no state directory")
}

// housed refuses a site with a node that is this machine, where that node's state has no place.
func housed(site *schema.Site, local string) error {
	for _, n := range site.Nodes {
		if (n.Connection == "local" || n.Name == local) && userState(os.Geteuid(), os.Getenv) == "" {
			return usagef("set HOME, or XDG_STATE_HOME", "HOME is not set, and node %s is this machine: its state has no place", n.Name)
		}
	}
	return nil
}

// placeless says of what the system refused in the state directory that this is the directory's fault, and what to do. A
// run that began has told its end already.
func (a *app) placeless(err error) error {
	var out []error
	for _, e := range view.Leaves(err) {
		if r := refusal(e); r != nil {
			e = &refused{a.placeless(r.err)}
		} else {
			e = a.placelessLeaf(e)
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

func (a *app) placelessLeaf(err error) error {
	var began *ended
	var at *fs.PathError
	if errors.As(err, &began) || !errors.As(err, &at) || !a.inState(at) {
		return err
	}
	if a.stateDir() == nowhere {
		return homeless()
	}
	next := "name another: --state DIR"
	switch {
	case errors.Is(err, fs.ErrPermission):
		next = "as its owner (sudo), or " + next
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		next = "free space there, or " + next
	}
	return usagef(next, "the state directory %s cannot be used: %v", a.stateDir(), at)
}

// inState tells whether the system refused something of the state directory: itself, its runs, or a directory above it
// that was to be made. Other files may lie there, too.
func (a *app) inState(at *fs.PathError) bool {
	dir := a.stateDir()
	return absolute(at.Path) == absolute(dir) || below(at.Path, []string{filepath.Join(dir, "runs")}) ||
		at.Op == "mkdir" && below(dir, []string{at.Path})
}
