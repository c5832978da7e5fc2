package engine

import (
	"fmt"
	"slices"
	"strings"
)

// door lets through what the kind's Reads name; the kernel's fence cannot see what a server does for a client.
type door struct{ kind *Kind }

func (d *door) command(c Command) error {
	for _, r := range d.kind.Reads {
		if matches(r.Argv, c.Argv) && c.Stdin == nil && !c.Daemon {
			return nil
		}
	}
	return d.refuse("command %q", strings.Join(c.Argv, " "))
}

func matches(pattern, argv []string) bool {
	if len(pattern) == 0 || len(pattern) != len(argv) {
		return false
	}
	for i, p := range pattern {
		if p == "*" && !strings.HasPrefix(argv[i], "-") {
			continue
		}
		if p != argv[i] {
			return false
		}
	}
	return true
}

func (d *door) query(q Query) error {
	word, _, _ := strings.Cut(strings.TrimSpace(q.Statement), " ")
	reads := strings.EqualFold(word, "SELECT") && !strings.Contains(q.Statement, ";")
	if reads && len(q.Keyspaces) > 0 && !slices.ContainsFunc(q.Keyspaces, func(k string) bool { return !d.keyspace(q.System, k) }) {
		return nil
	}
	return d.refuse("%s statement %q", q.System, q.Statement)
}

func (d *door) keyspace(system, name string) bool {
	return slices.ContainsFunc(d.kind.Reads, func(r Read) bool {
		allowed := r.Keyspace
		if system == "sql" {
			allowed = r.SQL
		}
		return allowed != "" && (allowed == "*" || allowed == name)
	})
}

func (d *door) get(url string) error {
	for _, r := range d.kind.Reads {
		if r.Get != "" && strings.HasPrefix(url, r.Get) {
			return nil
		}
	}
	return d.refuse("GET %s", url)
}

func (d *door) refuse(format string, args ...any) error {
	return Fail(ClassPrecondition, fmt.Errorf("dry run: %s: "+format+" is not among the reads of this kind", append([]any{d.kind.Name}, args...)...))
}
