package main

import (
	"context"
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newValidate(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "validate FILE…", Short: "Checks runbooks and site files; runbooks against the site, where there is one.", Args: between(1, -1),
		RunE: func(c *cobra.Command, args []string) error { return a.validate(c.Context(), args) },
	}
}

// validate reads all files and reports all their mistakes.
func (a *app) validate(ctx context.Context, args []string) error {
	site, err := a.siteIfAny()
	if err != nil {
		return err
	}
	var all schema.Diagnostics
	var sources []schema.Source
	for _, arg := range args {
		src, err := runbookSource(arg)
		if err != nil {
			return err
		}
		diags, answers, err := a.validateOne(ctx, src, site)
		if err != nil {
			return err
		}
		all, sources = append(all, diags...), append(append(sources, src), answers...)
	}
	if err := a.verdict(all, sources); err != nil {
		return err
	}
	if !a.json() {
		a.say("%s valid", view.Count(len(args), "file"))
	}
	return nil
}

func (a *app) verdict(all schema.Diagnostics, sources []schema.Source) error {
	if !a.json() {
		return a.judge(all, sources...)
	}
	if all == nil {
		all = schema.Diagnostics{}
	}
	if err := view.JSON(a.stdout, all); err != nil {
		return err
	}
	if all.Err() != nil {
		return errors.Join(&usage{errReported})
	}
	return nil
}

// siteIfAny reads the site file that was named or is there by default; nil when there is none.
func (a *app) siteIfAny() (*schema.Site, error) {
	src, err := a.siteSource()
	if n := (*noSite)(nil); errors.As(err, &n) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	site, diags := schema.LoadSite(src)
	return site, a.judge(diags, src)
}

// validateOne tells a site file by its first key. The sources are what the programs of kinds said wrongly.
func (a *app) validateOne(ctx context.Context, src schema.Source, site *schema.Site) (schema.Diagnostics, []schema.Source, error) {
	if regexp.MustCompile(`(?m)^site\s*:`).Match(src.Data) && !regexp.MustCompile(`(?m)^runbook\s*:`).Match(src.Data) {
		_, diags := schema.LoadSite(src)
		return diags, nil, nil
	}
	siteFile := ""
	if site != nil {
		siteFile = site.Source.Name
	}
	own, err := a.ownKinds(ctx, siteFile, src)
	if err != nil {
		return nil, nil, err
	}
	_, diags := schema.Load(schema.Sources{Runbook: src}, own.Schema(), site)
	return diags, own.answers, nil
}
