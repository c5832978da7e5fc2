package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tidemark/testdata/needed"
)

// completions are lines as somebody types them, DIR for the site's directory, each with what the key Tab makes of it;
// where several words fit, it lists them.
func completions() []struct{ typed, line, lists string } {
	return []struct{ typed, line, lists string }{
		{"tidemark val", "tidemark validate ", ""},
		{"tidemark run resto", "tidemark run restore-vellum ", ""},
		{"tidemark run restore-vellum --input bac", "tidemark run restore-vellum --input backup=", ""},
		{"tidemark --site DIR/site.yaml run flus", "tidemark --site DIR/site.yaml run flush ", ""},
		{"tidemark --site DIR/site.yaml run flush --input dep", "tidemark --site DIR/site.yaml run flush --input depth=", ""},
		{"tidemark --site DIR/site.yaml run flush --input depth=q", "tidemark --site DIR/site.yaml run flush --input depth=quick ", ""},
		{"tidemark --site DIR/site.yaml run flush --input=depth=q", "tidemark --site DIR/site.yaml run flush --input=depth=quick ", ""},
		{"tidemark --site DIR/site.yaml run flush --input depth=", "", "quick full"},
		{"tidemark --site DIR/site.yaml run flush --input dry=f", "tidemark --site DIR/site.yaml run flush --input dry=false ", ""},
		{"tidemark --site DIR/site.yaml plan flush --limit sprout", "", "sprout-1 group"},
		{"tidemark --site DIR/site.yaml plan flush --limit vellum-1,vellum-", "tidemark --site DIR/site.yaml plan flush --limit vellum-1,vellum-2 ", ""},
		{"tidemark --site DIR/site.yaml unlock sp", "tidemark --site DIR/site.yaml unlock sprout-1 ", ""},
		{"tidemark explain restore-vellum stop/dr", "tidemark explain restore-vellum stop/drain ", ""},
		{"tidemark explain restore-vellum stop/", "", "stop/drain nodetool"},
		{"tidemark explain TM041", "tidemark explain TM0411 ", ""},
		{"tidemark steps wait-c", "tidemark steps wait-cassandra ", ""},
		{"tidemark steps wait-", "", "wait-cassandra wait-monit"},
		{"tidemark --state DIR/state resume 2026", "tidemark --state DIR/state resume 20261122T010203Z-k7 ", ""},
		{"tidemark --state DIR/state status 2026", "tidemark --state DIR/state status 20261122T010203Z-k7 ", ""},
		{"tidemark --state DIR/state logs 2026", "tidemark --state DIR/state logs 20261122T010203Z-k7 ", ""},
	}
}

// TestShellCompletion types each line into each shell and presses Tab.
func TestShellCompletion(t *testing.T) {
	dir := completionDesk(t)
	ask := map[string]func(*testing.T, string) asker{"bash": bareBash, "bash-completion": packagedBash, "zsh": zsh, "fish": fish}
	for name, open := range ask {
		t.Run(name, func(t *testing.T) {
			complete := open(t, dir)
			for _, c := range completions() {
				typed, want := strings.ReplaceAll(c.typed, "DIR", dir), strings.ReplaceAll(c.line, "DIR", dir)
				line, listed := complete(typed)
				if want != "" && line != want {
					t.Errorf("%s: became %q, want %q; shown: %q", typed, line, want, listed)
				}
				for _, word := range strings.Fields(c.lists) {
					if !strings.Contains(listed, word) {
						t.Errorf("%s: %q is not listed: %q", typed, word, listed)
					}
				}
			}
		})
	}
}

// completionDesk is a site with a runbook and a run, and this program as tidemark.
func completionDesk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site.yaml":           hill,
		"runbooks/flush.yaml": "runbook: flush\ntitle: Flush\ninputs:\n  depth: {type: enum, values: [quick, full], default: full}\n  dry: {type: bool, default: true}\nstages:\n  - stage: s\n    on: vellum\n    steps: [{id: wait, when: inputs.dry, pause: 1s}]\n",
		"state/runs/20261122T010203Z-k7/plan.json": "{}",
		".zshenv": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "tidemark")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// asker completes a line: what it becomes, and what is shown meanwhile.
type asker func(typed string) (line, shown string)

// shellIn is the shell with nothing of this machine's settings; need is a file that it needs besides.
func shellIn(t *testing.T, dir, need string, argv ...string) *exec.Cmd {
	t.Helper()
	needed.Programs(t, argv[0])
	if _, err := os.Stat(need); need != "" && err != nil {
		needed.Skip(t, err.Error())
	}
	c := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	c.Dir = dir
	c.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir, "TERM=dumb", "LANG=C.UTF-8", "PS1=> "}
	return c
}

const bashKeys = `source <(tidemark completion bash)
bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'
bind -x '"\C-xp": printf "<<%s>>\n" "$READLINE_LINE"'; PS1='> '; echo rea''dy
`

func bareBash(t *testing.T, dir string) asker {
	return typist(t, shellIn(t, dir, "", "bash", "--norc", "--noprofile", "-i"), bashKeys)
}

func packagedBash(t *testing.T, dir string) asker {
	const lib = "/usr/share/bash-completion/bash_completion"
	return typist(t, shellIn(t, dir, lib, "bash", "--norc", "--noprofile", "-i"), "source "+lib+"\n"+bashKeys)
}

func zsh(t *testing.T, dir string) asker {
	return typist(t, shellIn(t, dir, "", "zsh", "-f", "-i"), `autoload -U compinit; compinit -u -D
source <(tidemark completion zsh)
show() { print -r -- "<<$BUFFER>>"; }; zle -N show; bindkey -e; bindkey '^Xp' show; unsetopt prompt_sp; PS1='> '; echo rea''dy
`)
}

// typist presses Tab behind each line, and then a key that the shell was told to show its line at.
func typist(t *testing.T, c *exec.Cmd, setup string) asker {
	t.Helper()
	term := openTerminal(t, c)
	term.press(setup, "ready")
	return func(typed string) (string, string) {
		shown := term.press(typed+"\t\x18p", ">>")
		term.press("\x15", "")
		i := strings.LastIndex(shown, "<<")
		return strings.TrimSuffix(shown[i+2:strings.LastIndex(shown, ">>")], "\r"), shown[:i]
	}
}

// fish is asked without a terminal: it has a command for what the key does.
func fish(t *testing.T, dir string) asker {
	return func(typed string) (string, string) {
		out, err := shellIn(t, dir, "", "fish", "--no-config", "-c", `tidemark completion fish | source; complete -C "$argv[1]"`, typed).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		words := regexp.MustCompile(`(?m)^[^\t\n]+`).FindAllString(string(out), -1)
		if len(words) != 1 {
			return "", string(out)
		}
		line := typed[:strings.LastIndex(typed, " ")+1] + words[0]
		if !strings.HasSuffix(line, "=") {
			line += " " // as fish does itself, at the key
		}
		return line, string(out)
	}
}
