package schema_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tidemark/schema"
)

// Every constant of codes.go is in the list, once, and has a page that bears
// its title and both examples.
func TestCodesHavePages(t *testing.T) {
	text, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\t[cC]ode\w+\s*= "(TM\d{4})"`).FindAllStringSubmatch(string(text), -1)
	listed := map[string]bool{}
	last := ""
	for _, c := range schema.Codes() {
		if listed[c.ID] || c.ID <= last {
			t.Errorf("%s is listed twice or out of order", c.ID)
		}
		listed[c.ID], last = true, c.ID
		checkPage(t, c)
	}
	for _, c := range constants {
		if !listed[c[1]] {
			t.Errorf("%s is not in Codes()", c[1])
		}
	}
	if len(constants) != len(listed) {
		t.Errorf("%d constants, %d codes: a number is used twice, or a code has no constant", len(constants), len(listed))
	}
	files, err := filepath.Glob("pages/*")
	if err != nil || len(files) != len(listed) {
		t.Errorf("%d pages, %d codes, %v", len(files), len(listed), err)
	}
}

func checkPage(t *testing.T, c schema.Code) {
	t.Helper()
	form := regexp.MustCompile("(?s)^# " + c.ID + " " + regexp.QuoteMeta(c.Title) +
		"\n\n[A-Z`][^#]{80,}\n\n## Wrong\n\n(```(yaml|json|sh)[^\n]*\n.+?```\n\n)+## Right\n\n(```(yaml|json|sh)[^\n]*\n.+?```\n?\n?)+$")
	page := schema.Page(c.ID)
	if page == "" {
		t.Errorf("%s has no page", c.ID)
	} else if !form.MatchString(page) {
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
