package main

import (
	"strings"
	"testing"
)

// TestTheDigestPinsWhatRuns: a run with the digest of an approved plan is refused when anything of it changed since, also
// what the plan could not yet resolve, who it runs as, how many at a time, and where.
func TestTheDigestPinsWhatRuns(t *testing.T) {
	d := newDesk(t)
	d.book("id: who, run: {argv: [id, -un], redo: pure}", `id: b, user: nobody, timeout: 5m, run: {argv: [echo, "${{ steps.who.out.stdout }}"], redo: idempotent}`)
	const book, site = "try.yaml", "site.yaml"
	shown := d.tidemark(0, "plan", d.path(book))
	wants(t, shown, "known after step who", `run: {argv: [echo, "${{ steps.who.out.stdout }}"], redo: idempotent}`, "as user nobody")
	digest := digestIn(t, shown)
	for name, change := range map[string]struct{ file, from, to string }{
		"an argument that waits for an output": {book, "[echo, ", "[touch, "},
		"the user":                             {book, "user: nobody, ", ""},
		"the limit":                            {book, "5m", "6m"},
		"the strategy":                         {book, "    steps:", "    strategy: {parallel: 1}\n    steps:"},
		"the site":                             {site, "site: ", "ssh: {config: other}\nsite: "},
	} {
		text := d.read(change.file)
		if !strings.Contains(text, change.from) {
			t.Fatalf("%s: no %q in\n%s", name, change.from, text)
		}
		d.write(change.file, strings.Replace(text, change.from, change.to, 1), 0o644)
		wants(t, d.tidemark(exitRefused, "--yes=hill", "run", d.path(book), "--expect", digest), "approved was "+digest)
		d.write(change.file, text, 0o644)
	}
	if got := digestIn(t, d.tidemark(0, "plan", d.path(book))); got != digest {
		t.Errorf("the digest of the same plan is %s, was %s", got, digest)
	}
}
