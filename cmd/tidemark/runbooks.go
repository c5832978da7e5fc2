package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/runbooks"
	"tidemark/schema"
)

// shelf is where a runbook of a name stands: in this build, in the site's own directory, or in both.
type shelf struct {
	name    string
	shipped bool
	own     []schema.Source
}

// shelves are all runbooks that can be named, sorted.
func (a *app) shelves() ([]*shelf, error) {
	byName := map[string]*shelf{}
	at := func(name string) *shelf {
		if byName[name] == nil {
			byName[name] = &shelf{name: name}
		}
		return byName[name]
	}
	for _, name := range shippedNames() {
		at(name).shipped = true
	}
	own, err := a.ownRunbooks()
	if err != nil {
		return nil, err
	}
	for _, src := range own {
		s := at(stem(src.Name))
		s.own = append(s.own, src)
	}
	var out []*shelf
	for _, name := range keys(byName) {
		out = append(out, byName[name])
	}
	return out, nil
}

// ownRunbooks are the site's own: runbooks/*.yaml beside the site file, and *.yaml in --runbooks.
func (a *app) ownRunbooks() ([]schema.Source, error) {
	var dirs []string
	siteFile, err := a.siteFile()
	if err != nil {
		return nil, err
	}
	if siteFile != "" {
		dirs = append(dirs, filepath.Join(filepath.Dir(siteFile), "runbooks"))
	}
	if a.runbooks != "" {
		if info, err := os.Stat(a.runbooks); err != nil || !info.IsDir() {
			return nil, usagef("", "--runbooks %s: there is no such directory", a.runbooks)
		}
		dirs = addDir(dirs, a.runbooks)
	}
	found, err := readAll(".", dirs)
	return slices.DeleteFunc(found, func(s schema.Source) bool { return schema.Sort(s.Data) != "runbook" }), err
}

// source is the one text that counts under the name: never one in the place of another by accident.
func (s *shelf) source() (schema.Source, error) {
	if len(s.own) == 0 {
		data, err := runbooks.FS.ReadFile(s.name + yamlExt)
		return schema.Source{Name: s.name + yamlExt, Data: data}, err
	}
	if wrong := s.mistakes(); len(wrong) > 0 {
		return schema.Source{}, &invalid{wrong, s.own}
	}
	return s.own[0], nil
}

// mistakes are why the site's own texts under the name count for none, or for none that anybody meant.
func (s *shelf) mistakes() (wrong schema.Diagnostics) {
	for i, src := range s.own {
		if d := schema.Shelved(src, s.name, shippedNames()); d != nil {
			wrong = append(wrong, *d)
		} else if i > 0 {
			wrong = append(wrong, *schema.ShelvedTwice(src, s.own[0].Name))
		}
	}
	return wrong
}

// origin says where the runbook is from, for lists.
func (s *shelf) origin() string {
	switch {
	case len(s.own) == 0:
		return "shipped"
	case s.shipped:
		return s.own[0].Name + " (in place of the shipped one)"
	}
	return s.own[0].Name
}

// runbookSource finds what an argument means: a file where it contains a slash or exists, else a runbook by its name.
func (a *app) runbookSource(arg string) (schema.Source, error) {
	if info, err := os.Stat(arg); strings.Contains(arg, "/") || (err == nil && !info.IsDir()) {
		return readText(arg)
	}
	all, err := a.shelves()
	if err != nil {
		return schema.Source{}, err
	}
	var names []string
	for _, s := range all {
		if s.name == arg {
			return s.source()
		}
		names = append(names, s.name)
	}
	if err := misnamed(all, arg); err != nil {
		return schema.Source{}, err
	}
	if _, err := os.Stat(arg + yamlExt); err == nil {
		return schema.Source{}, usagef("", "there is no runbook %q; the file in this directory is ./%s%s", arg, arg, yamlExt)
	}
	return schema.Source{}, usagef("tidemark list", "there is no runbook %q%s", arg, meant(arg, names))
}

// misnamed refuses a name that stands in a runbook of the site whose file is called otherwise.
func misnamed(all []*shelf, name string) error {
	for _, s := range all {
		for _, src := range s.own {
			if own, _ := schema.TopKey(src, "runbook"); own == name {
				return &invalid{s.mistakes(), s.own}
			}
		}
	}
	return nil
}

// shippedNames are the runbooks in this build, sorted.
func shippedNames() []string {
	found, _ := fs.Glob(runbooks.FS, "*"+yamlExt)
	for i := range found {
		found[i] = strings.TrimSuffix(found[i], yamlExt)
	}
	slices.Sort(found)
	return found
}
