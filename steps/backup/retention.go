package backup

import (
	"fmt"
	"slices"
	"time"

	"tidemark/engine"
)

// unit is all sources of one backup id on this node: retention keeps or removes them together.
type unit struct {
	id       string
	entries  []Entry
	complete bool
	// unsealed: it is saved, with a manifest, and was never sealed.
	unsealed bool
	inUse    bool
	// own: the run that asks has saved it, so it is the newest whatever the clocks say.
	own bool
	// named is the time in its id, by the controller's clock; taken that of its snapshot, by the node's.
	named, taken time.Time
	// doubt is why its age is not known; such a backup takes no place and stays.
	doubt string
}

func (u unit) bytes() int64 {
	var n int64
	for _, e := range u.entries {
		n += e.Bytes
	}
	return n
}

// begun tells whether its deletion was begun.
func (u unit) begun() bool {
	return slices.ContainsFunc(u.entries, func(e Entry) bool { return e.State == beingDeleted })
}

// older tells whether u is older than k by the clock of the controller and by that of the node. Where they contradict each
// other, one was wrong, and nobody can tell which.
func (u unit) older(k unit) bool { return !u.named.After(k.named) && !u.taken.After(k.taken) }

// units groups a List by id and keeps its order, newest first; what run has saved comes before all.
func units(list []Entry, run string) []unit {
	var all []unit
	for _, e := range list {
		i := slices.IndexFunc(all, func(u unit) bool { return u.id == e.ID })
		if i < 0 {
			all = append(all, unit{id: e.ID, complete: true, unsealed: true, named: e.named(), taken: e.Time})
			i = len(all) - 1
		}
		u := &all[i]
		u.entries = append(u.entries, e)
		u.complete = u.complete && e.Complete
		u.unsealed = u.unsealed && e.Node != "" && !e.Sealed
		u.inUse = u.inUse || len(e.InUse) > 0
		u.own = u.own || e.run == run
	}
	for i, u := range all {
		if now := timeOf(run); !now.IsZero() && !u.own && (u.complete || u.unsealed) && u.named.After(now) {
			all[i].doubt = "it looks newer than this run: the clock was ahead when it was made, or is behind now"
		}
	}
	slices.SortStableFunc(all, ownFirst)
	return all
}

func ownFirst(a, b unit) int {
	switch {
	case a.own == b.own:
		return 0
	case a.own:
		return -1
	}
	return 1
}

// surplus are the backups that may go: given newest first, all behind the newest stay complete ones, except those in use,
// those that the run itself has saved, and those of which it is not known that they are older: it notes their doubt. An
// incomplete one counts for nothing: one that was never sealed goes when that many newer ones are complete, until then it
// may be all that somebody has; others never go.
func surplus(all []unit, run string, stay int) []unit {
	var out []unit
	var places []*unit
	for i := range all {
		u := &all[i]
		switch {
		case u.own && (u.id != run || !u.complete), u.doubt != "":
			// the dry run knows the run's own backup by the run's id alone: one of another name stays beyond those that are kept
		case u.complete && len(places) < stay:
			places = append(places, u)
		case !u.own && len(places) >= stay && !u.inUse && (u.complete || u.unsealed):
			if u.doubt = contradicted(*u, places); u.doubt == "" {
				out = append(out, *u)
			}
		}
	}
	return out
}

// contradicted says by which of the places u is not proved to be older, "" by none.
func contradicted(u unit, places []*unit) string {
	for _, k := range places {
		if !k.own && !u.older(*k) {
			return fmt.Sprintf("by its id it is older than %s, by the clock of this node it is not", k.id)
		}
	}
	return ""
}

// verdicts are the facts of what goes and what stays, one for each backup. What is half deleted has none, nor has what the run
// itself saved: the approved plan could not see them so.
func verdicts(dir string, all, gone []unit) []engine.Fact {
	var facts []engine.Fact
	for _, u := range all {
		if u.own || u.begun() {
			continue
		}
		fact := engine.Fact{Key: fmt.Sprintf("backup %s in %s", u.id, dir), Value: "to stay"}
		if slices.Contains(ids(gone), u.id) {
			fact.Value = "to be removed"
		}
		facts = append(facts, fact)
	}
	return facts
}

// doubted are the ids of the backups whose age is not known.
func doubted(all []unit) []string {
	return ids(slices.DeleteFunc(slices.Clone(all), func(u unit) bool { return u.doubt == "" }))
}

// leftover are the backups whose deletion was begun and not finished.
func leftover(list []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(list), func(e Entry) bool { return e.State != beingDeleted })
}
