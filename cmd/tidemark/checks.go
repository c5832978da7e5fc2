package main

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
)

// checks is a reading of many texts at once, each as a run would read it.
type checks struct {
	texts  []schema.Source
	common schema.Sources // what the runbooks take by name
	kinds  []schema.Kind
	own    *ownKinds
	// programs are the directories of kinds that were named, by the names of the kinds.
	programs map[string]string
	site     *schema.Site
	find     func(name string) (schema.Source, error) // a runbook by its name
	names    []string                                 // the runbooks that can be named
	unfound  schema.Diagnostics                       // of those among texts that no command finds by its name
}

// newChecks reads what args name and what that needs: the site's own, and what lies in the directories among args.
func (a *app) newChecks(ctx context.Context, args []string) (*checks, error) {
	site, siteFile, err := a.siteIfAny()
	if err != nil {
		return nil, err
	}
	c := &checks{site: site, find: a.runbookSource}
	if c.texts, err = a.texts(args, a.runbookSource); err != nil {
		return nil, err
	}
	if c.common, err = siteTexts(withDirs(a.siteDirs(siteFile), args)); err != nil {
		return nil, err
	}
	c.asGiven()
	if err := c.askPrograms(ctx, a, siteFile, args); err != nil {
		return nil, err
	}
	if len(c.texts)+len(c.programs) == 0 {
		return nil, usagef("", "there is nothing of tidemark in %s", strings.Join(args, ", "))
	}
	if err := c.ownNames(a); err != nil {
		return nil, err
	}
	runbook := func(src schema.Source) bool { return schema.Sort(src.Data) == "runbook" }
	if site == nil && slices.ContainsFunc(c.texts, runbook) {
		a.say("note: groups, nodes and vars were not checked, because there is no site file; name yours with --site FILE")
	}
	return c, a.notAsked(siteFile, args)
}

// asGiven calls what the runbooks take as it was named, so that a mistake in it is one mistake, not one by each name.
func (c *checks) asGiven() {
	given := map[string]string{}
	for _, t := range c.texts {
		given[absolute(t.Name)] = t.Name
	}
	for _, list := range [][]schema.Source{c.common.Overlays, c.common.Includes, c.common.Kinds} {
		for i, src := range list {
			list[i].Name = cmp.Or(given[absolute(src.Name)], src.Name)
		}
	}
}

// ownNames notes the runbooks that can be named, and what is wrong with those of the site's own that no verb could find by
// their names.
func (c *checks) ownNames(a *app) error {
	all, err := a.shelves()
	if err != nil {
		return err
	}
	for _, s := range all {
		c.names = append(c.names, s.name)
		for _, d := range s.mistakes() {
			if i := slices.IndexFunc(c.texts, func(t schema.Source) bool { return absolute(t.Name) == absolute(d.Pos.File) }); i >= 0 {
				d.Pos.File = c.texts[i].Name // as it was given
				c.unfound = append(c.unfound, d)
			}
		}
	}
	for _, t := range c.texts {
		if sortOf(t) == "runbook" && !slices.Contains(c.names, stem(t.Name)) {
			c.names = append(c.names, stem(t.Name))
		}
	}
	return nil
}

// askPrograms describes the kinds that are programs: those that a text mentions, and those below args.
func (c *checks) askPrograms(ctx context.Context, a *app, siteFile string, args []string) error {
	used := usedIn(slices.Concat(c.common.All(), c.texts))
	own, err := a.ownKinds(ctx, siteFile, func(dir string) bool { return used(dir) || below(dir, args) })
	if err != nil {
		return err
	}
	c.own, c.kinds, c.programs = own, own.Schema(), maps.Clone(own.dirs)
	maps.DeleteFunc(c.programs, func(_, dir string) bool { return !below(dir, args) })
	return nil
}

// notAsked says which programs were left alone: naming a directory to be read does not allow to start what lies there.
func (a *app) notAsked(siteFile string, args []string) error {
	known := a.siteDirs(siteFile)
	for _, place := range withDirs(nil, args) {
		dirs, err := kindDirs(place)
		if err != nil {
			return &usage{err}
		}
		if len(dirs) > 0 && !slices.ContainsFunc(known, func(k string) bool { return absolute(k) == absolute(place) }) {
			a.say("note: the kinds in %s that are programs were not checked, because a directory that is only named starts none; start them with --runbooks %s", filepath.Join(place, "kinds"), place)
		}
	}
	return nil
}

// below tells whether a path is one of args or lies below one.
func below(path string, args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		rel, err := filepath.Rel(absolute(arg), absolute(path))
		return err == nil && filepath.IsLocal(rel)
	})
}

// withDirs adds the directories among args, without repetition.
func withDirs(dirs, args []string) []string {
	for _, arg := range args {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			dirs = addDir(dirs, arg)
		}
	}
	return dirs
}

// count says how much was checked.
func (c *checks) count() string {
	var parts []string
	if len(c.texts) > 0 || len(c.programs) == 0 {
		parts = append(parts, engine.Count(len(c.texts), "file"))
	}
	if len(c.programs) > 0 {
		parts = append(parts, engine.Count(len(c.programs), "program"))
	}
	return strings.Join(parts, " and ")
}

// sources are all texts in which a mistake may stand.
func (c *checks) sources() []schema.Source {
	return slices.Concat(c.common.All(), c.texts, c.own.answers)
}
