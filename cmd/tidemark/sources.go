package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
)

const yamlExt = ".yaml"

// sitePaths are where a site file is looked for when none is named.
func sitePaths() []string { return []string{"/etc/tidemark/site.yaml", "site.yaml"} }

// siteSource reads the site file.
func (a *app) siteSource() (schema.Source, error) {
	paths := sitePaths()
	if a.site != "" {
		paths = []string{a.site}
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		switch {
		case err == nil:
			return schema.Source{Name: p, Data: data}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return schema.Source{}, &usage{fmt.Errorf("site file: %w", err)}
		}
	}
	if a.site == "" {
		return schema.Source{}, &noSite{fmt.Errorf("no site file: neither %s is there; name yours with --site FILE", strings.Join(paths, " nor "))}
	}
	return schema.Source{}, usagef("", "site file %s is not there%s", a.site, meant(a.site, neighbours(a.site)))
}

// siteFile names the site file, "" when there is none and none was named.
func (a *app) siteFile() (string, error) {
	src, err := a.siteSource()
	if n := (*noSite)(nil); errors.As(err, &n) {
		return "", nil
	}
	return src.Name, err
}

// noSite is the lack of a site where none was named; some verbs do without.
type noSite struct{ error }

func (n *noSite) Unwrap() error { return &usage{n.error} }

// neighbours are the YAML files beside path.
func neighbours(path string) []string {
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.y*ml"))
	return found
}

// definition is what a plan is made from.
type definition struct {
	site    *schema.Site
	siteSrc schema.Source
	sources schema.Sources
	runbook *schema.Runbook
	kinds   *engine.Kinds
	// programs are the site's executable kinds that the texts mention.
	programs []engine.Program
	given    map[string]string
	inputs   map[string]any
}

// define reads site, runbook and inputs, and reports all their mistakes at once.
func (a *app) define(ctx context.Context, arg string) (*definition, error) {
	d := &definition{}
	var err error
	if d.siteSrc, err = a.siteSource(); err != nil {
		return nil, err
	}
	if d.sources, err = a.gather(arg, d.siteSrc.Name); err != nil {
		return nil, err
	}
	if d.given, err = pairs(a.inputs); err != nil {
		return nil, err
	}
	if err := a.tellStray(d.sources.Overlays, d.sources.Runbook); err != nil {
		return nil, err
	}
	return d, a.check(ctx, d)
}

func (a *app) check(ctx context.Context, d *definition) error {
	own, err := a.ownKinds(ctx, d.siteSrc.Name, usedIn(d.sources.All()))
	if err != nil {
		return err
	}
	d.kinds, d.programs = own.kinds, own.programs
	var diags, more schema.Diagnostics
	d.site, diags = schema.LoadSite(d.siteSrc)
	d.runbook, d.inputs, more = schema.NewReader(own.Schema(), d.site).LoadGiven(d.sources, d.given)
	diags = append(diags, more...)
	return a.judge(diags, append(append(d.sources.All(), own.answers...), d.siteSrc)...)
}

// judge refuses errors and only shows warnings.
func (a *app) judge(diags schema.Diagnostics, sources ...schema.Source) error {
	if diags.Err() != nil {
		return &invalid{diags, sources}
	}
	a.mistaken(diags, sources...)
	return nil
}

// pairs reads --input K=V.
func pairs(list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, kv := range list {
		k, v, ok := strings.Cut(kv, "=")
		if !ok || k == "" {
			return nil, usagef("", "--input %s: write KEY=VALUE", kv)
		}
		if _, twice := out[k]; twice {
			return nil, usagef("", "--input %s is given twice", k)
		}
		out[k] = v
	}
	return out, nil
}
