package nodetool

import (
	"context"
	"slices"
	"strings"

	"tidemark/engine"
)

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

// ClearSnapshot removes the snapshot tag of keyspaces (none: of all) and nothing else. nodetool says the same words for
// a tag that does not exist: the caller proves in the directories that it is gone.
func (t *Tool) ClearSnapshot(ctx context.Context, tag string, keyspaces []string) error {
	if err := tagged(tag, keyspaces); err != nil {
		return err
	}
	_, err := t.run(ctx, snapshotTimeout, append([]string{"clearsnapshot", "-t", tag}, keyspaceArgs(keyspaces)...)...)
	return err
}
