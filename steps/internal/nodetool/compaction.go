package nodetool

import (
	"context"
	"strings"

	"tidemark/engine"
)

// Autocompaction switches automatic compaction of one keyspace on or off, proved by statusautocompaction.
func (t *Tool) Autocompaction(ctx context.Context, on bool, keyspace string) error {
	if err := names([]string{keyspace}); err != nil {
		return err
	}
	command := "disableautocompaction"
	if on {
		command = "enableautocompaction"
	}
	if _, err := t.run(ctx, readTimeout, command, "--", keyspace); err != nil {
		return err
	}
	is, err := t.Autocompacts(ctx, keyspace)
	if err == nil && is != on {
		err = engine.Failf(engine.ClassExit, "nodetool %s: ended with status 0, but statusautocompaction of %s says otherwise", command, keyspace)
	}
	return err
}

// Autocompacts tells whether all tables of keyspace compact by themselves. Partly is an error.
func (t *Tool) Autocompacts(ctx context.Context, keyspace string) (bool, error) {
	if err := names([]string{keyspace}); err != nil {
		return false, err
	}
	out, err := t.run(ctx, readTimeout, "statusautocompaction", keyspace)
	if err != nil {
		return false, err
	}
	switch strings.TrimSpace(out) {
	case "running":
		return true, nil
	case "not running":
		return false, nil
	}
	return false, unknownShape("statusautocompaction", out)
}
