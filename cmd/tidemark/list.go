package main

import (
	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Lists the shipped runbooks.", Args: between(0, 0),
		RunE: func(*cobra.Command, []string) error { return a.list() },
	}
}

type listed struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Inputs []string `json:"inputs"`
}

func (a *app) list() error {
	kinds, err := allKinds()
	if err != nil {
		return err
	}
	var all []listed
	for _, name := range shippedNames() {
		src, err := runbookSource(name)
		if err != nil {
			return err
		}
		l := listed{Name: name, Title: "not valid in this build; see: tidemark validate " + name, Inputs: []string{}}
		r, diags := schema.Load(schema.Sources{Runbook: src}, kinds.Schema(), nil)
		if diags.Err() != nil {
			all = append(all, l)
			continue
		}
		l.Title = r.Title
		for _, in := range r.Inputs {
			l.Inputs = append(l.Inputs, in.Name)
		}
		all = append(all, l)
	}
	if a.json() {
		return view.JSON(a.stdout, all)
	}
	var rows [][]string
	for _, l := range all {
		rows = append(rows, []string{l.Name, l.Title})
	}
	view.Table(a.stdout, []string{"RUNBOOK", "WHAT IT DOES"}, rows)
	return nil
}
