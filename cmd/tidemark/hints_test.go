package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"testing"
)

// TestHintsSpeakOfTheNode: whoever fails on a node does not know whether its run is open. To go on with it is said in one place,
// `next:`; a command in a hint is about another run, or a record that is behind.
func TestHintsSpeakOfTheNode(t *testing.T) {
	goesOn, command, hints := regexp.MustCompile(`\b[Rr]esume\b`), regexp.MustCompile(`tidemark resume\b`), 0
	look := func(at token.Position, text string) {
		if hints++; goesOn.MatchString(command.ReplaceAllString(text, "")) {
			t.Errorf("%s: the hint %s says to resume", at, text)
		}
	}
	for _, dir := range []string{"engine", "steps"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			return hintsOf(path, look)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if hints < 100 {
		t.Errorf("%d hints were found", hints)
	}
}

// hintsOf shows what stands as text in the last argument of each WithNext of a file.
func hintsOf(path string, look func(token.Position, string)) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 || !namedWithNext(call.Fun) {
			return true
		}
		ast.Inspect(call.Args[1], func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				look(set.Position(text.Pos()), text.Value)
			}
			return true
		})
		return true
	})
	return nil
}

func namedWithNext(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name == "WithNext"
	case *ast.SelectorExpr:
		return f.Sel.Name == "WithNext"
	}
	return false
}
