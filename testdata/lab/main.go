// Command lab runs real servers on one machine: hosts with sshd, monit and
// Cassandra in namespaces of their own, and faults to try tidemark against.
//
//	lab VERB [flags] [arguments]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/site"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// verb is one word of the command line.  do gets the lab as it is stored, or
// nil when there is none and the verb can do without.
type verb struct {
	arguments string
	help      string
	fresh     bool // works without a stored lab
	do        func(c *call) error
}

// call is one use of a verb.
type call struct {
	lab    *site.Lab
	flags  *settings
	args   []string
	stdout io.Writer
	stderr io.Writer
}

func verbs() map[string]verb {
	return map[string]verb{
		"up":      {"", "create what is missing, boot, wait until all serve", true, up},
		"down":    {"", "stop every host, remove the network; disks stay", false, down},
		"destroy": {"", "end everything and delete it, disks too", true, destroy},
		"check":   {"", "after destroy: prove that nothing is left", true, check},
		"status":  {"", "hosts, addresses, what answers", false, status},
		"start":   {"HOST…", "boot", false, start},
		"stop":    {"HOST…", "shut down cleanly", false, stop},
		"crash":   {"HOST…", "cut the cable, then kill the host's pid 1", false, crash},
		"exec":    {"HOST -- CMD…", "run a command on the host's console", false, execute},
		"ssh":     {"HOST -- CMD…", "run a command through ssh", false, secureShell},
		"fault":   {"HOST FAULT…", faultHelp, false, fault},
		"load":    {"", "write subscribers into every table (--lines --seed --phase --wide)", false, loadLines},
		"cql":     {"STATEMENT…", "run statements, one argument each", false, statements},
		"digest":  {"", "count and digest of every table, read at ALL (-o json)", false, digestTables},
	}
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 3 && args[0] == host.InitVerb {
		return bePID1(args[1], args[2], stderr)
	}
	err := dispatch(args, stdout, stderr)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage), errors.Is(err, flag.ErrHelp):
		usage(stderr)
		return 64
	case errors.As(err, &exit):
		// The command on the host spoke for itself; its status is ours.
		return exit.ExitCode()
	}
	fmt.Fprintln(stderr, "lab:", err)
	return 1
}

var errUsage = errors.New("usage")

func dispatch(args []string, stdout, stderr io.Writer) error {
	word, s, rest, err := parse(args, stderr)
	if err != nil {
		return err
	}
	v, known := verbs()[word]
	if !known {
		return errUsage
	}
	if os.Geteuid() != 0 {
		return errors.New("needs root: namespaces, mounts and loop devices")
	}
	lab, err := s.lab(v.fresh)
	if err != nil {
		return err
	}
	return v.do(&call{lab, s, rest, stdout, stderr})
}

func bePID1(dir, name string, stderr io.Writer) int {
	lab, err := site.Load(dir)
	if err == nil {
		var h site.Host
		if h, err = lab.Host(name); err == nil {
			err = host.PID1(lab, h)
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "pid 1:", err)
		return 1
	}
	return 0
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: lab VERB [flags] [arguments]")
	all := verbs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(w, "  %-8s %-13s %s\n", name, all[name].arguments, strings.ReplaceAll(all[name].help, "\n", "\n"+strings.Repeat(" ", 25)))
	}
	fmt.Fprintln(w, "flags:")
	fs := newSettings().flags(w)
	fs.PrintDefaults()
}
