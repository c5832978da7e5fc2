package cassandra

import (
	"context"
	"slices"
	"strings"

	"tidemark/engine"
)

// hints says where some wait for other nodes: a restore moves all of them away, whichever keyspaces it restores.
func (g *gate) hints(context.Context) error {
	files, err := names(g.view.Path(g.conf.Hints))
	if err != nil {
		return engine.Fail(engine.ClassIO, err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !strings.HasSuffix(f, ".hints") })
	if len(files) > 0 {
		g.note("%s with hints for other nodes: hints are of all keyspaces, and a restore moves them away, so every keyspace is to be repaired at its end; "+
			"where those nodes are up, the hints are delivered within minutes", engine.Count(len(files), "file"))
	}
	return nil
}
