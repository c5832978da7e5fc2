package schema_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// Each constant of codes.go has its page, each page its constant: no number
// is used twice, none is without its words.
func TestCodesHavePages(t *testing.T) {
	text, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	var constants, listed []string
	for _, m := range regexp.MustCompile(`(?m)^\t[cC]ode\w+\s*= "(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		constants = append(constants, m[1])
	}
	for _, c := range schema.Codes() {
		listed = append(listed, c.ID)
		checkPage(t, c)
	}
	slices.Sort(constants)
	if diff := cmp.Diff(constants, listed); diff != "" {
		t.Errorf("constants (-) and pages (+) differ:\n%s", diff)
	}
}

func checkPage(t *testing.T, c schema.Code) {
	t.Helper()
	if !regexp.MustCompile(`^TM\d{4}$`).MatchString(c.ID) || !regexp.MustCompile(`^[a-z][^.:\n]{4,50}$`).MatchString(c.Title) {
		t.Errorf("%q %q: no code with a title of a few words", c.ID, c.Title)
	}
	form := regexp.MustCompile("(?s)^# " + c.ID + " " + regexp.QuoteMeta(c.Title) +
		"\n\n[A-Z`][^#]{80,}\n\n## Wrong\n\n(```(yaml|json|sh)[^\n]*\n.+?```\n\n)+## Right\n\n(```(yaml|json|sh)[^\n]*\n.+?```\n?\n?)+$")
	page := schema.Page(c.ID)
	if !form.MatchString(page) {
		t.Errorf("%s: the page is no title (%s), paragraph, Wrong with a block, Right with a block:\n%s", c.ID, c.Title, page)
	}
	if strings.Contains(page, "\t") {
		t.Errorf("%s: a tab", c.ID)
	}
}

func TestPageOfAnUnknownCode(t *testing.T) {
	for _, code := range []string{"TM9999", "", "../codes"} {
		if page := schema.Page(code); page != "" {
			t.Errorf("%q has a page: %.40s", code, page)
		}
	}
}
