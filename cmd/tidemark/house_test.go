package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// arrow is a rule of the house: packages that match from, but not but, import nothing that matches never, but for
// what matches allowed.
type arrow struct {
	name, from, but, never, allowed string
}

// arrows are the arrows of the house, with the lab's packages exempt where it is.
func arrows() []arrow {
	const clients = `^tidemark/(steps/internal/|engine/agent$|engine/link$|testdata/lab)`
	return []arrow{
		{name: "schema imports none of ours", from: `^tidemark/schema`, never: `^tidemark/`, allowed: `^tidemark/schema$`},
		{name: "schema does no I/O", from: `^tidemark/schema`, never: `^os$|^os/|^net$|^net/|^syscall$|/sys/unix$|^io/ioutil$|^path/filepath$|^log$`},
		{name: "the core of the engine knows only the language", from: `^tidemark/engine$`, never: `^tidemark/`, allowed: `^tidemark/schema$`},
		{name: "the core of the engine does no I/O", from: `^tidemark/engine$`, never: `^os$|^syscall$|/unix$`},
		{name: "the engine knows no kind", from: `^tidemark/engine/`, never: `^tidemark/(steps|cmd|runbooks)`},
		{name: "wire knows only the core", from: `^tidemark/engine/(wire|journal)$`, never: `^tidemark/`, allowed: `^tidemark/(engine|schema)$`},
		{name: "external makes kinds and starts nothing", from: `^tidemark/engine/external$`, never: `^tidemark/|^os$|^syscall$`, allowed: `^tidemark/(engine|schema)$`},
		{name: "the node's half does not know the controller's", from: `^tidemark/engine/agent$`, never: `^tidemark/engine/link$`},
		{
			name: "servers, commands and the network are behind the clients", from: `^tidemark/`, but: clients,
			never: `^os/exec$|^net$|^net/http|^database/sql|gocql|go-sql-driver`,
		},
		{
			name: "domains import no domain but backup", from: `^tidemark/steps/.`, but: `^tidemark/steps/internal/`,
			never: `^tidemark/(steps|cmd|runbooks|engine/)`, allowed: `^tidemark/steps/(backup|internal/.*)$`,
		},
		{
			name: "clients know no domain and no half of the engine", from: `^tidemark/steps/internal/`,
			never: `^tidemark/`, allowed: `^tidemark/(engine|schema|steps/internal/.*)$`,
		},
		{name: "steps knows no half of the engine", from: `^tidemark/steps$`, never: `^tidemark/(cmd|runbooks|engine/)`},
		{name: "yaml and expr are behind schema", from: `^tidemark/`, but: `^tidemark/schema$`, never: `gopkg\.in/yaml|expr-lang`},
	}
}

// broken lists the imports that a rule forbids.
func (a arrow) broken(imports map[string][]string) []string {
	hit := func(pattern, text string) bool { return pattern != "" && regexp.MustCompile(pattern).MatchString(text) }
	var out []string
	for pkg, list := range imports {
		for _, imp := range list {
			if hit(a.from, pkg) && !hit(a.but, pkg) && hit(a.never, imp) && !hit(a.allowed, imp) {
				out = append(out, pkg+" → "+imp)
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestHouse(t *testing.T) {
	imports := packages(t)
	for _, a := range arrows() {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(imports)), regexp.MustCompile(a.from).MatchString) {
			t.Errorf("%s: no package matches %s", a.name, a.from)
		}
		for _, b := range a.broken(imports) {
			t.Errorf("%s: %s", a.name, b)
		}
	}
	for pkg := range imports {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "misc"}, path.Base(pkg)) {
			t.Errorf("%s: a package is named after what it holds", pkg)
		}
	}
}

// Each rule is broken by an import against it; a pattern that matches nothing would hold nothing.
func TestHouseSeesABrokenArrow(t *testing.T) {
	broken := map[string]string{
		"tidemark/schema": "tidemark/engine", "tidemark/engine": "tidemark/engine/wire", "tidemark/engine/agent": "tidemark/engine/link",
		"tidemark/engine/external": "tidemark/engine/agent",
		"tidemark/engine/wire":     "tidemark/engine/agent", "tidemark/engine/journal": "tidemark/steps/backup", "tidemark/steps/files": "tidemark/steps/command",
		"tidemark/steps/internal/cql": "tidemark/steps/cassandra", "tidemark/steps": "tidemark/cmd/internal/view", "tidemark/cmd/tidemark": "os/exec",
		"tidemark/steps/monit": "gopkg.in/yaml.v3",
	}
	imports := map[string][]string{"tidemark/engine": {"os"}, "tidemark/schema": {"os"}}
	for pkg, imp := range broken {
		imports[pkg] = append(imports[pkg], imp)
	}
	for _, a := range arrows() {
		if len(a.broken(imports)) == 0 {
			t.Errorf("%s: holds nothing", a.name)
		}
	}
}

// Whatever reaches files, programs or the network is refused in schema, and what it imports now is not.
func TestSchemaDoesNoIO(t *testing.T) {
	rules := arrows()
	rule := rules[slices.IndexFunc(rules, func(a arrow) bool { return a.name == "schema does no I/O" })]
	for _, imp := range []string{"os", "os/exec", "os/user", "net", "net/http", "syscall", "golang.org/x/sys/unix", "path/filepath"} {
		for _, pkg := range []string{"tidemark/schema", "tidemark/schema/jsonschema"} {
			if len(rule.broken(map[string][]string{pkg: {imp}})) != 1 {
				t.Errorf("%s may import %s", pkg, imp)
			}
		}
	}
	if got := rule.broken(map[string][]string{"tidemark/schema": {"io", "path", "maps", "errors"}}); len(got) > 0 {
		t.Errorf("refused: %v", got)
	}
}

// packages are the packages of this module, the lab's too, with what they import outside their tests.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...", "./testdata/lab/...")
	cmd.Dir, cmd.Stderr = filepath.Join("..", ".."), os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		words := strings.Fields(line)
		out[words[0]] = words[1:]
	}
	return out
}

// A test that lacks something on its machine is skipped by package needed, which says so: nothing is skipped silently.
// The others leave out what is no test on its own.
func TestNoSilentSkip(t *testing.T) {
	skip, files := regexp.MustCompile(`\b[tbf]\.Skip(f|Now)?\(`), 0
	others := map[string]bool{
		"cmd/tidemark/secrets_test.go": true, "testdata/lab/story/faults_test.go": true,
		"testdata/needed/needed.go": true,
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		if name, _ := filepath.Rel(root, path); !others[filepath.ToSlash(name)] && skip.Match(raw) {
			t.Errorf("%s skips a test: let package testdata/needed do it", name)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Errorf("%d files, %v", files, err)
	}
}

// Nothing happens before main: no func init registers anything.
func TestNoInit(t *testing.T) {
	files := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init", set.Position(f.Pos()))
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("%d files, %v", files, err)
	}
}
