package reference

import (
	"slices"
	"testing"

	"tidemark/schema"
	"tidemark/steps"
)

// Each type that a page or a kind shows is explained in the table of types.
func TestEveryFormIsExplained(t *testing.T) {
	kinds, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	var keys []schema.Key
	for _, f := range schema.Files() {
		for _, s := range within(f.Keys(), []section{{"", f.Keys()}}) {
			keys = append(keys, s.keys...)
		}
	}
	for _, k := range kinds.Schema() {
		keys = append(keys, slices.Concat(k.Arguments(), k.Outputs())...)
	}
	if len(keys) < 100 {
		t.Errorf("%d keys", len(keys))
	}
	for _, k := range keys {
		for at := &k.Type; at != nil; at = at.Elem {
			if !slices.ContainsFunc(forms(), func(f says) bool { return f.form == at.Form && f.says != "" }) {
				t.Errorf("%s: %q is not explained", k.Name, at.Form)
			}
		}
	}
}
