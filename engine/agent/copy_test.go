package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

func TestCopyTree(t *testing.T) {
	b := newCopyBench(t)
	b.usual()
	done, err := b.copy(-1)
	if err != nil {
		t.Fatal(err)
	}
	b.equal()
	if want := int64(copyChunk + 70_322); done.Files != 5 || done.Bytes != want || done.Sent != want {
		t.Errorf("copied %+v, want 5 files, %d bytes", done, want)
	}
	again, err := b.copy(-1)
	if err != nil || again.Sent != 0 || again.Bytes != done.Bytes {
		t.Errorf("again: %+v, %v; nothing was to be sent", again, err)
	}
}

func TestCopyFile(t *testing.T) {
	b := newCopyBench(t)
	b.put(b.from, "src", fill(100_000), 0o640)
	for i, sent := range []int64{100_000, 0} {
		done, err := b.copy(-1)
		if err != nil || done.Sent != sent || done.Bytes != 100_000 {
			t.Fatalf("%d: %+v, %v", i, done, err)
		}
	}
	b.equal()
}

// A stream that breaks after any number of bytes is followed by one that sends no whole file twice, and the target has
// its name only at the end.
func TestCopyResumesFromEveryBreak(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := newCopyBench(t)
		b.usual()
		whole := copyChunk + 70_322
		var sent int64
		for range 2 {
			at := rapid.OneOf(rapid.IntRange(0, 2000), rapid.IntRange(0, whole+1200), rapid.SampledFrom([]int{copyChunk - 1, copyChunk, copyChunk + 5, copyChunk + 70_000})).Draw(r, "break at")
			done, err := b.copy(at)
			sent += done.Sent
			if err == nil {
				break
			}
			if !isBroken(err) {
				r.Fatalf("broken at %d: %v", at, err)
			}
			if _, err := os.Lstat(b.to + "/in/tree"); err == nil {
				r.Fatal("half a tree has its real name")
			}
		}
		done, err := b.copy(-1)
		if err != nil {
			r.Fatal(err)
		}
		b.equal()
		if sent+done.Sent > int64(whole)+2*copyChunk { // what was under way in a frame is sent again
			r.Errorf("%d bytes were sent for %d", sent+done.Sent, whole)
		}
	})
}

// Whatever a part holds, a prefix or rubbish, shorter or longer, the file is right in the end.
func TestCopyDistrustsWhatIsThere(t *testing.T) {
	data := fill(copyChunk + 100)
	other := append([]byte{1}, data[1:]...)
	for name, part := range map[string][]byte{
		"none": nil, "one byte": data[:1], "prefix": data[:1000], "to the chunk": data[:copyChunk], "one more": data[:copyChunk+1],
		"all but one": data[:len(data)-1], "all": data, "longer": append(bytes.Clone(data), 0), "other byte": other, "other prefix": other[:50],
	} {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			b.put(b.from, "src/file", data, 0o600)
			b.put(b.to, "in/tree/"+partName("file"), part, 0o600)
			done, err := b.copy(-1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(b.to + "/in/tree/file")
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			want := len(data)
			if bytes.HasPrefix(data, part) {
				want -= len(part)
			}
			if done.Sent != int64(want) {
				t.Errorf("%d bytes were sent, %d were missing", done.Sent, want)
			}
		})
	}
}

func TestCopyRefusesWhatDiffers(t *testing.T) {
	for name, there := range map[string]string{"same size": "herlo", "other size": "hello!"} {
		for _, replace := range []bool{false, true} {
			t.Run(fmt.Sprint(name, replace), func(t *testing.T) {
				b := newCopyBench(t)
				b.put(b.from, "src/file", []byte("hello"), 0o600)
				b.put(b.to, "in/tree/file", []byte(there), 0o600)
				b.put(b.to, "in/tree/mine", nil, 0o600)
				b.order.Replace = replace
				_, err := b.copy(-1)
				got, _ := os.ReadFile(b.to + "/in/tree/file")
				want := map[bool]string{false: there, true: "hello"}[replace]
				if (err == nil) != replace || string(got) != want {
					t.Errorf("%q, %v", got, err)
				}
				if err != nil && engine.ClassOf(err) != engine.ClassPrecondition {
					t.Errorf("class %s: %v", engine.ClassOf(err), err)
				}
				if _, err := os.Stat(b.to + "/in/tree/mine"); err != nil {
					t.Error("a surplus file went away")
				}
			})
		}
	}
}

// What the source holds no more must not appear in a new tree because an earlier attempt fetched it.
func TestCopyForgetsWhatLeftTheSource(t *testing.T) {
	b := newCopyBench(t)
	b.usual()
	if _, err := b.copy(copyChunk + 5000); !isBroken(err) {
		t.Fatal(err)
	}
	part := b.to + "/in/" + partName("tree", b.order.Origin)
	b.put(part, "old", []byte("x"), 0o600)
	if _, err := b.copy(-1); !isBroken(err) {
		t.Fatalf("surplus was not seen: %v", err)
	}
	if _, err := b.copy(-1); err != nil {
		t.Fatal(err)
	}
	b.equal()
}

func TestCopyFollowsNoSymlink(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	plant := map[string]func(b *copyBench) error{
		"source file": func(b *copyBench) error { return os.Symlink(secret, b.from+"/src/link") },
		"source itself": func(b *copyBench) error {
			return errors.Join(os.Rename(b.from+"/src", b.from+"/real"), os.Symlink("real", b.from+"/src"))
		},
		"way": func(b *copyBench) error { return os.Symlink(filepath.Dir(secret), b.to+"/in") },
		"target": func(b *copyBench) error {
			return errors.Join(os.Mkdir(b.to+"/in", 0o700), os.Symlink(filepath.Dir(secret), b.to+"/in/tree"))
		},
		"directory": func(b *copyBench) error {
			return errors.Join(os.MkdirAll(b.to+"/in/tree", 0o700), os.Symlink(filepath.Dir(secret), b.to+"/in/tree/dir"))
		},
		"file": func(b *copyBench) error {
			return errors.Join(os.MkdirAll(b.to+"/in/tree/dir", 0o700), os.Symlink(secret, b.to+"/in/tree/dir/secret"))
		},
		"part": func(b *copyBench) error {
			return errors.Join(os.MkdirAll(b.to+"/in/tree/dir", 0o700), os.Symlink(secret, b.to+"/in/tree/dir/"+partName("secret")))
		},
		"hard link": func(b *copyBench) error {
			return errors.Join(os.MkdirAll(b.to+"/in/tree/dir", 0o700), os.Link(secret, b.to+"/in/tree/dir/"+partName("secret")))
		},
		"pipe": func(b *copyBench) error {
			return errors.Join(os.MkdirAll(b.to+"/in/tree/dir", 0o700), unix.Mkfifo(b.to+"/in/tree/dir/"+partName("secret"), 0o600))
		},
	}
	for name, do := range plant {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			b.put(b.from, "src/dir/secret", []byte("stolen"), 0o600)
			if err := errors.Join(os.RemoveAll(secret), os.WriteFile(secret, []byte("kept"), 0o600), do(b)); err != nil {
				t.Fatal(err)
			}
			_, err := b.copy(-1)
			if err == nil || isBroken(err) {
				t.Errorf("no refusal: %v", err)
			}
			if got, _ := os.ReadFile(secret); string(got) != "kept" {
				t.Errorf("the file outside holds %q", got)
			}
		})
	}
}

// A source is not trusted: no name leads out, and no nonsense hangs the receiver.
func TestCopyDistrustsTheSource(t *testing.T) {
	total := func(w io.Writer) error {
		return writeMessage(w, frameTotal, totals{Version: 1, Tree: true, Mode: 0o700})
	}
	entry := func(name string) func(io.Writer) error {
		return func(w io.Writer) error {
			return errors.Join(total(w), writeMessage(w, frameEntry, item{Name: []byte(name), Size: 1}), writeFrame(w, frameBatch, nil))
		}
	}
	for name, say := range map[string]func(io.Writer) error{
		"up": entry("../out"), "absolute": entry("/etc/x"), "inside up": entry("a/../../x"), "nul": entry("a\x00b"), "itself": entry("."),
		"double":  entry("a//b"),
		"version": func(w io.Writer) error { return writeMessage(w, frameTotal, totals{Version: 9}) },
		"order":   func(w io.Writer) error { return writeFrame(w, frameData, nil) },
		"huge":    func(w io.Writer) error { _, err := w.Write([]byte{frameTotal, 255, 255, 255, 255}); return err },
		"no json": func(w io.Writer) error { return writeFrame(w, frameTotal, []byte("{")) },
		"failure": func(w io.Writer) error { return RefuseCopy(w, engine.Failf(engine.ClassAuth, "no login")) },
		"offset": func(w io.Writer) error {
			return errors.Join(total(w), writeMessage(w, frameEntry, item{Name: []byte("a"), Size: 1}), writeFrame(w, frameBatch, nil), writeMessage(w, frameStart, start{Offset: 77}))
		},
		"wrong sum": func(w io.Writer) error {
			return errors.Join(total(w), writeMessage(w, frameEntry, item{Name: []byte("a"), Size: 1}), writeFrame(w, frameBatch, nil), writeMessage(w, frameStart, start{}),
				writeFrame(w, frameData, []byte("x")), writeFrame(w, frameSum, make([]byte, 32)), writeFrame(w, frameEnd, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			_, err := b.with(-1, func(conn net.Conn) {
				go func() { _, _ = io.Copy(io.Discard, conn) }()
				_ = say(conn)
			})
			if err == nil || isBroken(err) {
				t.Errorf("no refusal: %v", err)
			}
			if name == "failure" && engine.ClassOf(err) != engine.ClassAuth {
				t.Errorf("class %s of %v", engine.ClassOf(err), err)
			}
			if got := tree(t, filepath.Dir(b.to)); strings.Contains(got, "/out") || strings.Contains(got, "/x ") {
				t.Errorf("something came out:\n%s", got)
			}
			if _, err := os.Lstat(b.to + "/in/tree"); err == nil {
				t.Error("a refused tree has its real name")
			}
		})
	}
}

func TestCopyOmitsAndChecks(t *testing.T) {
	b := newCopyBench(t)
	b.usual()
	b.order.Omit = func(name string) bool { return name == "small" }
	seen := ""
	b.order.Check = func(dir string) error { seen = tree(t, dir); return engine.Failf(engine.ClassPrecondition, "damaged") }
	if _, err := b.copy(-1); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatal(err)
	}
	if !strings.Contains(seen, "/deep/er/big") || strings.Contains(seen, "/small") {
		t.Errorf("the check saw\n%s", seen)
	}
	if _, err := os.Lstat(b.to + "/in/tree"); err == nil {
		t.Error("a refused tree has its real name")
	}
}

// Bits that lend the owner's rights do not travel.
func TestCopyDropsSetuid(t *testing.T) {
	b := newCopyBench(t)
	b.put(b.from, "src/sh", []byte("x"), 0o755|os.ModeSetuid|os.ModeSetgid)
	if _, err := b.copy(-1); err != nil {
		t.Fatal(err)
	}
	if i, err := os.Stat(b.to + "/in/tree/sh"); err != nil || i.Mode() != 0o755 {
		t.Errorf("%v, %v", i, err)
	}
}

func TestCopyOnFullDisk(t *testing.T) {
	needed.Root(t, "mounting a small file system")
	for name, data := range map[string]int{"told before": 3 << 20, "seen while writing": 1<<20 - 4096*2} {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			b.put(b.from, "src/file", fill(data), 0o600)
			if err := unix.Mount("tmpfs", b.to, "tmpfs", 0, "size=1m"); err != nil {
				needed.Skip(t, err.Error())
			}
			t.Cleanup(func() { _ = unix.Unmount(b.to, unix.MNT_DETACH) })
			if name == "seen while writing" { // room for the announced bytes, taken by others meanwhile
				b.put(b.to, "in/"+partName("tree", b.order.Origin)+"/.keep", nil, 0o600)
				b.put(b.to, "other", fill(500_000), 0o600)
			}
			_, err := b.copy(-1)
			if engine.ClassOf(err) != engine.ClassSpace || engine.NextOf(err) == "" {
				t.Errorf("class %s, next %q: %v", engine.ClassOf(err), engine.NextOf(err), err)
			}
			if _, err := os.Lstat(b.to + "/in/tree"); err == nil {
				t.Error("half a tree has its real name")
			}
		})
	}
}
