package cassandra

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// backup checks the backup itself: manifest, set, files.
func (g *gate) backup(ctx context.Context) error {
	m, err := backup.Open(g.view, g.step.Dir, g.step.Backup, backup.Cassandra)
	if err != nil {
		return err
	}
	g.manifest = m
	g.out.Saved = RingMember{
		HostID: m.Server.HostID, Cluster: m.Server.Cluster, DC: m.Server.DC, Rack: m.Server.Rack,
		Version: m.Server.Version, Tokens: m.Server.Tokens,
	}
	for _, k := range g.step.Keyspaces {
		if m.Keyspace(k) == nil {
			if err := g.keep(lacksKeyspace(m, k)); err != nil {
				return err
			}
		}
		for _, t := range m.In(k) {
			g.out.Bytes[k] += t.Bytes()
			g.expiry(t)
		}
	}
	g.age()
	if err := g.set(); err != nil {
		return err
	}
	return g.files(ctx)
}

// expiry warns of rows that the backup has and that nobody will see.
func (g *gate) expiry(t backup.Table) {
	name := t.Keyspace + "." + t.Name
	switch {
	case t.DefaultTTL > 0:
		g.note("rows of %s expire after %s: those that have since the backup will not be seen", name, time.Duration(t.DefaultTTL)*time.Second)
	case t.Expiring > 0:
		g.note("%s of %s had a time to live at the backup: those that have expired since will not be seen", engine.Count(int(t.Expiring), "row"), name)
	default:
		return
	}
	g.out.TTL = append(g.out.TTL, name)
}

// age warns of deletions that are forgotten: after gc_grace_seconds a replica that missed the restore would bring
// deleted rows back, or delete restored ones no more.
func (g *gate) age() {
	age := time.Since(g.manifest.Times.Snapshot)
	for _, k := range g.step.Keyspaces {
		for _, t := range g.manifest.In(k) {
			if grace := time.Duration(t.GCGrace) * time.Second; age > grace {
				g.note("the backup is %s old, gc_grace_seconds of %s.%s is %s: restore all replicas in one run, or deleted rows come back",
					age.Round(time.Hour), t.Keyspace, t.Name, grace)
				return
			}
		}
	}
}

// set refuses a backup that is not known to be whole on all its nodes: rows whose only replica is missing would be lost.
func (g *gate) set() error {
	seal, err := backup.ReadSeal(g.view.Path(backup.Path(g.step.Dir, g.step.Backup, "")))
	if err != nil {
		return engine.Fail(engine.ClassPrecondition, err)
	}
	const next = "choose a complete backup: tidemark backups"
	if seal == nil {
		g.refuse(next, "the set is not complete: there is no set.json, so it is not known that all of %s have theirs", strings.Join(g.manifest.Nodes, ", "))
		return nil
	}
	var missing []string
	for _, n := range g.manifest.Nodes {
		if seal.Node(n) == nil {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		all := len(g.manifest.Nodes)
		g.refuse(next, "the set is not complete: %d of %d nodes, %s missing", all-len(missing), all, strings.Join(missing, ", "))
	}
	return nil
}

func (g *gate) total() int64 {
	var n int64
	for _, b := range g.out.Bytes {
		n += b
	}
	return n
}

// files compares every file of the keyspaces with the manifest; what is wrong with others takes nothing from these. A dry run of
// very much compares names and sizes alone.
func (g *gate) files(ctx context.Context) error {
	depth := backup.Checksums
	if size := g.total(); !g.view.Actual && size > gateReads {
		depth = backup.Sizes
		g.unknown = append(g.unknown, fmt.Sprintf("the sha256 of %s in backup %s: compared when the gate runs", engine.Bytes(size), g.step.Backup))
	}
	return g.manifest.VerifyIn(ctx, g.view.Path(backup.Path(g.step.Dir, g.step.Backup, backup.Cassandra)), g.step.Keyspaces, depth)
}
