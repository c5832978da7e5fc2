package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
)

// Open reads the manifest of a backup on this node; dir is the store, e.g. /var/lib/tidemark/backups. It
// refuses, each with its own message, an id that does not exist (naming those that do), one without a manifest,
// one being deleted, a damaged manifest, a directory that holds another backup, and a legacy backup.
func Open(a engine.Asker, dir, id, source string) (*Manifest, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	root := a.Path(Path(dir, id, source))
	m, err := readManifest(filepath.Join(root, manifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, absent(a, dir, id, source)
	case err != nil:
		return nil, err
	case m.Backup != id || m.Source != source:
		return nil, engine.Failf(engine.ClassPrecondition, "backup %s: its manifest belongs to backup %s, source %s", id, m.Backup, m.Source)
	}
	return m, nil
}

// ForNode refuses a manifest that another node saved. Members of a ring are matched by host id; hostID "" leaves
// only the name to compare.
func (m *Manifest) ForNode(node, hostID string) error {
	if m.Node == node || (hostID != "" && hostID == m.Server.HostID) {
		return nil
	}
	return engine.WithNext(
		engine.Failf(engine.ClassPrecondition, "backup %s belongs to another node: it was saved by %s (host id %s), this is %s", m.Backup, m.Node, m.Server.HostID, node),
		"copy in the backup that "+node+" saved")
}

func absent(a engine.Asker, dir, id, source string) error {
	base := a.Path(Path(dir, id, ""))
	if exists(filepath.Join(base, source, prunedName)) {
		return engine.Failf(engine.ClassPrecondition, "backup %s is being deleted: its manifest is already set aside", id)
	}
	if exists(filepath.Join(base, source)) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition,
			"backup %s is incomplete on this node: %s has no %s, so saving it did not end", id, Path(dir, id, source), manifestName), others(a, dir))
	}
	if exists(base) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s has no %s part on this node", id, source), others(a, dir))
	}
	for _, l := range legacyBackups(a) {
		if l.ID == id {
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s is a legacy backup (%s): it can be listed and verified, not restored here", id, l.Path),
				"restore it with the script that came with it, restore_backup.sh, on each node")
		}
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s does not exist on this node in %s", id, dir), nearly(a, dir, id)+others(a, dir))
}

// nearly asks for the backup that differs in its last letters alone, which nobody remembers.
func nearly(a engine.Asker, dir, id string) string {
	stamp, _, ok := strings.Cut(id, "-")
	for _, e := range list(a, dir) {
		if ok && strings.HasPrefix(e.ID, stamp+"-") {
			return "did you mean " + e.ID + "? "
		}
	}
	return ""
}

// others names the newest backups that could be meant instead, and the command that tells of all.
func others(a engine.Asker, dir string) string {
	const most = 8
	var ids []string
	for _, e := range list(a, dir) {
		if !e.Complete {
			e.ID += " (" + e.State + ")"
		}
		ids = append(ids, e.ID)
	}
	switch {
	case len(ids) == 0:
		return "there is no backup in " + dir + " on this node; copy one in or take one; what other nodes have tells: tidemark backups"
	case len(ids) > most:
		ids = append(ids[:most], fmt.Sprintf("%d older", len(ids)-most))
	}
	return "on this node are " + strings.Join(ids, ", ") + "; of all nodes: tidemark backups"
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
