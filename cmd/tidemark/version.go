package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/wire"
)

func newVersion(a *app) *cobra.Command {
	var build bool
	c := &cobra.Command{
		Use: "version", Short: "Prints the build and the versions it speaks.", Args: between(0, 0),
		RunE: func(*cobra.Command, []string) error { return a.version(build) },
	}
	c.Flags().BoolVar(&build, "build", false, "print the build id alone")
	return c
}

func (a *app) version(buildOnly bool) error {
	id, err := a.build()
	if err != nil {
		return err
	}
	switch {
	case buildOnly:
		fmt.Fprintln(a.stdout, id)
		return nil
	case a.json():
		return view.JSON(a.stdout, map[string]any{"build": id, "protocol": wire.Version, "plan": engine.PlanFormat, "go": runtime.Version()})
	}
	fmt.Fprintf(a.stdout, "tidemark build %s (protocol %d, plans %d, %s %s/%s)\n", id, wire.Version, engine.PlanFormat, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
