package story

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretBook gives a program a secret of the node and one of the controller. It prints both and stays a while.
const secretBook = `runbook: secrets
title: Gives a program two secrets
on-failure: close
stages:
  - stage: give
    on: vellum
    steps:
      - id: give
        run:
          argv: [/bin/sh, -c, 'cat >/root/secrets.got; printf %s "$WORD" >>/root/secrets.got; cat /root/secrets.got; sleep 2']
          stdin: "${{ secrets.from_node }}\n"
          env: {WORD: "${{ secrets.from_env }}"}
          redo: idempotent
`

// Every notation leaves the letters in the middle of the two values as they are.
const (
	nodeLetters, envLetters = "SECRET4f1c9be2", "SECRETa07d53c6"

	onNode = `node$(id)'"` + nodeLetters + `%s\`
	inEnv  = "env`id`<&>" + envLetters + ";é"
)

// TestSecretsOverSSH: through ssh and sudo both secrets reach the program, and nothing else shows them: no process of
// any machine on its command line, no file of the operator, no state of the node, no line on the screen.
func TestSecretsOverSSH(t *testing.T) {
	op := operator(t)
	takenAway(t, "/root/secrets.*", "vellum-2")
	site, err := os.ReadFile(op.site)
	if err != nil {
		t.Fatal(err)
	}
	op.site = written(t, "site.yaml", string(site)+"secrets: {from_node: {node-file: /root/secrets.key}, from_env: {env: TIDEMARK_STORY}}\n")
	t.Setenv("TIDEMARK_STORY", inEnv)
	hand(t, "vellum-2", "/root/secrets.key", onNode+"\n")
	p := op.start("run", written(t, "secrets.yaml", secretBook), "--limit", "vellum-2", "--yes")
	seen := false
	p.until("its end", func() bool { seen = commandLines(t) || seen; return ended(p) })
	if code := p.wait(); code != 0 || !seen {
		t.Errorf("status %d; was the program among the processes: %v\n%s", code, seen, p.out)
	}
	if got := on(t, "vellum-2", "cat /root/secrets.got"); got != onNode+"\n"+inEnv {
		t.Errorf("the program was given %q", got)
	}
	silent(t, "the screen", p.out.String())
	log := op.must("logs", op.id(), "give/give@vellum-2")
	silent(t, "the log", log)
	if strings.Count(log, "***") != 2 {
		t.Errorf("the log does not have both secrets masked:\n%s", log)
	}
	silentDir(t, op.state)
	places := "/root /home /etc /var/lib/tidemark /var/log /tmp /var/tmp /run/user"
	found := on(t, "vellum-2", "grep -rslF -e "+nodeLetters+" -e "+envLetters+" "+places+" | sort")
	if found != "/root/secrets.got\n/root/secrets.key\n" {
		t.Errorf("on the node the values are in\n%s", found)
	}
}

// hand writes a file on a host; its text is on no command line.
func hand(t *testing.T, host, path, text string) {
	t.Helper()
	cmd := labCommand("exec", host, "--", "/bin/sh", "-c", "umask 077; cat >"+path)
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s on %s: %v\n%s", path, host, err, out)
	}
}

// ended tells whether a process is at its end.
func ended(p *process) bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// commandLines looks at all processes of this machine, and so of all hosts. It tells whether the program was there.
func commandLines(t *testing.T) (program bool) {
	t.Helper()
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		text, _ := os.ReadFile(path) // that of a process which has ended is empty
		silent(t, path, string(text))
		program = program || strings.Contains(string(text), "/root/secrets.got; sleep")
	}
	return program
}

// silent looks for the letters of both values.
func silent(t *testing.T, where, text string) {
	t.Helper()
	for _, letters := range []string{nodeLetters, envLetters} {
		if strings.Contains(text, letters) {
			t.Errorf("a secret is in %s:\n%s", where, text)
		}
	}
}

// silentDir looks into every file below a directory.
func silentDir(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		silent(t, path, string(text))
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files below %s (%v)", files, dir, err)
	}
}
