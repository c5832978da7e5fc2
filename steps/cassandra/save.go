package cassandra

import (
	"errors"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cql"
)

// linksNote is said wherever links are: people take a backup on the same disk for more than it is.
const linksNote = "links protect against deletion, not against a broken disk"

type saveSnapshot struct {
	Tag       string   `json:"tag" help:"the snapshot's name, also the backup's id" required:"true"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces to save, all of the snapshot" required:"true"`
	Nodes     []string `json:"nodes" names:"nodes" help:"all nodes of the set, this one among them" required:"true"`
	Dir       string   `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
	Site      string   `json:"site" help:"the site's name, for the manifest"`
	Keep      bool     `json:"keep_snapshot" help:"leave the snapshot in Cassandra's directories" default:"false"`
	Counts    bool     `json:"counts" help:"count the rows of this node's primary ranges, too" default:"false"`
	// CountTime lets small backups be counted whole: a backup may take twice its time for numbers to compare, not more.
	CountTime time.Duration `json:"count_time" help:"how long counting may take where saving was faster; else as long as saving took" default:"5s"`
	Basis     string        `json:"basis" help:"quiet: nothing writes between snapshot and count, so the counts are exact; live: they are about right" default:"live" enum:"live,quiet"`
}

// SaveOut is the backup that was saved on one node.
type SaveOut struct {
	Backup   string    `json:"backup" help:"backup id"`
	Bytes    int64     `json:"bytes" help:"size of its files in bytes"`
	Files    int       `json:"files" help:"how many files"`
	Tables   int       `json:"tables" help:"how many tables"`
	Linked   int       `json:"linked" help:"how many files are hard links"`
	Copied   int       `json:"copied" help:"how many files are copies"`
	Snapshot time.Time `json:"snapshot" help:"when the snapshot was taken"`
	Manifest string    `json:"manifest_sha256" help:"sha256 of the manifest, in hex"`
	Note     string    `json:"note" help:"what links protect against; empty: everything was copied"`
}

// Check refuses what cannot be looked for or written.
func (s *saveSnapshot) Check() error {
	return errors.Join(backup.CheckArg("tag", s.Tag), argument.Path("dir", s.Dir), argument.DataKeyspaces("keyspaces", s.Keyspaces), backup.CheckNodes(s.Nodes))
}

// SaveSnapshot is the kind save-snapshot.
func SaveSnapshot() engine.Kind {
	return engine.Kind{
		Name: "save-snapshot",
		Doc: "Saves a Cassandra snapshot of this node as its part of a backup. On Cassandra's file system the big immutable components are hard " +
			"links and the small ones copies, elsewhere all are copies; every file's sha256, the node's tokens, the replication and the schema " +
			"with table ids go into the manifest, which is written last. Then this snapshot is cleared, and no other.",
		Example: "id: save\nsave-snapshot: {tag: 20261122T010203Z-k7, keyspaces: [homer, memento], nodes: [vellum-1, vellum-2]}",
		Redo:    engine.Idempotent,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &saveSnapshot{} },
		Out:     SaveOut{},
		Version: 1,
	}
}

func saveOut(m *backup.Manifest) SaveOut {
	t := m.Totals
	out := SaveOut{
		Backup: m.Backup, Bytes: t.Bytes, Files: t.Files, Tables: t.Tables, Linked: t.Linked, Copied: t.Copied,
		Snapshot: m.Times.Snapshot, Manifest: m.Sum(),
	}
	if t.Linked > 0 {
		out.Note = linksNote
	}
	return out
}
