// Command bench measures tidemark against the same work by hand, by Ansible and by Medusa, on a lab that is up, and
// prints a table of ratios.
//
//	bench [flags] [noop] [ssh] [backup] [restore] [scp] [size]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"tidemark/testdata/lab/site"
)

func main() {
	b := &bench{say: say(time.Now())}
	dir := flag.String("dir", "/var/lib/tidemark-lab/tmb", "`directory` of the lab, which must be up")
	flag.StringVar(&b.tidemark, "tidemark", "bin/tidemark", "the `program` as make build makes it")
	flag.StringVar(&b.medusa, "medusa", "", "the `program` medusa, as the lab's hosts see it; empty is none")
	flag.IntVar(&b.repeat, "repeat", 3, "`times` that a part is repeated, in turn with its peer; the median counts")
	flag.IntVar(&b.tasks, "tasks", 1000, "`number` of tasks that do nothing")
	flag.IntVar(&b.mib, "mib", 420, "`MiB` of data on each node for backup and restore; a tenth of it is tried, too")
	flag.Parse()
	err := b.open(*dir)
	if err == nil {
		err = b.run(flag.Args())
	}
	if table := b.table(); table != "" {
		fmt.Print(table)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if b.missed() {
		os.Exit(3)
	}
}

// bench is one run: the lab, the programs, and the rows so far.
type bench struct {
	lab                 *site.Lab
	tidemark, medusa    string
	repeat, tasks, mib  int
	data                string // what the nodes have for backup and restore
	controller, onNodes int64  // the largest resident sets seen, in KiB
	rows                []row
	timed               bool // what runs is measured
	say                 func(format string, args ...any)
}

func say(began time.Time) func(string, ...any) {
	return func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "bench: %6.1f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
}

func (b *bench) open(dir string) (err error) {
	b.lab, err = site.Load(dir)
	return err
}

// run measures the named parts, in the order of the table; none named are all.
func (b *bench) run(names []string) error {
	parts := []struct {
		name string
		do   func() error
	}{
		{"noop", b.noop}, {"ssh", b.ssh}, {"backup", b.backup}, {"restore", b.restore}, {"scp", b.scp}, {"size", b.size},
	}
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p struct {
			name string
			do   func() error
		},
		) bool {
			return p.name == name
		}) {
			return fmt.Errorf("no part %q: there are noop, ssh, backup, restore, scp and size", name)
		}
	}
	var errs []error
	for _, p := range parts {
		if len(names) > 0 && !slices.Contains(names, p.name) {
			continue
		}
		b.say("%s (load %s)", p.name, load())
		if err := p.do(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
			b.skip(p.name, "", "it failed, see below")
		}
	}
	return errors.Join(errs...)
}
