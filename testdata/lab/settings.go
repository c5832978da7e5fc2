package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"tidemark/testdata/lab/site"
)

// settings are the flags of every verb; given is the set of those on the
// command line.
type settings struct {
	prefix, subnet, cassandra, nodes, dir string
	tokenSeed                             uint64
	diskGB                                int
	noSchema                              bool
	lines, wide                           int
	seed                                  uint64
	phase, output                         string
	given                                 map[string]bool
}

func newSettings() *settings { return &settings{given: map[string]bool{}} }

func (s *settings) flags(w io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("lab", flag.ContinueOnError)
	f.SetOutput(w)
	f.Usage = func() {}
	f.StringVar(&s.prefix, "prefix", "tml", "`name` of the lab: its namespaces, interfaces, directory")
	f.StringVar(&s.subnet, "subnet", "10.77.0", "first three `numbers` of its addresses")
	f.StringVar(&s.cassandra, "cassandra", "5.0.8", "`version`: 5.0.8, 4.1.10 or 4.0.18")
	f.StringVar(&s.nodes, "nodes", "ellis-1,vellum-1,vellum-2,vellum-3,sprout-1", "`hosts`; vellum-4 on request")
	f.StringVar(&s.dir, "dir", "", "`directory` of its state (default /var/lib/tidemark-lab/PREFIX)")
	f.Uint64Var(&s.tokenSeed, "token-seed", 1, "`seed` of Cassandra's tokens")
	f.IntVar(&s.diskGB, "disk", 20, "size of each host's sparse disk in `GiB`")
	f.BoolVar(&s.noSchema, "no-schema", false, "up: leave Cassandra without keyspaces")
	f.IntVar(&s.lines, "lines", 500, "load: `number` of subscribers")
	f.IntVar(&s.wide, "wide", 10000, "load: `rows` of the one wide partition")
	f.Uint64Var(&s.seed, "seed", 1, "load: `seed` of the content")
	f.StringVar(&s.phase, "phase", "base", "load: base, or newer (changes, deletes and adds)")
	f.StringVar(&s.output, "o", "text", "digest, status: text or json")
	return f
}

// parse accepts flags before and after the verb, not among its arguments:
// those may be a command with flags of its own.
func parse(args []string, w io.Writer) (string, *settings, []string, error) {
	s := newSettings()
	f := s.flags(w)
	if err := f.Parse(args); err != nil {
		return "", nil, nil, errors.Join(errUsage, err)
	}
	word := f.Arg(0)
	if f.NArg() > 0 {
		if err := f.Parse(f.Args()[1:]); err != nil {
			return "", nil, nil, errors.Join(errUsage, err)
		}
	}
	f.Visit(func(one *flag.Flag) { s.given[one.Name] = true })
	if s.dir == "" {
		s.dir = "/var/lib/tidemark-lab/" + s.prefix
	}
	return word, s, f.Args(), nil
}

// lab is the stored lab, or, for a verb that works without one, the one that
// the flags describe.
func (s *settings) lab(fresh bool) (*site.Lab, error) {
	described := &site.Lab{
		Prefix: s.prefix, Subnet: s.subnet, Cassandra: s.cassandra, Nodes: strings.Split(s.nodes, ","),
		Dir: s.dir, Seed: s.tokenSeed, DiskGB: s.diskGB,
	}
	if err := described.Check(); err != nil {
		return nil, err
	}
	stored, err := site.Load(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && fresh:
		return described, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no lab in %s: lab up makes one", s.dir)
	case err != nil:
		return nil, err
	}
	return stored, s.sameAs(stored, described)
}

func (s *settings) sameAs(stored, described *site.Lab) error {
	for _, f := range []struct{ name, have, want string }{
		{"subnet", stored.Subnet, described.Subnet},
		{"cassandra", stored.Cassandra, described.Cassandra},
		{"nodes", strings.Join(stored.Nodes, ","), strings.Join(described.Nodes, ",")},
		{"token-seed", fmt.Sprint(stored.Seed), fmt.Sprint(described.Seed)},
	} {
		if s.given[f.name] && f.have != f.want {
			return fmt.Errorf("the lab in %s has --%s %s, not %s: destroy it first", s.dir, f.name, f.have, f.want)
		}
	}
	return nil
}

// exists says whether the path names something.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
