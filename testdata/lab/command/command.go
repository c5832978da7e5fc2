// Package command runs the machine's own tools and turns what they say on
// standard error into the error.
package command

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
)

// Run runs one tool to its end and returns its standard output.
func Run(name string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(stderr.String())
		return stdout.String(), fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, said)
	}
	return stdout.String(), nil
}

// Each runs several argument lists of one tool in order and stops at the first
// that does not succeed.
func Each(name string, lines ...string) error {
	for _, line := range lines {
		if _, err := Run(name, strings.Fields(line)...); err != nil {
			return err
		}
	}
	return nil
}
