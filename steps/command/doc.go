// Package command holds the kind that runs a program of the runbook's author: run.
package command

import "tidemark/engine"

// Kinds lists the kinds of this package.
func Kinds() []engine.Kind { return []engine.Kind{Run()} }
