package main

import (
	"context"
	"os"
	"testing"
)

// TestMain lets the test binary be the processes that an agent starts: `agent task` and `agent plan`.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
