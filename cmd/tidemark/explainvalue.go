package main

import (
	"context"

	"tidemark/cmd/internal/view"
)

// explainValue says of a value of a runbook what it means and where it is from.
func (a *app) explainValue(ctx context.Context, arg, path string) error {
	given, err := pairs(a.inputs)
	if err != nil {
		return err
	}
	r, err := a.readable(ctx, arg)
	if err != nil {
		return err
	}
	site, _, err := a.siteIfAny()
	if err != nil {
		return err
	}
	x, err := r.Explain(path, given, site)
	if err != nil {
		return &usage{err}
	}
	if a.json() {
		return view.JSON(a.stdout, x)
	}
	view.Explanation(a.stdout, x, view.StyleOf(a.stdout))
	return nil
}
