package backup

import (
	"path/filepath"
	"slices"
)

// unit is all sources of one backup id on this node: retention keeps or removes them together.
type unit struct {
	id       string
	entries  []Entry
	complete bool
	// unsealed: it is saved, with a manifest, and was never sealed.
	unsealed bool
	inUse    bool
}

func (u unit) bytes() int64 {
	var n int64
	for _, e := range u.entries {
		n += e.Bytes
	}
	return n
}

// units groups a List by id and keeps its order, newest first.
func units(list []Entry) []unit {
	var all []unit
	for _, e := range list {
		i := slices.IndexFunc(all, func(u unit) bool { return u.id == e.ID })
		if i < 0 {
			all = append(all, unit{id: e.ID, complete: true, unsealed: true})
			i = len(all) - 1
		}
		u := &all[i]
		u.entries = append(u.entries, e)
		u.complete = u.complete && e.Complete
		u.unsealed = u.unsealed && e.Node != "" && !e.Sealed
		u.inUse = u.inUse || len(e.InUse) > 0
	}
	return all
}

// surplus are the backups that may go: given newest first, all behind the newest keep complete ones, except those in
// use. expected counts complete ones that are still to come (the dry run of a backup) and only raises what may go then.
// At least min and at least one complete backup always stay. An incomplete one counts for nothing: one that was never
// sealed goes when that many newer ones are complete, until then it may be all that somebody has; others never go.
func surplus(all []unit, keep, min, expected int) []unit {
	stay := max(keep, min, 1) - expected
	var out []unit
	for _, u := range all {
		switch {
		case u.complete && stay > 0:
			stay--
		case stay <= 0 && !u.inUse && (u.complete || u.unsealed):
			out = append(out, u)
		}
	}
	return out
}

// leftover are the backups whose deletion was begun and not finished.
func leftover(list []Entry, root func(Entry) string) []Entry {
	return slices.DeleteFunc(slices.Clone(list), func(e Entry) bool {
		return e.Node != "" || !exists(filepath.Join(root(e), prunedName)) || exists(filepath.Join(root(e), manifestName))
	})
}
