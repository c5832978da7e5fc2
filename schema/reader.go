package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"

	"github.com/expr-lang/expr/conf"
)

// Load reads and checks a runbook. Without a site, groups, nodes and vars are
// unknown and accepted; all else is checked. The runbook is nil when the
// diagnostics hold an error.
func Load(src Sources, kinds []Kind, site *Site) (*Runbook, Diagnostics) {
	return NewReader(kinds, site).Load(src)
}

// Reader loads one runbook after the other for the same site. It keeps what it
// found out about declarations, which for a small runbook is a sixth of the
// work. It serves one goroutine.
type Reader struct {
	kinds []Kind
	site  *Site

	declared map[reflect.Type][]field
	conf     *conf.Config
}

// NewReader makes a reader; a nil site is unknown, as for Load.
func NewReader(kinds []Kind, site *Site) *Reader { return &Reader{kinds: kinds, site: site} }

// Load is the function of that name.
func (rd *Reader) Load(src Sources) (*Runbook, Diagnostics) {
	book, found := rd.blamed(src)
	if found.HasErrors() {
		return nil, found
	}
	return book, found
}

// LoadGiven is Load and BindInputs in one. Of a runbook with mistakes, and without a site, it still tells which inputs are
// missing, so that all is told at once.
func (rd *Reader) LoadGiven(src Sources, given map[string]string) (*Runbook, map[string]any, Diagnostics) {
	book, found := rd.blamed(src)
	if book == nil || found.HasErrors() || rd.site == nil {
		return nil, nil, append(found, book.missing(given)...)
	}
	inputs, more := book.BindInputs(given, rd.site)
	return book, inputs, append(found, more...)
}

// blamed reads a runbook and says of its mistakes by which overlay they came.
func (rd *Reader) blamed(src Sources) (*Runbook, Diagnostics) {
	book, merged, found := rd.read(src)
	if merged != nil && found.HasErrors() {
		rd.blame(src, merged.overlays, found)
	}
	return book, found
}

// read gives what could be read, nil of what is no YAML, and the overlays that were applied, nil for none.
func (rd *Reader) read(src Sources) (*Runbook, *merger, Diagnostics) {
	r := &report{declared: rd.declared, conf: rd.conf}
	defer func() { rd.declared, rd.conf = r.declared, r.conf }()
	l := newLoader(r, src, rd.kinds, rd.site)
	doc := parse(src.Runbook, r)
	if doc.root == nil {
		return nil, nil, r.list.sorted()
	}
	sum := sha256.Sum256(src.Runbook.Data)
	l.book = &Runbook{Sources: Sources{Runbook: src.Runbook}, Digest: hex.EncodeToString(sum[:]), docs: r.docs}
	l.kindFiles()
	l.merged = l.overlays(doc.root)
	l.book.root, l.book.merged = doc.root, l.merged
	if l.merged != nil {
		l.book.ungated = l.merged.ungated
	}
	l.load(doc.root)
	return l.book, l.merged, r.list.sorted()
}
