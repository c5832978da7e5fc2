package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Lists the runbooks: the shipped ones and the site's own.", Args: between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.list(c.Context()) },
	}
}

type listed struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Inputs []string `json:"inputs"`
	Origin string   `json:"origin"` // shipped, or the site's file
	Layers []string `json:"layers"` // overlays and lists of stages that take part
}

func (a *app) list(ctx context.Context) error {
	shelves, err := a.shelves()
	if err != nil {
		return err
	}
	if err := a.listStray(); err != nil {
		return err
	}
	var all []listed
	var rows [][]string
	for _, s := range shelves {
		l, err := a.listed(ctx, s)
		if err != nil {
			return err
		}
		all = append(all, l)
		rows = append(rows, []string{l.Name, l.Origin, l.Title})
	}
	if a.json() {
		return view.JSON(a.stdout, all)
	}
	view.Table(a.stdout, []string{"RUNBOOK", "FROM", "WHAT IT DOES"}, rows)
	return nil
}

// listed is what a list says of a runbook, also of one that cannot be read.
func (a *app) listed(ctx context.Context, s *shelf) (listed, error) {
	l := listed{Name: s.name, Title: "not valid here; see: tidemark validate " + s.name, Inputs: []string{}, Origin: s.origin(), Layers: []string{}}
	if _, err := s.source(); err != nil { // of this one alone: the others can be named
		l.Title = "cannot be named: " + err.Error()
		return l, nil //nolint:nilerr // it stands in the list
	}
	r, err := a.readable(ctx, s.name)
	if bad := (*invalid)(nil); errors.As(err, &bad) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.Title, l.Layers = r.Title, append(l.Layers, r.Layers()...)
	for _, in := range r.Inputs {
		l.Inputs = append(l.Inputs, in.Name)
	}
	return l, nil
}

// readable loads a runbook as it would run, but without the site's nodes: for reading about it.
func (a *app) readable(ctx context.Context, arg string) (*schema.Runbook, error) {
	siteFile, err := a.siteFile()
	if err != nil {
		return nil, err
	}
	src, err := a.gather(arg, siteFile)
	if err != nil {
		return nil, err
	}
	if sort := schema.Sort(src.Runbook.Data); sort != "runbook" && sort != "" {
		return nil, usagef("tidemark list", "%s is no runbook: its first key is %s", arg, sort)
	}
	own, err := a.ownKinds(ctx, siteFile, usedIn(src.All()))
	if err != nil {
		return nil, err
	}
	r, diags := schema.Load(src, own.Schema(), nil)
	if diags.Err() != nil {
		return nil, &invalid{diags, append(src.All(), own.answers...)}
	}
	return r, nil
}
