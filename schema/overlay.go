package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// overlayFile is the declaration of an overlay: a site's changes to a runbook.
type overlayFile struct {
	Overlay text         `json:"overlay" is:"word" required:"true" help:"name of the overlay"`
	Of      text         `json:"of" is:"word" required:"true" help:"name of the runbook that it changes"`
	Title   string       `json:"title" help:"one sentence: what it is for"`
	Expect  *yaml.Node   `json:"expect" is:"value" help:"digest of the runbook's text that the overlay was written for"`
	Changes []*yaml.Node `json:"changes" is:"changes" required:"true" help:"changes: a list of {set, to}, {insert-after, steps}, {replace, by}, {remove, because} and {skip, because}"`
}

// overlay is one that changes the runbook that is read.
type overlay struct {
	name text
	src  Source
	said []string // what it does, a few words per change
}

// merger applies overlays to the tree of a runbook, in their order, before it
// is read: later mistakes are then found at the overlay's own text.
type merger struct {
	decoder
	book     string
	root     *yaml.Node
	kind     func(name string) (Kind, bool)
	sources  Sources
	sides    map[string]*document // texts that messages show, by their names
	overlays []*overlay
	touched  map[string]*change // by the path of the value
	below    map[string]*change // by every path above such a value
	gone     map[string]*change // what was taken out, by stage, stage/step and step
	behind   map[*yaml.Node]int // how many entries were put after this one
	layers   map[*yaml.Node][]Layer
	ungated  []string
}

// overlays applies those of this runbook; nil when there is none.
func (l *loader) overlays(root *yaml.Node) *merger {
	name := valueOf(root, "runbook")
	if name == nil {
		return nil
	}
	m := &merger{
		decoder: l.decoder, book: name.Value, root: root, kind: l.kind, sources: l.sources, sides: map[string]*document{},
		touched: map[string]*change{}, below: map[string]*change{}, gone: map[string]*change{},
		behind: map[*yaml.Node]int{}, layers: map[*yaml.Node][]Layer{},
	}
	for _, src := range l.sources.Overlays {
		m.overlay(src, l.book.Digest)
	}
	if len(m.overlays) == 0 {
		return nil
	}
	for _, o := range m.overlays {
		l.book.Sources.Overlays = append(l.book.Sources.Overlays, o.src)
	}
	return m
}

// overlay reads a text and applies it, if it is one of this runbook.
func (m *merger) overlay(src Source, digest string) {
	if of := ofForm().FindSubmatch(src.Data); of != nil && string(of[1]) != m.book {
		return
	}
	doc := m.more(src)
	if doc.root == nil {
		return
	}
	if of := valueOf(doc.root, "of"); of != nil && of.Value != "" && of.Value != m.book {
		return
	}
	var f overlayFile
	m.decode(doc.root, reflect.ValueOf(&f).Elem())
	m.word(f.Overlay, "overlay")
	m.word(f.Of, "runbook")
	m.expect(f.Expect, digest)
	m.unique(f.Overlay)
	if f.Of.node == nil {
		return // its changes have no runbook to be checked on
	}
	o := &overlay{name: f.Overlay, src: src}
	m.overlays = append(m.overlays, o)
	for _, entry := range f.Changes {
		if c := m.change(o, entry); c != nil {
			m.apply(c)
		}
	}
}

// ofForm finds whose overlay a text is before it is parsed: a mistake in one
// of another runbook is found when that one is read. What is no plain name is
// left to the decoder, which says so.
func ofForm() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^of[ \t]*:[ \t]*["']?(\w[\w.-]*)["']?[ \t\r]*(?:#.*)?$`)
}

// CheckOverlay finds what is wrong with an overlay by itself, where it does
// not say of which runbook it is. Its changes are not looked at.
func CheckOverlay(src Source) Diagnostics {
	r := &report{}
	if doc := parse(src, r); doc.root != nil {
		var f overlayFile
		d := &decoder{report: r}
		d.decode(doc.root, reflect.ValueOf(&f).Elem())
		d.word(f.Overlay, "overlay")
		d.word(f.Of, "runbook")
	}
	return r.list.sorted()
}

// shortDigest is how many characters of a digest are shown and due.
const shortDigest = 16

// expect compares the digest, which is text even where YAML reads a number.
func (m *merger) expect(n *yaml.Node, digest string) {
	if n == nil || len(n.Value) >= shortDigest && strings.HasPrefix(digest, n.Value) {
		return
	}
	m.at(n, codeExpect, fmt.Sprintf("the text of %s changed since: its digest is %s now", m.book, digest[:shortDigest]),
		"see whether the changes below still hold, then write expect: "+digest[:shortDigest])
}

func (m *merger) unique(name text) {
	for _, o := range m.overlays {
		if name.node != nil && o.name.Value == name.Value {
			m.at(name.node, codeDuplicateID, fmt.Sprintf("two overlays of %s are named %q", m.book, name.Value), "the first is at "+m.where(o.name.node, name.node))
		}
	}
}
