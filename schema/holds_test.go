package schema_test

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tidemark/schema"
)

// What is held of every text, whoever wrote it: the fuzz targets and the tests of hostile texts ask it here.

// mostAllocated bounds what reading may take from the heap in all; what is in
// use at a time is less.
const mostAllocated = 64 << 20

// loadBounded reads texts for no more than any may cost, and holds that their mistakes can be shown.
func loadBounded(t *testing.T, src schema.Sources, site *schema.Site) (book *schema.Runbook, ds schema.Diagnostics) {
	t.Helper()
	bounded(t, func() {
		book, ds = schema.Load(src, testKinds(), site)
		_ = ds.Render(src.All()...)
	})
	inside(t, ds, src.All()...)
	if (book == nil) != ds.HasErrors() {
		t.Fatalf("a runbook %v, errors %v", book != nil, ds.HasErrors())
	}
	return book, ds
}

// bounded fails when f takes more from the heap than any text may cost.
func bounded(t *testing.T, f func()) {
	t.Helper()
	if took := allocated(f); took > mostAllocated {
		t.Fatalf("%d MB allocated", took>>20)
	}
}

// allocated gives the bytes that f takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// heap watches what stays in use from text to text: a reader that keeps something of each grows without end.
type heap struct {
	texts int
	first uint64
}

// looks is after how many texts the heap is looked at: each look collects what is garbage. Fuzzing keeps ofFuzzing for
// the text that it hands over, from some text on.
const (
	looks     = 2000
	ofFuzzing = 100 << 20
)

func newHeap() *heap { return &heap{} }

// steady fails when more stays in use than one text may cost.
func (h *heap) steady(t *testing.T) {
	t.Helper()
	h.texts++
	if h.texts%looks != 1 {
		return
	}
	live := live()
	if h.first == 0 {
		h.first = live
	}
	if live > h.first+ofFuzzing+mostAllocated {
		t.Fatalf("after %d texts %d MB are in use, after the first %d MB", h.texts, live>>20, h.first>>20)
	}
}

// live gives the bytes of the heap that are in use.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// inside fails unless every diagnostic stands in one of the texts, in order, and can be shown.
func inside(t *testing.T, ds schema.Diagnostics, srcs ...schema.Source) {
	t.Helper()
	for _, d := range ds {
		if !stands(d, srcs) {
			t.Fatalf("%s, width %d: not in a text", d.Error(), d.Width)
		}
		if d.Code == "" || d.Message == "" {
			t.Fatalf("%s: no code, or nothing said", d.Pos)
		}
		if strings.Contains(d.Message, "runtime error") || strings.Contains(d.Message, "interface {}") {
			t.Fatalf("%s: Go's own words", d.Error())
		}
	}
	if !slices.IsSortedFunc(ds, func(a, b schema.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	}) {
		t.Fatalf("not in order:\n%s", ds.Error())
	}
	if shown := ds.Render(srcs...); !utf8.ValidString(shown) {
		t.Fatalf("not UTF-8: %q", shown)
	}
}

// stands tells whether a diagnostic's line and column are in the text that it names; one behind the last character of a
// line is where something is missing.
func stands(d schema.Diagnostic, srcs []schema.Source) bool {
	i := slices.IndexFunc(srcs, func(s schema.Source) bool { return s.Name == d.Pos.File })
	if i < 0 || d.Pos.Line < 1 || d.Pos.Col < 1 || d.Width < 1 {
		return false
	}
	lines := strings.Split(strings.ReplaceAll(string(srcs[i].Data), "\r\n", "\n"), "\n")
	return d.Pos.Line <= len(lines) && d.Pos.Col <= utf8.RuneCountInString(lines[d.Pos.Line-1])+1
}
