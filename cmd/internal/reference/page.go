package reference

import (
	"fmt"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

// Page is one file of docs/reference.
type Page struct {
	Name string // with .md
	Text string // Markdown
}

// Exit is one exit code of the program, as its page says it.
type Exit struct {
	Code    int
	Meaning string
}

// made is the first line of every page.
const made = "<!-- Made by `make reference` from the declarations in the code; do not edit. -->\n"

// Pages are the whole reference: exits are in the order in which one hides another.
func Pages(kinds []Kind, exits []Exit) []Page {
	pages := []Page{{"kinds.md", kindsPage(kinds)}, {"expressions.md", expressionsPage()}, {"diagnostics.md", codesPage()}, {"exit-codes.md", exitsPage(exits)}}
	for _, f := range schema.Files() {
		pages = append(pages, Page{f.Name + ".md", filePage(f)})
	}
	return append(pages, Page{"README.md", index()})
}

func index() string {
	var b strings.Builder
	b.WriteString(made + "\n# Reference\n\n")
	for _, f := range schema.Files() {
		fmt.Fprintf(&b, "- [`%s`](%s.md): %s\n", f.Name, f.Name, f.Doc)
	}
	b.WriteString("- [Kinds of steps](kinds.md), as `tidemark steps KIND` explains them.\n")
	b.WriteString("- [Expressions](expressions.md): what `${{ … }}` may see and do.\n")
	b.WriteString("- [Diagnostics](diagnostics.md): the codes of mistakes; `tidemark explain CODE` prints the page of one.\n")
	b.WriteString("- [Exit codes](exit-codes.md).\n\n")
	b.WriteString("## How values are written\n\n")
	var rows [][]string
	for _, f := range forms() {
		rows = append(rows, []string{string(f.form), f.says})
	}
	table(&b, []string{"Type", "Is"}, rows)
	return b.String()
}

func kindsPage(kinds []Kind) string {
	var b strings.Builder
	b.WriteString(made + "\n# Kinds of steps\n\n")
	var rows [][]string
	for _, k := range kinds {
		rows = append(rows, []string{fmt.Sprintf("[%s](#%s)", k.Name, k.Name), k.Summary()})
	}
	table(&b, []string{"Kind", "What it does"}, rows)
	for _, k := range kinds {
		k.page(&b)
	}
	return b.String()
}

func (k Kind) page(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", k.Name, k.Doc)
	fmt.Fprintf(b, "- Runs on the %s.\n- When its outcome is unknown: %s.\n- Its plan asks: %s.\n- Short form: %s.\n", k.Place, k.WhenUnknown(), k.Asks(), k.ShortForm())
	if len(k.Args) > 0 {
		b.WriteString("\n")
		argsTable(b, "Argument", k.Args)
	}
	if len(k.Outputs) > 0 {
		b.WriteString("\nLater steps read it as `steps.ID.out`:\n\n")
		var rows [][]string
		for _, a := range k.Outputs {
			rows = append(rows, []string{"`" + a.Name + "`", a.Type, a.Help})
		}
		table(b, []string{"Output", "Type", "Meaning"}, rows)
	}
	fmt.Fprintf(b, "\n```yaml\n- %s\n```\n", strings.ReplaceAll(k.Example, "\n", "\n  "))
}

func argsTable(b *strings.Builder, title string, list []view.Arg) {
	var rows [][]string
	for _, a := range list {
		given := a.Given()
		if given != "" && !a.Required {
			given = "`" + given + "`"
		}
		rows = append(rows, []string{"`" + a.Name + "`", a.Values(), given, a.Help})
	}
	table(b, []string{title, "Type", "Default", "Meaning"}, rows)
}

func codesPage() string {
	var b strings.Builder
	b.WriteString(made + "\n# Diagnostics\n\nEvery mistake in a file has a code that never changes its meaning.\n\n")
	var rows [][]string
	for _, c := range schema.Codes() {
		rows = append(rows, []string{fmt.Sprintf("[%s](../../schema/pages/%s.md)", c.ID, c.ID), c.Title})
	}
	table(&b, []string{"Code", "Mistake"}, rows)
	return b.String()
}

func exitsPage(exits []Exit) string {
	var b strings.Builder
	b.WriteString(made + "\n# Exit codes\n\nWhere several reasons hold, the first of this table wins.\n\n")
	var rows [][]string
	for _, e := range exits {
		rows = append(rows, []string{fmt.Sprint(e.Code), e.Meaning})
	}
	table(&b, []string{"Code", "Meaning"}, rows)
	return b.String()
}

// table writes a table; a bar in a cell would end it.
func table(b *strings.Builder, header []string, rows [][]string) {
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
	}
	for _, row := range append([][]string{header, rule}, rows...) {
		b.WriteString("|")
		for _, cell := range row {
			b.WriteString(" " + strings.ReplaceAll(strings.ReplaceAll(cell, "\n", " "), "|", `\|`) + " |")
		}
		b.WriteString("\n")
	}
}
