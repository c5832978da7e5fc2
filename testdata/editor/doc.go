// Package editor is the test of what an editor shows of runbooks: it drives yaml-language-server, which VS Code, vim, helix
// and others use, with the schemas of this checkout. make test runs it; by hand: ./install.sh, then go test.
package editor
