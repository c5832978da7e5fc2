package cassconf

import (
	"fmt"
	"os"
	"syscall"

	"tidemark/engine"
)

// Owner is the user and group that own the first data directory: those Cassandra runs as.
func (c Config) Owner(a engine.Asker) (uid, gid int, err error) {
	if len(c.DataDirs) == 0 {
		return 0, 0, engine.Failf(engine.ClassPrecondition, "no data directory is configured")
	}
	info, err := os.Stat(a.Path(c.DataDirs[0]))
	if err != nil {
		return 0, 0, engine.Fail(engine.ClassIO, fmt.Errorf("data directory: %w", err))
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, engine.Failf(engine.ClassIO, "%s: the owner cannot be read here", c.DataDirs[0])
	}
	return int(st.Uid), int(st.Gid), nil
}
