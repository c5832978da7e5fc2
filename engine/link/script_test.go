package link

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/testdata/needed"
)

func scripts(d *Dialer) map[string]string {
	target := Target{Name: "n", Become: "root", Netns: "signaling"}
	return map[string]string{
		"session": d.session(target, verbSession, "tidemark-m", strings.Repeat("a", 64)),
		"upload":  d.upload(target, "tidemark-m", strings.Repeat("a", 64), true),
	}
}

// Any login shell must pass the script on as it is, and every sh must understand it.
func TestScriptsAreSafeForAnyShell(t *testing.T) {
	d := NewDialer(Options{Build: testBuild})
	for name, command := range scripts(d) {
		_, script, _ := strings.Cut(command, "'")
		script, last, _ := strings.Cut(script, "'")
		if last != "" || strings.ContainsAny(script, "'!\\\n") || strings.Contains(script, "@") {
			t.Errorf("%s: %s", name, command)
		}
		for _, shell := range [][]string{{"sh"}, {"dash"}, {"bash"}, {"bash", "--posix"}, {"busybox", "sh"}} {
			t.Run(name+" in "+strings.Join(shell, " "), func(t *testing.T) {
				needed.Programs(t, shell[0])
				for _, text := range []string{command, script} {
					if out, err := exec.CommandContext(t.Context(), shell[0], append(shell[1:], "-n", "-c", text)...).CombinedOutput(); err != nil {
						t.Errorf("%v %s", err, out)
					}
				}
			})
		}
	}
}

// onNode runs a session script as its node would, with our own id and sudo before the real ones.
func onNode(t *testing.T, d *Dialer, target Target, id string) (out string, status int) {
	t.Helper()
	bin := t.TempDir()
	write(t, filepath.Join(bin, "id"), "#!/bin/sh\ncase $1 in -un) echo someone;; *) echo "+id+";; esac\n", 0o755)
	write(t, filepath.Join(bin, "sudo"), "#!/bin/sh\necho \"sudo $LANGUAGE $*\"\n", 0o755)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", d.session(target, verbSession, "M", "abc"))
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	raw, _ := cmd.Output()
	return string(raw), cmd.ProcessState.ExitCode()
}

func TestSessionScriptFindsTheBinary(t *testing.T) {
	const agent = "#!/bin/sh\necho \"$0 $*\"\n"
	me := fmt.Sprint(os.Getuid())
	plain, root := Target{Name: "n"}, Target{Name: "n", Become: "root", Netns: "sig"}
	for name, c := range map[string]struct {
		target  Target
		id      string
		prepare func(d *Dialer)
		status  int
		want    string // of the last line; ROOT is the directory
	}{
		"nothing": {plain, me, func(*Dialer) {}, needStatus, "M need "},
		"package of equal build": {plain, me, func(d *Dialer) {
			d.pkg = write(t, filepath.Join(d.root, "pkg"), "#!/bin/sh\n[ \"$1\" = version ] && echo "+testBuild+" || echo \"pkg $*\"\n", 0o755)
		}, 0, "pkg agent session M --node n"},
		"package of another build": {plain, me, func(d *Dialer) {
			d.pkg = write(t, filepath.Join(d.root, "pkg"), "#!/bin/sh\necho other\n", 0o755)
		}, needStatus, "M need "},
		"sent, user": {plain, "4711", func(d *Dialer) {
			write(t, filepath.Join(d.root, "bin/abc/tidemark"), agent, 0o755)
		}, needStatus, "M need "}, // its owner is not 4711
		"writable by others": {root, me, func(d *Dialer) {
			write(t, filepath.Join(d.root, "bin/abc/tidemark"), agent, 0o775)
		}, needStatus, "M need "},
		"directory": {root, me, func(d *Dialer) {
			write(t, filepath.Join(d.root, "bin/abc/tidemark/x"), agent, 0o755)
		}, needStatus, "M need "},
	} {
		t.Run(name, func(t *testing.T) {
			d := testDialer(t, Options{})
			c.prepare(d)
			out, status := onNode(t, d, c.target, c.id)
			if status != c.status || !strings.HasPrefix(lastLines(out, 1), c.want) || !strings.HasPrefix(out, "M as "+c.id+" someone\n") {
				t.Errorf("status %d, output %q, want %d, %q", status, out, c.status, c.want)
			}
		})
	}
}

func TestSessionScriptAsRoot(t *testing.T) {
	needed.Root(t, "owning the binaries")
	d := testDialer(t, Options{})
	path := write(t, filepath.Join(d.root, "bin/abc/tidemark"), "#!/bin/sh\necho \"run $*\"\n", 0o755)
	become := Target{Name: "n", Become: "root", Netns: "sig"}
	for _, c := range []struct {
		target   Target
		id, want string
	}{
		{become, "0", "run agent session M --node n --netns sig"},
		{become, "1000", "sudo en -n -- " + path + " agent session M --node n --netns sig"},
		{Target{Name: "n"}, "0", "run agent session M --node n"},
	} {
		if out, status := onNode(t, d, c.target, c.id); status != 0 || lastLines(out, 1) != c.want {
			t.Errorf("%+v as %s: status %d, output %q, want %q", c.target, c.id, status, out, c.want)
		}
	}
	if err := os.Chown(path, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	if out, status := onNode(t, d, become, "1000"); status != needStatus {
		t.Errorf("a user's file would run as root: status %d, output %q", status, out)
	}
}

func TestUploadScript(t *testing.T) {
	d := testDialer(t, Options{})
	const sha = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	at := func(name string) string { return filepath.Join(d.root, "bin", name, "tidemark") }
	ago := func(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
	kept := map[string]struct {
		ran, stored int // days ago
		kept        bool
	}{
		"old": {32, 32, false}, "old, used today": {0, 32, true}, "young": {20, 20, true},
	}
	for name, c := range kept {
		if err := os.Chtimes(write(t, at(name), "x", 0o755), ago(c.ran), ago(c.stored)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(text string) (string, int) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", d.upload(Target{Name: "n"}, "M", sha, false))
		cmd.Stdin = strings.NewReader(text)
		raw, _ := cmd.Output()
		return string(raw), cmd.ProcessState.ExitCode()
	}
	if out, status := run("hell"); status != 43 || !strings.Contains(out, "M damaged ") {
		t.Errorf("cut file: status %d, %q", status, out)
	}
	dir := filepath.Join(d.root, "bin", sha)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if out, status := run("hello"); status != 0 || out != "M ready\nM stored\n" {
		t.Errorf("whole file: status %d, %q", status, out)
	}
	info, err := os.Stat(filepath.Join(dir, "tidemark"))
	if err != nil || info.Mode() != 0o755 || info.Size() != 5 {
		t.Errorf("stored %v, %v", info, err)
	}
	for name, c := range kept {
		if _, err := os.Stat(at(name)); (err == nil) != c.kept {
			t.Errorf("%s: %v, want it kept: %v", name, err, c.kept)
		}
	}
}
