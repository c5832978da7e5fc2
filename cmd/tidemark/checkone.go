package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/schema"
)

// one checks a text by its sort; what is none of tidemark's is read as a runbook, which says what is missing.
func (c *checks) one(read *schema.Reader, src schema.Source) schema.Diagnostics {
	switch sortOf(src) {
	case "site":
		_, diags := schema.LoadSite(src)
		return diags
	case "include":
		return c.include(read, src)
	case "kind":
		_, diags := schema.Composites(instead(c.common.Kinds, src), c.kinds, c.site, stem(src.Name))
		return diags
	case "overlay":
		return c.overlay(read, src)
	}
	book, diags := c.load(read, src)
	if book == nil {
		return diags
	}
	return append(diags, book.AtDesk(c.site)...)
}

func (c *checks) load(read *schema.Reader, src schema.Source) (*schema.Runbook, schema.Diagnostics) {
	all := c.common
	all.Runbook = src
	return read.Load(all)
}

// lint is what makes a valid runbook worse; other texts have no such rules.
func (c *checks) lint(read *schema.Reader, src schema.Source) schema.Diagnostics {
	if schema.Sort(src.Data) != "runbook" {
		return nil
	}
	book, _ := c.load(read, src)
	if book == nil {
		return nil
	}
	return book.Lint()
}

// overlay checks an overlay on the runbook that it changes; a mistake elsewhere is its own
// where it is not there without the overlay.
func (c *checks) overlay(read *schema.Reader, src schema.Source) schema.Diagnostics {
	name, at := schema.TopKey(src, "of")
	all := c.common
	if i := slices.IndexFunc(c.texts, func(s schema.Source) bool { return schema.Sort(s.Data) == "runbook" && stem(s.Name) == name }); i >= 0 {
		all.Runbook = c.texts[i]
	} else if book, err := c.find(name); err == nil {
		all.Runbook = book
	} else if name != "" {
		return schema.Diagnostics{schema.NoRunbook(name, at, c.names)}
	} else {
		return schema.CheckOverlay(src)
	}
	without := all
	all.Overlays, without.Overlays = c.overlaysWith(src)
	_, diags := read.Load(all)
	elsewhere := func(d schema.Diagnostic) bool { return d.Pos.File != src.Name }
	if slices.ContainsFunc(diags, elsewhere) {
		_, before := read.Load(without)
		diags = slices.DeleteFunc(diags, func(d schema.Diagnostic) bool {
			return elsewhere(d) && slices.ContainsFunc(before, func(b schema.Diagnostic) bool {
				return b.Pos == d.Pos && b.Code == d.Code && b.Message == d.Message
			})
		})
	}
	return diags
}

// overlaysWith are the overlays in the order in which they are applied: one at its place among the site's or else among
// those of its directory that are checked with it, and the others alone.
func (c *checks) overlaysWith(src schema.Source) (all, others []schema.Source) {
	is := func(o schema.Source) bool { return absolute(o.Name) == absolute(src.Name) }
	all = slices.Clone(c.common.Overlays)
	for _, t := range c.texts {
		read := func(o schema.Source) bool { return absolute(o.Name) == absolute(t.Name) }
		if sortOf(t) == "overlay" && filepath.Dir(t.Name) == filepath.Dir(src.Name) && !slices.ContainsFunc(all, read) {
			all = append(all, t)
		}
	}
	if i := slices.IndexFunc(all, is); i >= 0 {
		all[i] = src // by the name under which it was given
	}
	return all, slices.DeleteFunc(slices.Clone(all), is)
}

// include checks a list of stages by a runbook that takes it and nothing else; what that runbook lacks is left out.
func (c *checks) include(read *schema.Reader, src schema.Source) schema.Diagnostics {
	all := c.common
	all.Includes = instead(all.Includes, src)
	all.Runbook = schema.Source{Data: fmt.Appendf(nil, "runbook: check\nstages: [{include: %q}]\n", stem(src.Name))}
	_, diags := read.Load(all)
	return slices.DeleteFunc(diags, func(d schema.Diagnostic) bool { return d.Pos.File == "" })
}

// instead puts a text in the place of the one of its name.
func instead(list []schema.Source, src schema.Source) []schema.Source {
	return append(slices.DeleteFunc(slices.Clone(list), func(o schema.Source) bool { return stem(o.Name) == stem(src.Name) }), src)
}

// stem is the name of a file without its directory and its ending.
func stem(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
