package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

func TestUserState(t *testing.T) {
	for _, c := range []struct {
		uid             int
		xdg, home, want string
	}{
		{0, "/x", "/root", "/var/lib/tidemark"},
		{7, "/x", "/home/me", "/x/tidemark"},
		{7, "", "/home/me", "/home/me/.local/state/tidemark"},
		{7, "", "", ""}, // never a name in /tmp that anybody makes first
	} {
		env := map[string]string{"XDG_STATE_HOME": c.xdg, "HOME": c.home}
		if got := userState(c.uid, func(key string) string { return env[key] }); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// A state directory that cannot be used is told as such by every verb, with what to do, and is wrong usage.
func TestUnusableState(t *testing.T) {
	h := newHouse(t)
	file := filepath.Join(h.dir, "site.yaml")
	h.state = file
	said := "the state directory " + file + " cannot be used: open " + file + "/runs: not a directory"
	for _, args := range [][]string{{"runs"}, {"status"}, {"resume", "--yes"}, {"logs"}, {"abandon", "20261122T010203Z-k7"}} {
		h.wants(h.do(args...), exitUsage, said, "next: name another: --state DIR")
	}
	h.state = "/proc/none/deeper"
	h.wants(h.run(), exitUsage, "the state directory /proc/none/deeper cannot be used: mkdir /proc/none: no such file", "--state DIR")
	h.lacks("digest") // nobody plans for nothing
}

// Where there is no home, who needs the records of runs is refused, and nobody else.
func TestNoStateDirectory(t *testing.T) {
	h := newHouse(t)
	h.state = nowhere
	for _, args := range [][]string{{"runs"}, {"status"}, {"resume", "--yes"}, {"logs"}, {"attach"}, {"cancel"}, {"abandon", openRun}, {"run", filepath.Join(h.dir, "story.yaml"), "--input", "dir=/none"}} {
		h.wants(h.do(args...), exitUsage, "HOME is not set, so there is no state directory\n  next: name it: --state DIR")
	}
	h.wants(h.do("nodes"), 0)
	h.wants(h.do("unlock", "one"), 0, "one is not locked")
	h.write("story.yaml", "runbook: story\nstages:\n  - stage: a\n    on: controller\n    steps: [{id: p, pause: {for: 0s}}]\n")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml")), exitUsage, "HOME is not set")
}

func TestUnusableStateSaysWhatToDo(t *testing.T) {
	a := &app{state: "/s"}
	at := func(op, path string, err error) error { return &fs.PathError{Op: op, Path: path, Err: err} }
	for _, c := range []struct {
		err  error
		code int
		next string
	}{
		{at("open", "/s/runs", unix.EACCES), exitUsage, "as its owner (sudo), or name another"},
		{&refused{at("write", "/s/runs/R/controller.json", unix.ENOSPC)}, exitUsage, "free space there"},
		{at("mkdir", "/s", unix.EROFS), exitUsage, "name another: --state DIR"},
		{at("open", "/s/overlays/a.yaml", unix.EACCES), exitFailed, ""}, // a site may lie there, too
		{at("open", "/", unix.EACCES), exitFailed, ""},
		{&ended{err: at("write", "/s/runs/R/journal.jsonl", unix.ENOSPC)}, exitFailed, ""}, // it began: the report tells it
		{fmt.Errorf("elsewhere"), exitFailed, ""},
	} {
		got := a.placeless(c.err)
		next := engine.NextOf(causes(got))
		if exitCode(got) != c.code || !strings.HasPrefix(next, c.next) || (next == "") != (c.next == "") {
			t.Errorf("%v: exit %d, next %q", c.err, exitCode(got), next)
		}
	}
}
