package schema_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// value is all that a runbook holds; it must load.
func value(t require, src schema.Sources, site *schema.Site) string {
	t.Helper()
	book, ds := schema.Load(src, testKinds(), site)
	if ds.HasErrors() {
		t.Fatalf("%s\n%s", ds.Render(src.All()...), src.Runbook.Data)
	}
	return everything(book)
}

// require is what of testing.T is needed, so that rapid's fits as well.
type require interface {
	Helper()
	Fatalf(format string, args ...any)
}

// effectiveOf is the same runbook as one text, without its overlays.
func effectiveOf(t require, src schema.Sources, site *schema.Site) (schema.Sources, string) {
	t.Helper()
	book, ds := schema.Load(src, testKinds(), site)
	if ds.HasErrors() {
		t.Fatalf("%s", ds.Render(src.All()...))
	}
	text, err := book.Effective()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return schema.Sources{Runbook: schema.Source{Name: "effective.yaml", Data: []byte(text)}, Includes: src.Includes, Kinds: src.Kinds}, text
}

func TestEffectiveLoadsToTheSame(t *testing.T) {
	site := labSite(t)
	for _, path := range glob(t, "ok/*.txtar", 4) {
		src := unpack(t, read(t, path))
		merged, text := effectiveOf(t, src, site)
		if diff := cmp.Diff(value(t, src, site), value(t, merged, site)); diff != "" {
			t.Errorf("%s\n%s\n%s", path, diff, text)
		}
	}
}

func TestEffectiveSaysWhereFrom(t *testing.T) {
	src := unpack(t, read(t, filepath.Join(corpus, "ok", "overlay-verbs.txtar")))
	_, text := effectiveOf(t, src, labSite(t))
	golden(t, filepath.Join(corpus, "ok", "overlay-verbs.effective"), text)
}
