package reference

import (
	"strings"

	"tidemark/schema"
)

// expressionsPage explains what an expression may see and do.
func expressionsPage() string {
	var b strings.Builder
	b.WriteString(made + `
# Expressions

` + "`${{ … }}`" + ` stands in values: alone it keeps its type, inside text it becomes text. ` + "`when`, `for-each`, `if`" + ` and an
argument of type condition are bare expressions. All are checked when the file is read: names, types, and whether a step has
run before. The language is [expr](https://expr-lang.org/docs/language-definition), with these names and functions and no others:
without ranges, ` + "`let`" + `, predicates within predicates, and anything that looks at a clock.
A choice is ` + "`a ? b : c` or `if a { b } else { c }`" + `, which mean the same.

## Names

`)
	var rows [][]string
	for _, r := range schema.Roots() {
		rows = append(rows, []string{"`" + r.Name + "`", r.Doc})
	}
	table(&b, []string{"Name", "Is"}, rows)
	b.WriteString("\n## Functions\n\n")
	rows = nil
	for _, f := range schema.Functions() {
		rows = append(rows, []string{"`" + f.Name + "(" + f.Args + ")`", f.Doc, "`" + f.Example + "`", "`" + f.Gives + "`"})
	}
	table(&b, []string{"Function", "Gives", "For example", "Is"}, rows)
	return b.String()
}
