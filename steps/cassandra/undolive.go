package cassandra

import (
	"context"
	"fmt"
	"path/filepath"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// stillLive compares the directories that a restore exchanged with those of the tables that a serving Cassandra has now.
// It refuses where a table was dropped and created again since: the undo would bring its old rows into a directory that no
// table reads. Tables that are gone it says in lines. Where Cassandra does not serve, the directories tell what they can.
func (r *swapRecord) stillLive(ctx context.Context, v *engine.View, conf cassconf.Config) (lines, unknown []string, err error) {
	for _, d := range r.Dirs {
		keyspace, dir := filepath.Dir(d), filepath.Base(d)
		live, err := engine.Once(v, "live tables of "+keyspace, func() (map[string]string, error) { return serving(ctx, v, conf, keyspace) })
		if err != nil {
			return nil, nil, err
		}
		if live == nil {
			return r.stillThere(areasOf(v, conf.DataDirs, r.Run))
		}
		switch name, now := liveAs(live, dir); now {
		case dir:
		case "":
			lines = append(lines, "= "+d+": the table was dropped since, and stays so; what it had before comes back as files alone")
		default:
			return nil, nil, r.createdAgain(keyspace+"."+name, dir)
		}
	}
	return lines, nil, nil
}

// liveAs is the live table that dir is of, and the directory that it has now; "" where there is none.
func liveAs(live map[string]string, dir string) (table, now string) {
	for name, at := range live {
		if isDirOf(dir, name) {
			return name, at
		}
	}
	return "", ""
}

func (r *swapRecord) createdAgain(table, dir string) error {
	hex := dir[len(dir)-32:]
	id := fmt.Sprintf("%s-%s-%s-%s-%s", hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:])
	return engine.WithNext(
		engine.Failf(engine.ClassPrecondition, "table %s was dropped and created again since run %s: what it had before would come back into %s, which it does not read any more", table, r.Run, dir),
		fmt.Sprintf("save what it has now, if anybody needs it; drop it, and create it with its old id, as the schema in backup %s does (WITH ID = %s); then undo. Dropped and not created, it stays away", r.Backup, id))
}
