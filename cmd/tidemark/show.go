package main

import (
	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
)

func newShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show RUNBOOK", Short: "Prints a runbook's YAML.", Args: between(1, 1),
		RunE: func(_ *cobra.Command, args []string) error { return a.show(args[0]) },
	}
}

func (a *app) show(arg string) error {
	src, err := runbookSource(arg)
	if err != nil {
		return err
	}
	if a.json() {
		return view.JSON(a.stdout, map[string]string{"file": src.Name, "text": string(src.Data)})
	}
	_, err = a.stdout.Write(src.Data)
	return err
}
