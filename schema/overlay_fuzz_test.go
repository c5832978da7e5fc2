package schema_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// FuzzOverlay holds of whatever texts a site merges what FuzzLoad holds of one: a runbook, its overlays, lists of stages
// and kinds, in one archive by the directories that a site keeps them in. What the overlays made can be written as one
// text, which loads to the same.
func FuzzOverlay(f *testing.F) {
	for _, pattern := range []string{"ok/*.txtar", "err/*.txtar"} {
		for _, path := range glob(f, pattern, 4) {
			f.Add(read(f, path).Data)
		}
	}
	site, heap := fuzzSite(f), newHeap()
	f.Fuzz(func(t *testing.T, archive []byte) {
		src := unpack(t, schema.Source{Data: archive})
		if strange(src) {
			return
		}
		for _, s := range []*schema.Site{nil, site} {
			if book, _ := loadBounded(t, src, s); book != nil {
				effective(t, src, book, s)
			}
		}
		heap.steady(t)
	})
}

// effective holds that the text which stands for all of them loads to the same, for little.
func effective(t *testing.T, src schema.Sources, book *schema.Runbook, site *schema.Site) {
	t.Helper()
	var text string
	var err error
	bounded(t, func() { text, err = book.Effective() })
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, s := range src.All() {
		size += len(s.Data)
	}
	if len(text) > 64*size+4096 {
		t.Errorf("%d bytes made of %d", len(text), size)
	}
	src.Runbook, src.Overlays = schema.Source{Name: "effective.yaml", Data: []byte(text)}, nil
	again, ds := schema.Load(src, testKinds(), site)
	if diff := cmp.Diff(everything(book), everything(again)); diff != "" {
		t.Fatalf("%s%s\n%s", ds.Render(src.All()...), diff, text)
	}
}

// strange tells what no site has: two texts of one name, so that no place in them is told apart, or names that are no text.
func strange(src schema.Sources) bool {
	seen := map[string]bool{}
	for _, s := range src.All() {
		if seen[s.Name] || !utf8.ValidString(s.Name) {
			return true
		}
		seen[s.Name] = true
	}
	return false
}
