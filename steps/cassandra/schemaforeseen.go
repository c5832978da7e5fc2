package cassandra

import (
	"slices"

	"tidemark/steps/backup"
)

// foreseen is what a run was to create, on each of its nodes alike. Each of them can then take it back where the node through
// which it was created is gone for good, and its record with it.
type foreseen struct {
	// Looked are the keyspaces that were looked at; the others are what was missing of them.
	Looked    []string       `json:"looked"`
	Keyspaces []string       `json:"keyspaces"`
	Tables    []createdTable `json:"tables"`
	Types     []string       `json:"types,omitempty"`
}

// covers tells whether all keyspaces were looked at.
func (f *foreseen) covers(keyspaces []string) bool {
	return f != nil && !slices.ContainsFunc(keyspaces, func(k string) bool { return !slices.Contains(f.Looked, k) })
}

// add notes what is missing of the keyspaces. What was looked at before stays as it was: it may be created by now.
func (f *foreseen) add(keyspaces []string, d liveDiff, m *backup.Manifest) {
	before := slices.Clone(f.Looked)
	for _, k := range keyspaces {
		if slices.Contains(before, k) {
			continue
		}
		f.Looked = append(f.Looked, k)
		if slices.ContainsFunc(d.keyspaces, func(missing backup.Keyspace) bool { return missing.Name == k }) {
			f.Keyspaces = append(f.Keyspaces, k)
		}
		for _, t := range m.In(k) {
			if slices.Contains(d.missing, k+"."+t.Name) {
				f.Tables = append(f.Tables, createdOf(t))
				f.Types = union(f.Types, slices.DeleteFunc(typesOf(t), func(name string) bool { return !slices.Contains(d.types, name) }))
			}
		}
	}
}

// all is the record with what the run was to create through any node.
func (r *createdRecord) all() *createdRecord {
	if r.Foreseen == nil {
		return r
	}
	out := *r
	out.Keyspaces, out.Tables = union(r.Keyspaces, r.Foreseen.Keyspaces), union(r.Tables, r.Foreseen.Tables)
	out.Types = union(r.Types, r.Foreseen.Types)
	return &out
}

// none tells that nothing was created or to be.
func (r *createdRecord) none() bool { return len(r.Keyspaces)+len(r.Tables) == 0 }

// union is a, and what b has besides.
func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
