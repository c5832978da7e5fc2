package schema

import (
	"embed"
	"strings"
)

// pages holds one page per code.
//
//go:embed pages/*.md
var pages embed.FS

// Code is one kind of mistake.
type Code struct {
	ID    string `json:"code"`  // TM and four digits
	Title string `json:"title"` // what is wrong, in a few words: the first line of its page
}

// Codes are all kinds of mistakes, in the order of their numbers: those that
// have a page, see [Page].
func Codes() []Code {
	files, _ := pages.ReadDir("pages") // embedded, so it is there; sorted by name
	out := make([]Code, 0, len(files))
	for _, f := range files {
		id := strings.TrimSuffix(f.Name(), ".md")
		line, _, _ := strings.Cut(Page(id), "\n")
		out = append(out, Code{ID: id, Title: strings.TrimPrefix(line, "# "+id+" ")})
	}
	return out
}

// Page gives the page of a code in Markdown: its title, a paragraph, and a
// wrong and a right example. It is empty for a code that does not exist.
func Page(code string) string {
	text, err := pages.ReadFile("pages/" + code + ".md")
	if err != nil {
		return ""
	}
	return string(text)
}
