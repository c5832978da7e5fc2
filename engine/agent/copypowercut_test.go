package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/testdata/powercut"
)

// bytesBelow is what every file below dir holds, by its name, and every directory's mode; its name ends with a slash.
func bytesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(path, dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && rel == "":
			return nil
		case err != nil:
			return err
		case e.IsDir():
			info, err := e.Info()
			out[rel+"/"] = info.Mode().String()
			return err
		}
		out[rel] = string(contents(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cutCopies are copies with what is at the target before: nothing, a directory that has some of it, a file's place.
func cutCopies() map[string]func(b *copyBench) {
	source := func(b *copyBench) {
		for name, text := range map[string]string{"one": "1", "dir/two": "22", "dir/deep/three": "333", "dir/deep/four": ""} {
			b.put(b.from, "src/"+name, []byte(text), 0o600)
		}
		if err := os.Mkdir(b.from+"/src/empty", 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	return map[string]func(b *copyBench){
		"new tree": source,
		"empty tree": func(b *copyBench) {
			if err := os.Mkdir(b.from+"/src", 0o755); err != nil {
				b.t.Fatal(err)
			}
		},
		"into a tree": func(b *copyBench) {
			source(b)
			b.put(b.to, "in/tree/dir/two", []byte("22"), 0o600)
			b.put(b.to, "in/tree/mine", []byte("mine"), 0o600)
		},
		"file": func(b *copyBench) { b.put(b.from, "src", []byte("text"), 0o600) },
	}
}

// TestPowerFailsWhileItCopies: a new tree has its name when all of it is on disk, a file when its bytes are; and when the
// copy is done nothing is missing.
func TestPowerFailsWhileItCopies(t *testing.T) {
	for name, before := range cutCopies() {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			b.to = filepath.Join(b.to, "root")
			b.put(b.to, "other", nil, 0o600)
			before(b)
			had := bytesBelow(t, b.to+"/in/tree")
			disk, whole := powercut.New(t, b.to), b.whole(had)
			b.sync = func(f *os.File) error {
				for _, cut := range disk.Cuts() {
					for file, text := range bytesBelow(t, cut+"/in/tree") {
						if _, is := whole[file]; is && !strings.HasSuffix(file, "/") && whole[file] != text {
							t.Errorf("before the sync of %s: %s holds %q", f.Name(), file, text)
						}
					}
					if got := bytesBelow(t, cut+"/in/tree"); name == "new tree" && len(got) > 0 && len(got) < len(whole) {
						t.Errorf("before the sync of %s: half a tree has its name: %v", f.Name(), got)
					}
				}
				if _, err := os.Lstat(b.to + "/in/tree"); err == nil && name == "new tree" && len(bytesBelow(t, disk.Cut()+"/in")) <= len(whole) {
					t.Errorf("before the sync of %s: what came is lost, under any name", f.Name())
				}
				return disk.Sync(f)
			}
			if _, err := b.copy(-1); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(whole, bytesBelow(t, disk.Cut()+"/in/tree")); d != "" {
				t.Error(d)
			}
		})
	}
}

// whole is the target behind the copy.
func (b *copyBench) whole(had map[string]string) map[string]string {
	out := bytesBelow(b.t.(*testing.T), b.from+"/src")
	for name, text := range had {
		out[name] = text
	}
	return out
}

// TestCopyKilledThenPowerFails: what an attempt that was ended had not made durable is, when the next one says done.
func TestCopyKilledThenPowerFails(t *testing.T) {
	for name, before := range cutCopies() {
		t.Run(name, func(t *testing.T) {
			for at, killed := 0, true; killed; at++ {
				b := newCopyBench(t)
				b.to = filepath.Join(b.to, "root")
				b.put(b.to, "in/other", nil, 0o600)
				before(b)
				disk, whole, left := powercut.New(t, b.to), b.whole(bytesBelow(t, b.to+"/in/tree")), at
				b.sync = func(f *os.File) error {
					if left--; left == -1 {
						return errors.New("killed")
					}
					return disk.Sync(f)
				}
				_, err := b.copy(-1)
				killed, left = err != nil, 1<<30
				if _, err := b.copy(-1); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(whole, bytesBelow(t, disk.Cut()+"/in/tree")); d != "" {
					t.Errorf("killed at sync %d: %s", at, d)
				}
			}
		})
	}
}
