package main

import (
	"os"

	"tidemark/engine"
	"tidemark/schema"
)

// reload reads the texts that the plan was made from, as they stand in it; changed files on disk are only reported.
func (a *app) reload(p *engine.Plan) (*definition, error) {
	kinds, err := storedKinds(p)
	if err != nil {
		return nil, err
	}
	if err := a.sameBuild(p, kinds); err != nil {
		return nil, err
	}
	d := &definition{
		kinds:   kinds,
		sources: p.Texts.Sources(),
		siteSrc: p.SiteFile.Source(),
	}
	for _, src := range append(d.sources.All(), d.siteSrc) {
		a.changedOnDisk(src)
	}
	a.changedPrograms(p)
	var diags, more schema.Diagnostics
	d.site, diags = schema.LoadSite(d.siteSrc)
	d.runbook, more = schema.Load(d.sources, kinds.Schema(), d.site)
	diags = append(diags, more...)
	if diags.Err() != nil {
		return nil, &invalid{diags, append(d.sources.All(), d.siteSrc)}
	}
	return d, nil
}

func (a *app) changedOnDisk(src schema.Source) {
	now, err := os.ReadFile(src.Name)
	if err == nil && string(now) != string(src.Data) {
		a.say("%s changed since the plan was made; the run keeps to its plan, and the new text needs a new run", src.Name)
	}
}

// sameBuild refuses a run whose kinds mean something else in this build.
func (a *app) sameBuild(p *engine.Plan, kinds *engine.Kinds) error {
	build, err := a.build()
	if err != nil || build == p.Build {
		return err
	}
	for _, name := range keys(p.Kinds) {
		k := kinds.Get(name)
		if k != nil && k.Digest() == p.Kinds[name] {
			continue
		}
		return &refused{engine.WithNext(
			engine.Failf(engine.ClassPrecondition, "run %s was planned by build %s, this is %s, and the kind %s is not the same in both", p.Run, p.Build, build, name),
			"resume with build "+p.Build)}
	}
	a.say("run %s was planned by build %s; its kinds are the same in this one (%s)", p.Run, p.Build, build)
	return nil
}
