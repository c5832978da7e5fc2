package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

const tourPlace = "/tmp/tour" // where the steps of the pages work; in the test a directory of its own

// TestPagesWalk does what the pages tell: it writes their files, gives their commands to a real agent on this machine, and
// compares what they print. The files are in order, and what stands at the end validates and has no finding. With -update a
// page gets what its commands print now.
func TestPagesWalk(t *testing.T) {
	for page, commands := range map[string]int{"tour": 8, "runbooks": 0, "customising": 2, "composite-kinds": 3, "executable-kinds": 3} {
		t.Run(page, func(t *testing.T) { walkPage(t, "../../docs/"+page+".md", commands) })
	}
}

func walkPage(t *testing.T, file string, least int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{desk: newDesk(t)}
	w.write("site.yaml", "site: hill\nnodes:\n  here: {groups: [house, vellum], connection: local}\n", 0o644)
	t.Chdir(w.dir)
	got := pageBlock().ReplaceAllStringFunc(string(raw), w.block)
	switch {
	case w.commands < least:
		t.Fatalf("the page has %d commands", w.commands)
	case *update:
		err = os.WriteFile(page, []byte(got), 0o644)
	case steady(got) != steady(string(raw)):
		t.Errorf("%s does not show what its commands print; see, then: go test ./cmd/tidemark -run TestPagesWalk -update\n%s", file,
			cmp.Diff(strings.Split(steady(string(raw)), "\n"), strings.Split(steady(got), "\n")))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.tidemark(0, "validate", ".")
	w.tidemark(0, "lint", ".")
}

// pageBlock is a block of a file, named behind its language, or of commands.
func pageBlock() *regexp.Regexp {
	return regexp.MustCompile("(?ms)^```(yaml|sh|console)([^\n]*)\n(.*?)^```$")
}

// walk is a reader who goes through the page.
type walk struct {
	*desk
	commands int
}

// block does what a block of the page says and gives it with what was printed.
func (w *walk) block(text string) string {
	m := pageBlock().FindStringSubmatch(text)
	if name := strings.TrimSpace(m[2]); m[1] != "console" {
		if name != "" {
			w.file(name, m[3])
		}
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(m[3]) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			out.WriteString(line + w.command(strings.TrimSpace(command)))
		}
	}
	return "```console\n" + out.String() + "```"
}

func (w *walk) file(name, text string) {
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	} else if in, wrong := schema.Format(schema.Source{Name: name, Data: []byte(text)}); !wrong.HasErrors() && string(in) != text {
		w.t.Errorf("%s is not in order; it would be\n%s", name, in)
	}
	w.write(name, strings.ReplaceAll(text, tourPlace, w.place()), mode)
}

func (w *walk) place() string { return w.dir + "/srv" }

// command runs a line of the page; `# exit N` at its end says how it ends.
func (w *walk) command(line string) string {
	line, comment, _ := strings.Cut(line, "# exit ")
	want, _ := strconv.Atoi(strings.TrimSpace(comment))
	w.commands++
	var printed string
	if own, ok := strings.CutPrefix(line, "tidemark "); ok {
		printed = w.tidemark(want, strings.Fields(own)...)
	} else {
		printed = w.sh(strings.ReplaceAll(line, tourPlace, w.place()))
	}
	printed = strings.ReplaceAll(printed, w.place(), tourPlace)
	printed = strings.ReplaceAll(printed, w.dir+"/", "")
	printed = strings.ReplaceAll(printed, " --site site.yaml --state state", "")
	if printed != "" && !strings.HasSuffix(printed, "\n") {
		printed += "\n"
	}
	return printed
}

// sh runs a line that is none of tidemark's.
func (w *walk) sh(line string) string {
	out, err := exec.CommandContext(w.t.Context(), "sh", "-ec", line).CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(bytes.TrimLeft(out, "\n"))
}

// steady takes out what differs from run to run, and from user to user: ids, times, digests, fences.
func steady(text string) string {
	for _, form := range []string{`\d{8}T\d{6}Z-[a-z0-9]{2}`, `\d\d:\d\d:\d\dZ`, `\d+\.\ds`, `digest [0-9a-f]{16}`, `--expect [0-9a-f]{16}`, `(?s)fences of the dry run:.*?\n\n\d+ tasks`} {
		text = regexp.MustCompile(form).ReplaceAllString(text, "…")
	}
	return text
}
