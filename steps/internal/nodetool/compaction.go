package nodetool

import (
	"context"
	"strings"

	"tidemark/engine"
)

// States of automatic compaction.
const (
	On     = "on"
	Off    = "off"
	partly = "partly on"
)

// SetAutocompaction switches automatic compaction of one keyspace on or off, proved by statusautocompaction.
func (t *Tool) SetAutocompaction(ctx context.Context, on bool, keyspace string) error {
	if err := names([]string{keyspace}); err != nil {
		return err
	}
	command, want := "disableautocompaction", Off
	if on {
		command, want = "enableautocompaction", On
	}
	if _, err := t.run(ctx, readTimeout, command, "--", keyspace); err != nil {
		return err
	}
	is, err := t.Autocompaction(ctx, keyspace)
	if err == nil && is != want {
		err = engine.Failf(engine.ClassExit, "nodetool %s: ended with status 0, but automatic compaction of %s is %s", command, keyspace, is)
	}
	return err
}

// Autocompaction tells whether the tables of keyspace compact by themselves: On, Off, or Partly.
func (t *Tool) Autocompaction(ctx context.Context, keyspace string) (string, error) {
	if err := names([]string{keyspace}); err != nil {
		return "", err
	}
	out, err := t.run(ctx, readTimeout, "statusautocompaction", keyspace)
	if err != nil {
		return "", err
	}
	switch strings.TrimSpace(out) {
	case "running":
		return On, nil
	case "not running":
		return Off, nil
	case "partially running":
		return partly, nil
	}
	return "", unknownShape("statusautocompaction", out)
}
