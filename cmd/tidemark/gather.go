package main

import (
	"os"
	"path/filepath"
	"slices"

	"tidemark/schema"
)

// gather reads a runbook and the texts that the site keeps for all of its runbooks: overlays, lists of stages and
// composite kinds lie in directories of these names beside the site file, and in --runbooks.
func (a *app) gather(arg, siteFile string) (schema.Sources, error) {
	book, err := a.runbookSource(arg)
	if err != nil {
		return schema.Sources{}, err
	}
	s, err := siteTexts(a.siteDirs(siteFile))
	s.Runbook = book
	return s, err
}

// siteTexts reads what runbooks take by name, from some directories.
func siteTexts(places []string) (s schema.Sources, err error) {
	for dir, into := range map[string]*[]schema.Source{"overlays": &s.Overlays, "include": &s.Includes, "kinds": &s.Kinds} {
		if *into, err = readAll(dir, places); err != nil {
			return s, err
		}
	}
	return s, nil
}

// siteDirs are the directories with a site's own texts, without repetition.
func (a *app) siteDirs(siteFile string) []string {
	var out []string
	if siteFile != "" {
		out = append(out, filepath.Dir(siteFile))
	}
	if a.runbooks != "" {
		out = addDir(out, a.runbooks)
	}
	return out
}

// addDir adds a directory that is not there yet, however it is written: what lies there must not be read twice.
func addDir(dirs []string, dir string) []string {
	if slices.ContainsFunc(dirs, func(d string) bool { return absolute(d) == absolute(dir) }) {
		return dirs
	}
	return append(dirs, filepath.Clean(dir))
}

// readAll reads the YAML files of a directory in each place, in the order of their names.
func readAll(dir string, places []string) ([]schema.Source, error) {
	var out []schema.Source
	for _, place := range places {
		names, err := filepath.Glob(filepath.Join(place, dir, "*"+yamlExt))
		if err != nil {
			return nil, err
		}
		if err := unread(filepath.Join(place, dir)); err != nil {
			return nil, err
		}
		slices.Sort(names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, &usage{err}
			}
			out = append(out, schema.Source{Name: name, Data: data})
		}
	}
	return out, nil
}

// unread refuses what looks like a text of the site's own and would be passed over: an overlay that is not applied is
// worse than one that fails.
func unread(dir string) error {
	help := map[string]string{"*.yml": "rename it: texts of the site's own end in " + yamlExt}
	if name := filepath.Base(dir); name == "overlays" || name == "include" { // in kinds/ a directory is a program
		help["*/*"+yamlExt] = "move it up: directories below are not read"
	}
	for _, pattern := range keys(help) {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return usagef("", "%s is read by no run; %s", found[0], help[pattern])
		}
	}
	return nil
}
