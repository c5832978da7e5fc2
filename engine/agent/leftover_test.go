package agent

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestACommandLeavesNothingBehind: the step is over with all that its command started, and calls itself neither done nor failed.
func TestACommandLeavesNothingBehind(t *testing.T) {
	for what, script := range map[string]string{
		"in the background":            "sleep 60 >/dev/null 2>&1 & echo $! > pid; echo > done",
		"with its output":              "sleep 60 & echo $! > pid; echo > done",
		"in a session of its own":      "setsid sh -c 'echo $$ > pid; exec sleep 60' >/dev/null 2>&1 & while ! test -s pid; do sleep 0.01; done; echo > done",
		"without what it inherited":    "exec 3>&- 4>&-; sleep 60 >/dev/null 2>&1 & echo $! > pid; echo > done",
		"that takes no notice of TERM": "(trap '' TERM; while :; do sleep 0.1; done) >/dev/null 2>&1 & echo $! > pid; echo > done",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a, dir := newAgent(t), t.TempDir()
			spec := order1(t, shell{Script: script, Dir: dir})
			if _, err := a.Start(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
			s, err := a.Wait(t.Context(), spec.TaskRef, nil)
			child := waitForPID(t, filepath.Join(dir, "pid"))
			if err != nil || s.Receipt == nil || s.Receipt.Outcome != engine.Unknown || s.Receipt.Class != engine.ClassPrecondition || !dead(child) {
				t.Fatalf("%+v %v, the child is gone: %v", s.Receipt, err, dead(child))
			}
			if r := s.Receipt; !strings.Contains(r.Message, "/bin/sh: exit status 0, and left processes behind, which were stopped: ") ||
				!strings.Contains(r.Message, strconv.Itoa(child)+" (s") || !strings.Contains(r.Next, "daemon: true") {
				t.Errorf("said %q, next %q", r.Message, r.Next)
			}
		})
	}
}

// TestALastWordIsNoLeftover: what ends a moment behind its command is no mistake.
func TestALastWordIsNoLeftover(t *testing.T) {
	t.Parallel()
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "sleep 0.3 >/dev/null 2>&1 & echo > done", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt == nil || s.Receipt.Outcome != engine.Done {
		t.Fatalf("%+v %v", s.Receipt, err)
	}
}

// TestWhatIsMissingIsNamed: the kernel has one answer for all three.
func TestWhatIsMissingIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte("#!/none/bash -e\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		argv, dir, want string
	}{
		{dir + "/script", "", "/script is there, but /none/bash, which its first line names, is not on this node"},
		{"./script", dir, "./script is there, but /none/bash, which its first line names, is not on this node"},
		{dir + "/none", "", "/none is not on this node"},
		{"none-such-program", "", "none-such-program is not on this node"},
		{"/bin/sh", dir + "/gone", "/gone, the directory that /bin/sh is to run in, is not on this node"},
	} {
		_, err := new(Machine).Exec(t.Context(), engine.Command{Argv: []string{c.argv}, Dir: c.dir})
		if engine.ClassOf(err) != engine.ClassPrecondition || !strings.HasSuffix(err.Error(), c.want) || engine.NextOf(err) == "" {
			t.Errorf("%s in %q: %v", c.argv, c.dir, err)
		}
	}
}
