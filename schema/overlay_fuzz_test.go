package schema_test

import (
	"strings"
	"testing"

	"tidemark/schema"
)

// Whatever an overlay says of whatever runbook: no panic, mistakes inside the
// texts they name, and a tree no larger than both texts together.
func FuzzOverlay(f *testing.F) {
	for _, pattern := range []string{"ok/overlay-*.txtar", "err/overlay-*.txtar"} {
		for _, path := range glob(f, pattern, 3) {
			src := unpack(f, read(f, path))
			if len(src.Overlays) > 0 {
				f.Add(src.Runbook.Data, src.Overlays[0].Data)
			}
		}
	}
	kinds := testKinds()
	f.Fuzz(func(t *testing.T, book, overlay []byte) {
		if len(book)+len(overlay) > 64<<10 {
			t.Skip("larger texts take no other way")
		}
		src := schema.Sources{Runbook: schema.Source{Name: "base.yaml", Data: book}, Overlays: []schema.Source{{Name: "over.yaml", Data: overlay}}}
		r, ds := schema.Load(src, kinds, nil)
		for _, d := range ds {
			checkPos(t, d, src)
		}
		_ = ds.Render(src.All()...)
		if r == nil {
			return
		}
		text, err := r.Effective()
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 64*(len(book)+len(overlay))+4096 {
			t.Errorf("%d bytes made of %d", len(text), len(book)+len(overlay))
		}
	})
}

func checkPos(t *testing.T, d schema.Diagnostic, src schema.Sources) {
	t.Helper()
	for _, s := range src.All() {
		if s.Name == d.Pos.File && d.Pos.Line >= 1 && d.Pos.Line <= 1+strings.Count(string(s.Data), "\n") {
			return
		}
	}
	t.Errorf("%v stands in no text", d)
}
