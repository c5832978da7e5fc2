package backup

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
)

// Entry is one backup of one source as one node holds it.
type Entry struct {
	ID         string    `json:"id" help:"backup id"`
	Source     string    `json:"source" help:"which part of the backup, e.g. cassandra"`
	Node       string    `json:"node,omitempty" help:"node that saved it"`
	Nodes      []string  `json:"nodes,omitempty" help:"all nodes of its set"`
	Time       time.Time `json:"time" help:"when the snapshot was taken"`
	Keyspaces  []string  `json:"keyspaces,omitempty" help:"keyspaces in it"`
	Bytes      int64     `json:"bytes" help:"size of its files in bytes"`
	Files      int       `json:"files" help:"how many files"`
	Verified   Depth     `json:"verified,omitempty" help:"depth of the last verification of this very manifest; empty: none"`
	VerifiedAt time.Time `json:"verified_at,omitzero" help:"when that was"`
	Sealed     bool      `json:"sealed" help:"whether set.json is here and names this node: all nodes of the set had a verified backup"`
	Complete   bool      `json:"complete" help:"whether it has manifest, verification by checksums, and seal; only such backups count for retention and as latest"`
	State      string    `json:"state" help:"complete, or in words why it is not"`
	InUse      []string  `json:"in_use,omitempty" help:"runs whose restore from it is not released yet"`
	Path       string    `json:"path" help:"absolute path of its directory"`
	Next       string    `json:"next,omitempty" help:"what to do where its manifest is there and is not accepted: the backup may be whole"`

	run string // that saved it
}

// beingDeleted is the State of what retention has begun to remove.
const beingDeleted = "being deleted"

// list is what the store dir on this node holds, newest first, whole or not; what cannot be read says so in
// its State. Files and directories that are no backups are left out.
func list(a engine.Asker, dir string) []Entry {
	var all []Entry
	for _, id := range subdirs(a.Path(dir)) {
		if CheckID(id) != nil {
			continue
		}
		for _, source := range subdirs(a.Path(Path(dir, id, ""))) {
			if source != dataName && plainName(source) {
				all = append(all, entry(a, dir, id, source))
			}
		}
	}
	slices.SortStableFunc(all, newest)
	return all
}

// newest goes by the id first: one clock named the backup on all its nodes, so their order is the same on each of them.
func newest(a, b Entry) int {
	return cmp.Or(b.named().Compare(a.named()), b.Time.Compare(a.Time), strings.Compare(b.ID, a.ID), strings.Compare(a.Source, b.Source))
}

// named is the time in the id; an id that has none is as old as its snapshot.
func (e Entry) named() time.Time {
	if t := timeOf(e.ID); !t.IsZero() {
		return t
	}
	return e.Time
}

func subdirs(dir string) []string {
	found, _ := os.ReadDir(dir) // what cannot be read has no backups
	var names []string
	for _, d := range found {
		if d.IsDir() {
			names = append(names, d.Name())
		}
	}
	return names
}

func entry(a engine.Asker, dir, id, source string) Entry {
	e := Entry{ID: id, Source: source, Path: Path(dir, id, source), Time: timeOf(id)}
	root := a.Path(e.Path)
	m, err := readManifest(filepath.Join(root, manifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist) && exists(filepath.Join(root, prunedName)):
		e.State, e.Bytes = beingDeleted, sizeOf(root)
		if _, err := readManifest(filepath.Join(root, prunedName)); err != nil { // so nothing tells what a backup wrote there
			e.State, e.Next = "its deletion was begun, and the list of its files cannot be read", "look what lies there, and remove it by hand"
		}
	case errors.Is(err, fs.ErrNotExist):
		e.State, e.Bytes = "incomplete: no manifest", sizeOf(root)
	case err != nil:
		e.unread(root, err.Error(), cmp.Or(engine.NextOf(err), "find out why it cannot be read"))
	case m.Backup != id || m.Source != source:
		e.unread(root, "the manifest belongs to backup "+m.Backup+", source "+m.Source, "give the directory the name that its manifest has")
	default:
		e.fill(m, root)
	}
	e.InUse = Users(a, dir, id)
	return e
}

// unread notes a backup that is not accepted and may be whole.
func (e *Entry) unread(root, state, next string) {
	e.State, e.Next, e.Bytes = state, next, sizeOf(root)
}

// remains is an incomplete backup with what it takes.
func (e Entry) remains() string {
	return fmt.Sprintf("%s (%s), %s, in %s", e.ID, e.State, engine.Bytes(e.Bytes), e.Path)
}

func (e *Entry) fill(m *Manifest, root string) {
	e.Node, e.Nodes, e.Time, e.run = m.Node, m.Nodes, m.Times.Snapshot, m.Run
	e.Bytes, e.Files = m.Totals.Bytes, m.Totals.Files
	for _, k := range m.Keyspaces {
		e.Keyspaces = append(e.Keyspaces, k.Name)
	}
	v, err := ReadVerified(root)
	if err == nil && v.good(m) {
		e.Verified, e.VerifiedAt = v.Depth, v.Time
	}
	seal, err := ReadSeal(filepath.Dir(root))
	e.Sealed = err == nil && seal.covers(m)
	e.Complete = e.Verified == Checksums && e.Sealed
	switch {
	case e.Complete:
		e.State = "complete"
	case v != nil && v.Damaged != "":
		e.State = "damaged, as verify-backup found at " + v.Time.Format("2006-01-02 15:04:05Z")
	case e.Verified == "":
		e.State = "not verified"
	case e.Verified == Sizes:
		e.State = "verified by names and sizes alone"
	default:
		e.State = "not sealed: it is not known whether the other nodes of the set have theirs"
	}
}

// covers tells whether the seal names this manifest's node and all the nodes that the manifest expects.
func (s *Seal) covers(m *Manifest) bool {
	if s == nil || s.Node(m.Node) == nil {
		return false
	}
	if sum := s.Node(m.Node).Manifest; sum != "" && sum != m.sum {
		return false
	}
	return !slices.ContainsFunc(m.Nodes, func(n string) bool { return s.Node(n) == nil })
}

// timeOf reads the time from an id such as 20261122T010203Z-k7; zero if it has none.
func timeOf(id string) time.Time {
	stamp, _, _ := strings.Cut(id, "-")
	t, _ := time.Parse("20060102T150405Z", stamp)
	return t
}
