package main

import (
	"slices"

	"tidemark/schema"
)

// tellStray warns of overlays that change no runbook, by a slip in their `of:`: whoever reads a plan must not take it for
// one with them. book is the runbook at hand, which may have no place among those that are found by name.
func (a *app) tellStray(overlays []schema.Source, book schema.Source) error {
	shelves, err := a.shelves()
	if err != nil {
		return err
	}
	var known []string
	for _, s := range shelves {
		known = append(known, s.name)
	}
	if name, _ := schema.TopKey(book, "runbook"); name != "" && !slices.Contains(known, name) {
		known = append(known, name)
	}
	var stray schema.Diagnostics
	for _, o := range overlays {
		if of, at := schema.TopKey(o, "of"); of != "" && !slices.Contains(known, of) {
			d := schema.NoRunbook(of, at, known)
			d.Severity, d.Message = schema.Warning, d.Message+", so this overlay takes no part in any"
			stray = append(stray, d)
		}
	}
	return a.judge(stray, overlays...)
}

// listStray does that for all of the site's overlays.
func (a *app) listStray() error {
	siteFile, err := a.siteFile()
	if err != nil {
		return err
	}
	texts, err := siteTexts(a.siteDirs(siteFile))
	if err != nil {
		return err
	}
	return a.tellStray(texts.Overlays, schema.Source{})
}
