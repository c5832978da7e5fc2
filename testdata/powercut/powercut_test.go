package powercut

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// state is every file below dir with its bytes; a directory ends with a slash.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		if e.IsDir() {
			out[rel+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(path)
		out[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What was not synced is gone; a name alone brings an empty file; a file keeps its bytes under any name.
func TestOnlyWhatWasSyncedIsLeft(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	at := func(name string) string { return filepath.Join(root, name) }
	write := func(name, text string) func() error {
		return func() error { return os.WriteFile(at(name), []byte(text), 0o600) }
	}
	var d *Disk
	sync := func(name string) func() error {
		return func() error {
			f, err := os.Open(at(name))
			if err != nil {
				return err
			}
			return errors.Join(d.Sync(f), f.Close())
		}
	}
	if err := errors.Join(os.Mkdir(root, 0o700), write("old", "o")()); err != nil {
		t.Fatal(err)
	}
	d = New(t, root)
	for _, c := range []struct {
		name        string
		do          func() error
		synced, all map[string]string
	}{
		{"write", write("a", "1"), map[string]string{"old": "o"}, map[string]string{"old": "o", "a": ""}},
		{"sync bytes", sync("a"), map[string]string{"old": "o"}, map[string]string{"old": "o", "a": "1"}},
		{"sync names", sync("."), map[string]string{"old": "o", "a": "1"}, map[string]string{"old": "o", "a": "1"}},
		{"overwrite", write("a", "22"), map[string]string{"old": "o", "a": "1"}, map[string]string{"old": "o", "a": "1"}},
		{"mkdir", func() error { return os.Mkdir(at("d"), 0o700) }, map[string]string{"old": "o", "a": "1"}, map[string]string{"old": "o", "a": "1", "d/": ""}},
		{"move", func() error { return os.Rename(at("old"), at("d/new")) }, map[string]string{"old": "o", "a": "1"}, map[string]string{"a": "1", "d/": "", "d/new": "o"}},
		{"sync source", sync("."), map[string]string{"a": "1", "d/": ""}, map[string]string{"a": "1", "d/": "", "d/new": "o"}},
		{"sync target", sync("d"), map[string]string{"a": "1", "d/": "", "d/new": "o"}, map[string]string{"a": "1", "d/": "", "d/new": "o"}},
		{"new name", write("b", "3"), map[string]string{"a": "1", "d/": "", "d/new": "o"}, map[string]string{"a": "1", "b": "", "d/": "", "d/new": "o"}},
		{"flush", func() error { d.Flush(root); return nil }, map[string]string{"a": "22", "b": "3", "d/": "", "d/new": "o"}, map[string]string{"a": "22", "b": "3", "d/": "", "d/new": "o"}},
	} {
		if err := c.do(); err != nil {
			t.Fatal(c.name, err)
		}
		cuts := d.Cuts()
		if diff := cmp.Diff(c.synced, state(t, cuts[0])); diff != "" {
			t.Errorf("%s, synced names: %s", c.name, diff)
		}
		if diff := cmp.Diff(c.all, state(t, cuts[1])); diff != "" {
			t.Errorf("%s, all names: %s", c.name, diff)
		}
	}
	if d.Syncs() != 5 {
		t.Errorf("%d syncs", d.Syncs())
	}
}
