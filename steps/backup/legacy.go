package backup

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/engine"
)

// legacyRoot is below which the scripts that came with the nodes kept their backups.
const legacyRoot = "/usr/share/clearwater"

// Shape is how a legacy backup lies in its tree; the old listings show three.
type Shape string

// The shapes: `backups/<id>`, `backups/<database>/<id>` and `backups/<database><id>`.
const (
	ShapeEpoch  Shape = "backups/<id>"
	ShapeNested Shape = "<database>/<id>"
	ShapeJoined Shape = "<database><id>"
)

// LegacyBackup is a backup of the old scripts: listed and verified, never written, never restored here.
type LegacyBackup struct {
	ID        string    `json:"id" help:"its name: the number that the old scripts gave it"`
	Component string    `json:"component" help:"whose scripts made it, e.g. homer"`
	Database  string    `json:"database,omitempty" help:"database in its path, where the path has one"`
	Keyspace  string    `json:"keyspace,omitempty" help:"keyspace that it holds, where that is known"`
	Shape     Shape     `json:"shape" help:"how its path is made"`
	Time      time.Time `json:"time" help:"when it was made"`
	Bytes     int64     `json:"bytes" help:"size of its files in bytes"`
	Path      string    `json:"path" help:"absolute path of its directory"`
}

// legacyBackups lists the old scripts' backups on this node, newest first.
func legacyBackups(a engine.Asker) []LegacyBackup {
	var all []LegacyBackup
	for _, component := range subdirs(a.Path(legacyRoot)) {
		tree := filepath.Join(legacyRoot, component, "backup", "backups")
		for _, name := range subdirs(a.Path(tree)) {
			database, id := cutDigits(name)
			switch {
			case id == "":
				all = append(all, nested(a, component, tree, name)...)
			case database == "":
				all = append(all, legacy(a, component, "", id, ShapeEpoch, filepath.Join(tree, name)))
			default:
				all = append(all, legacy(a, component, database, id, ShapeJoined, filepath.Join(tree, name)))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b LegacyBackup) int { return b.Time.Compare(a.Time) })
	return all
}

func nested(a engine.Asker, component, tree, database string) []LegacyBackup {
	var all []LegacyBackup
	for _, id := range subdirs(a.Path(filepath.Join(tree, database))) {
		all = append(all, legacy(a, component, database, id, ShapeNested, filepath.Join(tree, database, id)))
	}
	return all
}

func legacy(a engine.Asker, component, database, id string, shape Shape, path string) LegacyBackup {
	return LegacyBackup{
		ID: id, Component: component, Database: database, Keyspace: keyspaceOf(component, database),
		Shape: shape, Time: epoch(id), Bytes: sizeOf(a.Path(path)), Path: path,
	}
}

// keyspaceOf undoes the old scripts' naming: homestead's databases are named without it.
func keyspaceOf(component, database string) string {
	switch {
	case component == "ellis":
		return ""
	case component == "homestead" && !strings.HasPrefix(database, "homestead") && database != "":
		return "homestead_" + database
	case database == "":
		return component
	}
	return database
}

// cutDigits splits "provisioning1395401410135"; ids have at least ten digits (seconds since 1970).
func cutDigits(name string) (before, digits string) {
	before = strings.TrimRight(name, "0123456789")
	if digits = name[len(before):]; len(digits) < 10 {
		return name, ""
	}
	return before, digits
}

// epoch reads seconds (Ellis) or milliseconds (Cassandra) since 1970; zero for anything else.
func epoch(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	switch {
	case err != nil:
		return time.Time{}
	case len(id) >= 13:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

func sizeOf(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read adds nothing
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}
