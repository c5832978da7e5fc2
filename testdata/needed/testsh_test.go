package needed

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	noLab    = "NOT RUN: lab, because the lab needs root (network namespaces, mounts)"
	noEditor = "NOT RUN: editor, because node and npm are not installed"
	noCheck  = "NOT RUN: check of the shell scripts, because shellcheck is not installed"
)

// Whoever is not root and has nothing but Go is told what is not run, and the rest runs.
func TestWithoutRootTheRestRuns(t *testing.T) {
	m := newMachine(t, `case "$*" in "test ./... "*) echo "TestShells, because zsh is not installed" >>"$TIDEMARK_SKIPPED" ;; esac`)
	m.stub("apt-get", "")
	m.test()
	lines := []string{noLab, noEditor, noCheck, "NOT RUN: TestShells, because zsh is not installed"}
	if m.code != 0 || m.notRun != strings.Join(lines, "\n") {
		t.Errorf("ends with %d, at the end:\n%s\nall:\n%s", m.code, m.notRun, m.said)
	}
	for _, line := range lines[:3] {
		if strings.Count(m.said, line+"\n") != 2 {
			t.Errorf("not said at once: %s\n%s", line, m.said)
		}
	}
	if how := "editor: missing; as root: apt-get install --no-install-recommends nodejs npm\n"; !strings.Contains(m.said, how) {
		t.Errorf("does not say how it is had:\n%s", m.said)
	}
	m.want("^go build .*bin/tidemark", "^go build .*bin/lab", "gofumpt", "golangci-lint", `^go test \./\.\.\. `, "^go test lab$",
		`!^go test .*editor$`, "!story", "!^apt-get")
}

func TestWithoutRootOnlyTheLabIsLeftOut(t *testing.T) {
	m := newMachine(t, "")
	for _, name := range []string{"shellcheck", "zsh", "fish", "busybox", "node"} {
		m.stub(name, "")
	}
	m.stub("npm", "")
	m.test()
	if m.code != 0 || m.notRun != noLab {
		t.Errorf("ends with %d, at the end:\n%s\nall:\n%s", m.code, m.notRun, m.said)
	}
	m.want("^npm ci", "^shellcheck ", `^go test .*\./testdata/editor$`, "!story")
}

func TestNothingIsLeftOutWhereTheLabIsRequired(t *testing.T) {
	m := newMachine(t, "")
	m.test("TIDEMARK_LAB=required")
	if m.code != 1 || m.notRun != noLab {
		t.Errorf("ends with %d, at the end:\n%s\nall:\n%s", m.code, m.notRun, m.said)
	}
	m.want("!^go build")
}

// Root installs what is missing; what cannot be installed then is a failure.
func TestRootInstallsAndRunsTheLab(t *testing.T) {
	for name, tc := range map[string]struct {
		apt    string
		code   int
		called []string
	}{
		"installed": {"", 0, []string{`^apt\.sh test .*shellcheck`, "^install.sh", `^go test .*-timeout 2[0-9]{3}s \./testdata/lab/story$`}},
		"failed":    {"exit 1", 1, []string{"!^go build"}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat("/etc/debian_version"); err != nil {
				Skip(t, "this is not Debian")
			}
			m := newMachine(t, "")
			m.stub("id", "echo 0")
			m.stub("unshare", "")
			m.stub("node", "")
			m.stub("npm", "")
			lab := m.bin
			m.bin = filepath.Join(m.tree, "testdata")
			m.stub("apt.sh", tc.apt)
			m.bin = filepath.Join(m.tree, "testdata/lab")
			m.stub("install.sh", "")
			m.bin = lab
			m.test()
			if m.code != tc.code {
				t.Errorf("ends with %d:\n%s", m.code, m.said)
			}
			m.want(tc.called...)
		})
	}
}

// However it ends, the last lines say how long each part took and where it failed.
func TestTimeOfEachPartIsTold(t *testing.T) {
	m := newMachine(t, `case "$*" in *golangci-lint*) exit 1 ;; esac`)
	m.test()
	want := regexp.MustCompile(`== time\n( +\d+ min \d\d s  (install|build|lint)\n){3} +\d+ min \d\d s  in all\n(?s:.*)\nFAILED in the part: lint\n$`)
	if m.code == 0 || !want.MatchString(m.said) {
		t.Errorf("ends with %d:\n%s", m.code, m.said)
	}
}
