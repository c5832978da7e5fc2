// Package runbooks holds the shipped runbooks.
package runbooks

import "embed"

// FS holds the runbooks as NAME.yaml.
//
//go:embed *.yaml
var FS embed.FS
