package schema

import "embed"

// pages holds one page per code.
//
//go:embed pages/*.md
var pages embed.FS

// Page gives the page of a code in Markdown: its title, a paragraph, and a
// wrong and a right example. It is empty for a code that does not exist.
func Page(code string) string {
	text, err := pages.ReadFile("pages/" + code + ".md")
	if err != nil {
		return ""
	}
	return string(text)
}
