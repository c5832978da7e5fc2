package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	tourPage  = "../../docs/tour.md"
	tourPlace = "/srv/tour" // where the tour's files lie; in the test a directory of its own
)

// TestTour does what the tour tells: it writes its files, gives its commands to a real agent on this machine, and
// compares what they print. With -update the page gets what they print now.
func TestTour(t *testing.T) {
	raw, err := os.ReadFile(tourPage)
	if err != nil {
		t.Fatal(err)
	}
	page, err := filepath.Abs(tourPage)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{desk: newDesk(t)}
	t.Chdir(w.dir)
	got := tourBlock().ReplaceAllStringFunc(string(raw), w.block)
	switch {
	case w.commands < 8:
		t.Fatalf("the tour has %d commands", w.commands)
	case *update:
		err = os.WriteFile(page, []byte(got), 0o644)
	case steady(got) != steady(string(raw)):
		t.Errorf("docs/tour.md does not show what its commands print; see, then: go test ./cmd/tidemark -run TestTour -update\n%s", got)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func tourBlock() *regexp.Regexp {
	return regexp.MustCompile("(?ms)^```(yaml|console)([^\n]*)\n(.*?)^```$")
}

// walk is a reader who goes through the page.
type walk struct {
	*desk
	commands int
}

// block does what a block of the page says and gives it with what was printed.
func (w *walk) block(text string) string {
	m := tourBlock().FindStringSubmatch(text)
	if m[1] == "yaml" {
		w.write(strings.TrimSpace(m[2]), strings.ReplaceAll(m[3], tourPlace, w.dir+"/srv"), 0o644)
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(m[3]) {
		if command, ok := strings.CutPrefix(line, "$ tidemark "); ok {
			out.WriteString(line + w.command(strings.TrimSpace(command)))
		}
	}
	return "```console\n" + out.String() + "```"
}

// command runs a line of the page; `# exit N` at its end says how it ends.
func (w *walk) command(line string) string {
	line, comment, _ := strings.Cut(line, "# exit ")
	want, _ := strconv.Atoi(strings.TrimSpace(comment))
	w.commands++
	printed := strings.ReplaceAll(w.tidemark(want, strings.Fields(line)...), w.dir+"/srv", tourPlace)
	printed = strings.ReplaceAll(printed, w.dir+"/", "")
	printed = strings.ReplaceAll(printed, " --site site.yaml --state state", "")
	if printed != "" && !strings.HasSuffix(printed, "\n") {
		printed += "\n"
	}
	return printed
}

// steady takes out what differs from run to run, and from user to user: ids, times, digests, fences.
func steady(text string) string {
	for _, form := range []string{`\d{8}T\d{6}Z-[a-z0-9]{2}`, `\d\d:\d\d:\d\dZ`, `\d+\.\ds`, `digest [0-9a-f]{16}`, `--expect [0-9a-f]{16}`, `(?s)fences of the dry run:.*?\n\n\d+ tasks`} {
		text = regexp.MustCompile(form).ReplaceAllString(text, "…")
	}
	return text
}
