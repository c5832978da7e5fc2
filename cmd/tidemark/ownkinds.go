package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/external"
	"tidemark/schema"
)

// ownKinds are the kinds of the build and of a site's programs.
type ownKinds struct {
	// kinds are those that can be used.
	kinds    *engine.Kinds
	broken   []schema.Kind
	programs []engine.Program
	// answers are what programs printed, where it has mistakes: the texts of their diagnostics.
	answers []schema.Source
	// dirs are the directories that were asked, by the names of the kinds.
	dirs map[string]string
}

// Schema is the list as the language knows it; a step of a broken kind is told why.
func (o *ownKinds) Schema() []schema.Kind { return append(o.kinds.Schema(), o.broken...) }

// ownKinds describes the kinds in kinds/NAME beside the site file and in --runbooks, of the directories that are asked.
func (a *app) ownKinds(ctx context.Context, siteFile string, asked func(dir string) bool) (*ownKinds, error) {
	built, err := allKinds()
	if err != nil {
		return nil, err
	}
	o := &ownKinds{kinds: built, dirs: map[string]string{}}
	for _, place := range a.siteDirs(siteFile) {
		dirs, err := kindDirs(place)
		if err != nil {
			return nil, &usage{err}
		}
		for _, dir := range dirs {
			if asked(dir) {
				a.take(ctx, o, dir)
			}
		}
	}
	o.kinds, err = external.Kinds(built, o.programs...)
	return o, err
}

// usedIn asks only the kinds that a text mentions: what another runbook uses can neither delay nor stop this one.
func usedIn(texts []schema.Source) func(dir string) bool {
	return func(dir string) bool {
		name := []byte(filepath.Base(dir))
		return slices.ContainsFunc(texts, func(s schema.Source) bool { return bytes.Contains(s.Data, name) })
	}
}

// take adds the kind of a directory to the others; two of one name are refused both.
func (a *app) take(ctx context.Context, o *ownKinds, dir string) {
	name := filepath.Base(dir)
	if first := o.dirs[name]; first != "" {
		o.broken = slices.DeleteFunc(o.broken, func(k schema.Kind) bool { return k.Name == name })
		o.programs = slices.DeleteFunc(o.programs, func(p engine.Program) bool { return p.Name == name })
		o.refuse(name, schema.CodeKindTaken, fmt.Sprintf("the kind %q stands twice: %s and %s", name, first, dir), "remove one of them, or give it another name")
		return
	}
	o.dirs[name] = dir
	d := a.described(ctx, o.kinds, dir)
	o.add(d)
	if schema.IsStepKey(name) {
		a.say("%s %s", d.broken.Code, d.broken.Message) // no step can use it, so none is told
	}
}

// everyKind are the kinds of the build and all of the site's own; without a site those of --runbooks.
func (a *app) everyKind(ctx context.Context) (*ownKinds, error) {
	siteFile, err := a.siteFile()
	if err != nil {
		return nil, err
	}
	return a.ownKinds(ctx, siteFile, func(string) bool { return true })
}

// tellBroken says which of the site's kinds cannot be used, and why; of one kind only, where names has it.
func (a *app) tellBroken(o *ownKinds, names []string) {
	for _, k := range o.broken {
		if len(names) > 0 && !slices.Contains(names, k.Name) {
			continue
		}
		a.say("%s %s", k.Broken.Code, k.Broken.Message)
		a.mistaken(k.Broken.More, o.answers...)
	}
}

// programsOf picks the programs that a plan's tasks need.
func programsOf(p *engine.Plan, all []engine.Program) []engine.Program {
	return slices.DeleteFunc(slices.Clone(all), func(prog engine.Program) bool {
		_, used := p.Kinds[prog.Name]
		return !used
	})
}

func (o *ownKinds) refuse(name, code, message, help string) {
	o.broken = append(o.broken, schema.Kind{Name: name, Broken: &schema.Broken{Code: code, Message: message, Help: help}})
}

func (o *ownKinds) add(d *described) {
	if d.broken == nil {
		o.programs = append(o.programs, d.program)
		return
	}
	o.broken = append(o.broken, schema.Kind{Name: d.program.Name, Broken: d.broken})
	o.answers = append(o.answers, d.answer)
}

// kindDirs are the directories of a site's kinds in the order of their names; names that begin with a dot are none.
func kindDirs(place string) ([]string, error) {
	dir := filepath.Join(place, "kinds")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if e.Name()[0] == '.' {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			out = append(out, path)
		}
	}
	return out, err
}

// storedKinds are the kinds of the build and those whose programs a plan holds; the site's files may have changed.
func storedKinds(p *engine.Plan) (*engine.Kinds, error) {
	built, err := allKinds()
	if err != nil {
		return nil, err
	}
	return external.Kinds(built, p.Programs...)
}

// changedPrograms reports programs that are no longer what the plan holds.
func (a *app) changedPrograms(p *engine.Plan) {
	for _, prog := range p.Programs {
		now := prog
		var err error
		now.Files, err = agent.ProgramFiles(os.DirFS(prog.Origin))
		if err == nil && now.Hash() != prog.Hash() {
			a.say("%s changed since the plan was made; the run keeps to its plan", prog.Origin)
		}
	}
}
