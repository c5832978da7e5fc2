package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"tidemark/engine"
	"tidemark/schema"
)

// idPattern bounds backup ids: they become directory names and, for Cassandra, snapshot tags.
var idPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$`) })

// CheckID refuses an id that cannot be a directory of the store.
func CheckID(id string) error {
	if !idPattern().MatchString(id) {
		return engine.Failf(engine.ClassPrecondition, "backup %q: an id has letters, digits, dots and hyphens, at most 64", id)
	}
	return nil
}

// CheckArg is CheckID for the argument of that name.
func CheckArg(name, id string) error {
	if err := CheckID(id); err != nil {
		return schema.WrongArg(name, "%w", err)
	}
	return nil
}

// CheckNodes refuses a set of no nodes, in the argument nodes.
func CheckNodes(nodes []string) error {
	if len(nodes) == 0 {
		return schema.WrongArg("nodes", "nodes is empty: name all nodes of the set")
	}
	return nil
}

// checkSource refuses what cannot be the directory of a source; "" passes.
func checkSource(source string) error {
	if source != "" && CheckID(source) != nil {
		return schema.WrongArg("source", "source %q: a name has letters, digits, dots and hyphens", source)
	}
	return nil
}

// Verified is `verified.json`: when and how deep the files were compared with which manifest.
type Verified struct {
	Time  time.Time `json:"time"`
	Depth Depth     `json:"depth"`
	// SHA256 is the manifest's; a manifest that was written anew is no longer verified.
	SHA256 string `json:"manifest_sha256"`
	// Damaged is what the last verification found wrong; such a backup counts as not verified.
	Damaged string `json:"damaged,omitempty"`
}

// good tells whether m is verified as it is now.
func (v *Verified) good(m *Manifest) bool {
	return v != nil && v.Damaged == "" && v.Depth != "" && v.SHA256 == m.sum
}

// Forget removes the note of a verification before the backup below root is written anew.
func Forget(root string) error {
	err := os.Remove(filepath.Join(root, verifiedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Seal is `<id>/set.json`, written last on every node of the set: all of them have a verified backup.
type Seal struct {
	Format int          `json:"format"`
	Backup string       `json:"backup"`
	Time   time.Time    `json:"time"`
	Nodes  []SealedNode `json:"nodes"`
	// Skew is how many seconds the snapshots of the nodes are apart; only where all their times were given.
	Skew *float64 `json:"skew_seconds,omitempty"`
}

// SealedNode is one node of a set with the sha256 of its manifest, as far as known on this node.
type SealedNode struct {
	Name     string `json:"name"`
	Manifest string `json:"manifest_sha256,omitempty"`
}

// Node finds a node of the set; nil if it is none.
func (s *Seal) Node(name string) *SealedNode {
	for i := range s.Nodes {
		if s.Nodes[i].Name == name {
			return &s.Nodes[i]
		}
	}
	return nil
}

// ReadVerified reads verified.json below root; nil without an error if there is none.
func ReadVerified(root string) (*Verified, error) {
	v := &Verified{}
	if found, err := readJSON(filepath.Join(root, verifiedName), v); !found {
		return nil, err
	}
	return v, nil
}

// ReadSeal reads set.json in the backup's directory `<dir>/<id>`; nil without an error if there is none.
func ReadSeal(base string) (*Seal, error) {
	s := &Seal{}
	if found, err := readJSON(filepath.Join(base, setName), s); !found {
		return nil, err
	}
	return s, nil
}

func readJSON(path string, v any) (bool, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}

// readManifest reads and checks a manifest; its paths are used for reading and deleting, so none may leave root.
func readManifest(path string) (*Manifest, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// the format first: what a newer one has may not be decoded at all, and is whole for its own build
	var written struct{ Format int }
	if err := json.Unmarshal(data, &written); err == nil && written.Format > Format {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: format %d; this build reads 1 to %d, so a newer tidemark made it", path, written.Format, Format),
			"use the tidemark that made it, or a newer one")
	}
	m := &Manifest{sum: sumOf(data)}
	err = json.Unmarshal(data, m)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is damaged (%d B, sha256 %s): %w", path, len(data), m.sum, err),
			"bring its manifest from a copy of what this node saved, then verify it; until then use another backup")
	}
	return m, nil
}

func (m *Manifest) check() error {
	if m.Format < 1 {
		return fmt.Errorf("format %d; this build reads 1 to %d", m.Format, Format)
	}
	for _, t := range m.Tables {
		if !plainName(t.Keyspace) || !plainName(t.Dir) {
			return fmt.Errorf("table %s.%s: bad directory %q", t.Keyspace, t.Name, t.Dir)
		}
		for _, f := range t.Files {
			if !filepath.IsLocal(f.Name) || f.Size < 0 {
				return fmt.Errorf("table %s.%s: bad file %q", t.Keyspace, t.Name, f.Name)
			}
		}
	}
	if m.Backup == "" || m.Source == "" || m.Node == "" {
		return errors.New("it lacks the name of its backup, source or node")
	}
	return nil
}

func plainName(s string) bool {
	return filepath.IsLocal(s) && s != "." && !strings.ContainsRune(s, filepath.Separator)
}
