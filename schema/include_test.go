package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// A step of an included list sees what the list was given, through two lists,
// and the defaults of its own list.
func TestIncludedInputs(t *testing.T) {
	src := unpack(t, read(t, corpus+"/ok/include-nested.txtar"))
	book, ds := schema.Load(src, testKinds(), labSite(t))
	if len(ds) > 0 {
		t.Fatal(ds.Render(src.All()...))
	}
	env := schema.Env{Inputs: map[string]any{"names": []string{"a", "b"}}, Node: schema.NodeEnv{Name: "vellum-1"}}
	items, ds := step(t, book, "unarm").Items(env)
	if len(ds) > 0 || len(items) != 2 || items[1].Key != "b" {
		t.Errorf("items %v, %v", items, ds)
	}
	args, ds := step(t, book, "settle").Resolve(env)
	if diff := cmp.Diff(&pause{For: 5e9}, args); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
	if w := step(t, book, "settle").Waits(); len(w) > 0 {
		t.Errorf("waits for %v", w)
	}
	var files []string
	for _, s := range book.Sources.Includes {
		files = append(files, s.Name)
	}
	if got := strings.Join(files, " "); got != "include/calm.yaml include/quiet.yaml" {
		t.Errorf("made of %s", got)
	}
}
