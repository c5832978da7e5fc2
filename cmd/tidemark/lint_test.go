package main

import (
	"bytes"
	"strings"
	"testing"
)

// What is shipped is an example: it has no finding, and is in order.
func TestShippedRunbooksAreClean(t *testing.T) {
	files := []string{}
	for _, name := range shippedNames() {
		files = append(files, "../../runbooks/"+name+yamlExt)
	}
	for _, verb := range [][]string{{"lint"}, {"fmt", "--check"}} {
		var out bytes.Buffer
		if code := run(t.Context(), append(verb, files...), strings.NewReader(""), &out, &out); code != 0 {
			t.Errorf("%v: exit %d\n%s", verb, code, out.String())
		}
	}
}
