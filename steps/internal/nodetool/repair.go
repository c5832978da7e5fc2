package nodetool

import (
	"context"
	"strings"
	"time"

	"tidemark/engine"
)

// Repair runs a full repair of keyspace on this node's ranges: all of them, or with primaryRange those it comes
// first for (then every node of every site must have its turn). It ends by timeout at the latest; Cassandra may
// go on with the repair then.
func (t *Tool) Repair(ctx context.Context, keyspace string, primaryRange bool, timeout time.Duration) error {
	if err := names([]string{keyspace}); err != nil {
		return err
	}
	out, err := t.run(ctx, timeout, RepairArgs(keyspace, primaryRange)[1:]...)
	if err != nil {
		return err
	}
	return repaired(out)
}

// RepairArgs is the exact command of Repair. Repair is incremental by default since 2.2, hence -full. Where the ring has
// too few nodes for a second replica there is nothing to do, which is a failure without -iuk: on a ring of one node
// Cassandra's own keyspaces are such.
func RepairArgs(keyspace string, primaryRange bool) []string {
	args := []string{"nodetool", "repair", "-full", "-iuk"}
	if primaryRange {
		args = append(args, "-pr")
	}
	return append(args, "--", keyspace)
}

// repaired looks for nodetool's own words of success: a status of 0 alone is not enough.
func repaired(out string) error {
	if strings.Contains(out, "finished with error") || strings.Contains(out, " failed with error ") {
		return engine.Failf(engine.ClassExit, "nodetool repair: ended with status 0, but says: %s", clip(lastLine(out)))
	}
	for _, good := range []string{"Repair completed successfully", "No repair is needed", "Nothing to repair for", "Empty keyspace, skipping repair"} {
		if strings.Contains(out, good) {
			return nil
		}
	}
	return unknownShape("repair", lastLine(out))
}

func lastLine(out string) string {
	out = strings.TrimSpace(out)
	return out[strings.LastIndex(out, "\n")+1:]
}
