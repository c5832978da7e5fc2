package nodetool

import (
	"context"
	"slices"
	"strings"

	"tidemark/engine"
)

// Snapshot is one table's part of a snapshot.
type Snapshot struct{ Tag, Keyspace, Table string }

// Snapshot takes one snapshot of all keyspaces in one call, so that they share its moment. A tag that exists
// already is a precondition failure and nothing is taken.
func (t *Tool) Snapshot(ctx context.Context, tag string, keyspaces []string) error {
	if err := tagged(tag, keyspaces); err != nil {
		return err
	}
	if len(keyspaces) == 0 {
		return engine.Failf(engine.ClassPrecondition, "snapshot %s: no keyspaces", tag)
	}
	out, err := t.run(ctx, snapshotTimeout, append([]string{"snapshot", "-t", tag, "--"}, keyspaces...)...)
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Split(out, "\n"), "Snapshot directory: "+tag) {
		return unknownShape("snapshot", out)
	}
	return nil
}

// ClearSnapshot removes the snapshot tag of keyspaces (none: of all) and nothing else, proved by listsnapshots:
// nodetool says the same words for a tag that does not exist.
func (t *Tool) ClearSnapshot(ctx context.Context, tag string, keyspaces []string) error {
	if err := tagged(tag, keyspaces); err != nil {
		return err
	}
	_, err := t.run(ctx, snapshotTimeout, append([]string{"clearsnapshot", "-t", tag}, keyspaceArgs(keyspaces)...)...)
	if err != nil {
		return err
	}
	left, err := t.Snapshots(ctx)
	if err != nil {
		return err
	}
	for _, s := range left {
		if s.Tag == tag && (len(keyspaces) == 0 || slices.Contains(keyspaces, s.Keyspace)) {
			return engine.Failf(engine.ClassExit, "nodetool clearsnapshot -t %s: ended with status 0, but %s.%s is still listed", tag, s.Keyspace, s.Table)
		}
	}
	return nil
}

// Snapshots lists all snapshots of the node, those of other tools as well.
func (t *Tool) Snapshots(ctx context.Context) ([]Snapshot, error) {
	out, err := t.run(ctx, readTimeout, "listsnapshots")
	if err != nil {
		return nil, err
	}
	return parseSnapshots(out)
}

// parseSnapshots cuts the table at the columns of its heading: sizes hold spaces, so fields do not tell.
func parseSnapshots(out string) ([]Snapshot, error) {
	if strings.Contains(out, "\nThere are no snapshots") {
		return nil, nil
	}
	var found []Snapshot
	var cols []int
	for l := range strings.Lines(out) {
		l = strings.TrimRight(l, "\r\n")
		switch {
		case cols == nil:
			cols = snapshotColumns(l)
		case strings.HasPrefix(l, "Total TrueDiskSpaceUsed:"):
			return found, nil
		case strings.TrimSpace(l) != "":
			s, ok := snapshotRow(l, cols)
			if !ok {
				return nil, unknownShape("listsnapshots", l)
			}
			found = append(found, s)
		}
	}
	return nil, unknownShape("listsnapshots", out) // no heading, or cut off before the total
}

// snapshotColumns are the offsets of tag, keyspace, table and size in the heading, nil for any other line.
func snapshotColumns(l string) []int {
	l = strings.ToLower(l)
	cols := []int{strings.Index(l, "snapshot name"), strings.Index(l, "keyspace"), strings.Index(l, "column family"), strings.Index(l, "true size")}
	if cols[0] != 0 || !slices.IsSorted(cols) {
		return nil
	}
	return cols
}

func snapshotRow(l string, cols []int) (Snapshot, bool) {
	if len(l) <= cols[3] {
		return Snapshot{}, false
	}
	var cells [3]string
	for i := range cells {
		cell := l[cols[i]:cols[i+1]]
		cells[i] = strings.TrimSpace(cell)
		// a cell that runs into the next, or holds two words, was cut at the wrong place
		if cells[i] == "" || strings.ContainsAny(cells[i], " \t") || !strings.HasSuffix(cell, " ") || cell[0] == ' ' {
			return Snapshot{}, false
		}
	}
	return Snapshot{Tag: cells[0], Keyspace: cells[1], Table: cells[2]}, true
}
