package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tidemark/schema"
)

// checks is a reading of many texts at once, each as a run would read it.
type checks struct {
	texts  []schema.Source
	common schema.Sources // what the runbooks take by name
	kinds  []schema.Kind
	// answers are what the programs of kinds said wrongly: the texts of their mistakes.
	answers []schema.Source
	site    *schema.Site
	find    func(name string) (schema.Source, error) // a runbook by its name
}

// newChecks reads what the texts need: the site's own, and what lies in the directories that were named.
func (a *app) newChecks(ctx context.Context, texts []schema.Source, site *schema.Site, siteFile string, args []string) (*checks, error) {
	own, err := a.ownKinds(ctx, siteFile, texts...)
	if err != nil {
		return nil, err
	}
	c := &checks{texts: texts, kinds: own.Schema(), answers: own.answers, site: site, find: a.runbookSource}
	if c.common, err = siteTexts(withDirs(a.siteDirs(siteFile), args)); err != nil {
		return nil, err
	}
	runbook := func(src schema.Source) bool { return schema.Sort(src.Data) == "runbook" }
	if site == nil && slices.ContainsFunc(texts, runbook) {
		a.say("note: no site file: groups, nodes and vars are unknown and accepted; name yours with --site FILE")
	}
	return c, nil
}

// withDirs adds the directories among args, without repetition.
func withDirs(dirs, args []string) []string {
	for _, arg := range args {
		if info, err := os.Stat(arg); err == nil && info.IsDir() && !slices.Contains(dirs, filepath.Clean(arg)) {
			dirs = append(dirs, filepath.Clean(arg))
		}
	}
	return dirs
}

// sources are all texts in which a mistake may stand.
func (c *checks) sources() []schema.Source { return slices.Concat(c.common.All(), c.texts, c.answers) }

// run checks the texts on all cores. A mistake in a text that several runbooks take is one mistake.
func (c *checks) run() schema.Diagnostics { return c.each(c.one) }

// each looks at all texts at a time.
func (c *checks) each(look func(schema.Source) schema.Diagnostics) schema.Diagnostics {
	found := make([]schema.Diagnostics, len(c.texts))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(c.texts); i = int(next.Add(1)) - 1 {
				found[i] = look(c.texts[i])
			}
		})
	}
	workers.Wait()
	return once(slices.Concat(found...))
}

// once drops repetitions.
func once(diags schema.Diagnostics) schema.Diagnostics {
	seen := map[schema.Diagnostic]bool{}
	return slices.DeleteFunc(diags, func(d schema.Diagnostic) bool {
		again := seen[d]
		seen[d] = true
		return again
	})
}

// one checks a text by its sort; what is none of tidemark's is read as a runbook, which says what is missing.
func (c *checks) one(src schema.Source) schema.Diagnostics {
	switch schema.Sort(src.Data) {
	case "site":
		_, diags := schema.LoadSite(src)
		return diags
	case "include":
		return c.include(src)
	case "kind":
		_, diags := schema.Composites(instead(c.common.Kinds, src), c.kinds, c.site, stem(src.Name))
		return diags
	case "overlay":
		return c.overlay(src)
	}
	_, diags := c.load(src)
	return diags
}

func (c *checks) load(src schema.Source) (*schema.Runbook, schema.Diagnostics) {
	all := c.common
	all.Runbook = src
	return schema.Load(all, c.kinds, c.site)
}

// lint is what makes a valid runbook worse; other texts have no such rules.
func (c *checks) lint(src schema.Source) schema.Diagnostics {
	if schema.Sort(src.Data) != "runbook" {
		return nil
	}
	book, _ := c.load(src)
	if book == nil {
		return nil
	}
	return book.Lint()
}

// overlay checks an overlay on the runbook that it changes; mistakes elsewhere are not its own.
func (c *checks) overlay(src schema.Source) schema.Diagnostics {
	name, at := schema.TopKey(src, "of")
	all := c.common
	if i := slices.IndexFunc(c.texts, func(s schema.Source) bool { return schema.Sort(s.Data) == "runbook" && stem(s.Name) == name }); i >= 0 {
		all.Runbook = c.texts[i]
	} else if book, err := c.find(name); err == nil {
		all.Runbook = book
	} else if name != "" {
		return schema.Diagnostics{schema.NoRunbook(name, at, shippedNames())}
	}
	all.Overlays = append(slices.DeleteFunc(slices.Clone(all.Overlays), func(o schema.Source) bool { return absolute(o.Name) == absolute(src.Name) }), src)
	_, diags := schema.Load(all, c.kinds, c.site)
	return slices.DeleteFunc(diags, func(d schema.Diagnostic) bool { return d.Pos.File != src.Name })
}

// include checks a list of stages by a runbook that takes it and nothing else; what that runbook lacks is left out.
func (c *checks) include(src schema.Source) schema.Diagnostics {
	all := c.common
	all.Includes = instead(all.Includes, src)
	all.Runbook = schema.Source{Data: fmt.Appendf(nil, "runbook: check\nstages: [{include: %q}]\n", stem(src.Name))}
	_, diags := schema.Load(all, c.kinds, c.site)
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
