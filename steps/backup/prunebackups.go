package backup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
)

type pruneBackups struct {
	Dir  string `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Keep int    `json:"keep" help:"how many complete backups stay" default:"4" min:"1" max:"10000"`
	Min  int    `json:"min" help:"never go below this many complete backups, whatever keep says" default:"1" min:"1" max:"10000"`
}

// PruneOut is what prune-backups removed from one node.
type PruneOut struct {
	Removed []string `json:"removed" help:"ids of the backups that were removed"`
	Bytes   int64    `json:"bytes" help:"size of the removed backups in bytes; linked files that Cassandra still has free nothing"`
	Kept    []string `json:"kept" help:"ids of the complete backups that stay"`
	Doubted []string `json:"doubted,omitempty" help:"ids of the backups that stay because the clocks contradict each other about their age"`
	Left    []string `json:"left,omitempty" help:"paths that stayed because of files in them that no backup wrote"`
}

// Check refuses what cannot be looked for or written.
func (s *pruneBackups) Check() error {
	return argument.Path("dir", s.Dir)
}

// PruneBackups is the kind prune-backups.
func PruneBackups() engine.Kind {
	return engine.Kind{
		Name: "prune-backups",
		Doc: "Removes the oldest backups beyond the newest few complete ones. Only complete backups count; one that was saved and " +
			"never sealed goes when that many newer ones are complete. What an unreleased restore uses stays, and so do backups " +
			"without a manifest, the old scripts' trees and files that no backup wrote. The run's own backup always stays. One that looks " +
			"newer than the run, or is older than a kept one by its id and not by the node's clock, takes no place and stays; it is named. " +
			"Exactly the backups that the approved plan named go, or none. It belongs after the new backup is sealed.",
		Example: "id: prune\nprune-backups: {keep: 4}",
		Redo:    engine.Idempotent,
		// Harmless: what goes is superseded by newer complete backups, and nothing live is touched. The sign still says "-".
		Risk:    engine.Harmless,
		New:     func() engine.Step { return &pruneBackups{} },
		Out:     PruneOut{},
		Version: 3,
	}
}

// Plan lists exactly what goes, and what stays without being complete. In the dry run of a backup, that backup counts
// already.
func (s *pruneBackups) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	list := list(v, s.Dir)
	all := units(list, v.Run)
	expected := 0
	if value, ok := v.Promised(FactOf(v.Run)); ok && value == Saved && !slices.ContainsFunc(all, func(u unit) bool { return u.id == v.Run && u.complete }) {
		expected = 1
	}
	gone := surplus(all, v.Run, s.stay()-expected)
	rest := leftover(list)
	c := engine.Change{Sign: engine.Destroys, Summary: s.summary(gone, complete(all)+expected), Data: engine.Encode(ids(gone)), Pre: verdicts(s.Dir, all, gone)}
	for _, u := range gone {
		c.Details = append(c.Details, "- "+s.going(u))
	}
	for _, e := range rest {
		c.Details = append(c.Details, fmt.Sprintf("- %s, whose deletion was begun", e.Path))
	}
	c.Details = append(c.Details, staying(all, gone)...)
	if len(gone)+len(rest) == 0 {
		c.Sign, c.Summary = engine.Same, fmt.Sprintf("nothing to remove: %s, up to %d are kept", engine.Count(complete(all)+expected, "complete backup"), s.stay())
		c.Out = engine.Encode(PruneOut{Removed: []string{}, Kept: kept(all, nil), Doubted: doubted(all)})
	}
	c.Summary += unclear(doubted(all))
	return c, nil
}

func (s *pruneBackups) stay() int { return max(s.Keep, s.Min, 1) }

func (s *pruneBackups) summary(gone []unit, whole int) string {
	var bytes int64
	for _, u := range gone {
		bytes += u.bytes()
	}
	text := fmt.Sprintf("remove %d of %s", complete(gone), engine.Count(whole, "complete backup"))
	if n := len(gone) - complete(gone); n > 0 {
		text += fmt.Sprintf(" and %d that never became complete", n)
	}
	return text + ", " + engine.Bytes(bytes)
}

func (s *pruneBackups) going(u unit) string {
	text := fmt.Sprintf("%s, %s, in %s", u.id, engine.Bytes(u.bytes()), Path(s.Dir, u.id, ""))
	if !u.complete {
		text += fmt.Sprintf("; never sealed, and %d newer are complete", s.stay())
	}
	return text
}

// unclear names the backups whose age is not known, "" where there is none.
func unclear(doubted []string) string {
	if len(doubted) == 0 {
		return ""
	}
	return "; kept as well, since the clocks leave their age open: " + strings.Join(doubted, ", ")
}

// staying are the backups that stay and take no place, each with what it takes.
func staying(all, gone []unit) []string {
	var lines []string
	for _, u := range all {
		if u.doubt != "" {
			lines = append(lines, fmt.Sprintf("= %s, %s, in %s stays: %s", u.id, engine.Bytes(u.bytes()), u.entries[0].Path, u.doubt))
			continue
		}
		for _, e := range u.entries {
			if !e.Complete && e.State != beingDeleted && !slices.Contains(ids(gone), e.ID) {
				lines = append(lines, "= "+e.remains()+" stays")
			}
		}
	}
	return lines
}

// Apply removes what Plan listed and what is still beyond the newest few.
func (s *pruneBackups) Apply(ctx context.Context, h *engine.Host, c engine.Change) (engine.Output, error) {
	var planned []string
	if err := json.Unmarshal(c.Data, &planned); err != nil {
		return engine.Output{}, err
	}
	list := list(h, s.Dir)
	all := units(list, h.Run)
	gone := slices.DeleteFunc(surplus(all, h.Run, s.stay()), func(u unit) bool { return !slices.Contains(planned, u.id) })
	entries := leftover(list)
	for _, u := range gone {
		entries = append(entries, u.entries...)
	}
	out := PruneOut{Removed: ids(gone), Kept: kept(all, gone), Doubted: doubted(all)}
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return engine.Output{}, err
		}
		h.Progress(int64(i), int64(len(entries)), "remove "+e.Path)
		left, err := remove(h, s.Dir, e)
		if err != nil {
			return engine.Output{}, fmt.Errorf("remove backup %s: %w", e.ID, err)
		}
		out.Bytes += e.Bytes
		out.Left = append(out.Left, left...)
	}
	return engine.Output{Value: out, Note: note(out)}, nil
}

func note(out PruneOut) string {
	text := fmt.Sprintf("removed %s, %s; %d stay", engine.Count(len(out.Removed), "backup"), engine.Bytes(out.Bytes), len(out.Kept))
	if len(out.Left) > 0 {
		text += "; left because of foreign files: " + strings.Join(out.Left, ", ")
	}
	return text + unclear(out.Doubted)
}

func ids(list []unit) []string {
	out := []string{}
	for _, u := range list {
		out = append(out, u.id)
	}
	return out
}

func kept(all, gone []unit) []string {
	out := []string{}
	for _, u := range all {
		if u.complete && !slices.Contains(ids(gone), u.id) {
			out = append(out, u.id)
		}
	}
	return out
}

func complete(all []unit) int { return len(kept(all, nil)) }
