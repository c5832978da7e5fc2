package cassandra

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
)

// commitLog refuses one that is encrypted: nobody could prove that a stopped Cassandra left nothing in it, so neither the exchange
// nor the undo would ever go on, while nothing serves. What it holds is asked when Cassandra is stopped.
func (g *gate) commitLog(context.Context) error {
	dir := g.view.Path(g.conf.CommitLog)
	files, err := names(dir)
	if err != nil {
		return engine.Fail(engine.ClassIO, err)
	}
	for _, name := range files {
		if !strings.HasPrefix(name, "CommitLog-") {
			continue
		}
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			continue // gone by now; another one tells the same
		}
		params, _ := parameters(f)
		f.Close()
		if encrypted(params) {
			g.refuse("switch transparent_data_encryption_options off in cassandra.yaml and restart Cassandra, on all nodes; on again behind the restore",
				"the commit log in %s is encrypted, so it could not be told that it is empty once Cassandra is stopped", g.conf.CommitLog)
			return nil
		}
	}
	return nil
}
