package backup

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"golang.org/x/sync/errgroup"

	"tidemark/engine"
)

// Depth is how deep a backup is verified.
type Depth string

// The depths: names and sizes; and the sha256 of every byte.
const (
	Sizes     Depth = "sizes"
	Checksums Depth = "checksums"
)

// Progress reports done of total bytes and the file at hand; see engine.Host.Progress.
type Progress func(done, total int64, text string)

// Damage is what is wrong with a backup: one line per file, sorted.
type Damage struct {
	Backup   string
	Problems []string
}

// Error names the first twenty problems in one line.
func (d *Damage) Error() string {
	const most = 20
	lines := d.Problems
	more := ""
	if len(lines) > most {
		lines, more = lines[:most], fmt.Sprintf("; and %d more", len(d.Problems)-most)
	}
	return fmt.Sprintf("backup %s is damaged: %s%s", d.Backup, strings.Join(lines, "; "), more)
}

// Verify compares the files below root (the source's directory in the store, through engine.Asker.Path) with the
// manifest: missing and surplus files, sizes, and with Checksums the sha256 of every file; and the manifest
// with the sums that verified.json and set.json hold. The error is a *Damage naming each file with what was
// expected and what was found. progress may be nil; it is called from one goroutine at a time.
func (m *Manifest) Verify(ctx context.Context, root string, depth Depth, progress Progress) error {
	return m.verify(ctx, root, depth, func(File) bool { return false }, progress)
}

// VerifyIn is Verify for the files of some keyspaces; those of others are not looked at.
func (m *Manifest) VerifyIn(ctx context.Context, root string, keyspaces []string, depth Depth) error {
	part, all := *m, map[string]fs.FileInfo{}
	part.Tables = nil
	for _, k := range merge(nil, keyspaces...) {
		part.Tables = append(part.Tables, m.In(k)...)
		found, err := walk(filepath.Join(root, dataName, k))
		if err != nil {
			return fmt.Errorf("backup %s: %w", m.Backup, err)
		}
		for rel, info := range found {
			all[filepath.Join(k, rel)] = info
		}
	}
	return part.compare(ctx, root, all, depth, func(File) bool { return false }, nil)
}

// verify takes the sha256 of those files as found that were read already.
func (m *Manifest) verify(ctx context.Context, root string, depth Depth, read func(File) bool, progress Progress) error {
	found, err := walk(filepath.Join(root, dataName))
	if err != nil {
		return fmt.Errorf("backup %s: %w", m.Backup, err)
	}
	return m.compare(ctx, root, found, depth, read, progress)
}

// compare holds what was found against the tables.
func (m *Manifest) compare(ctx context.Context, root string, found map[string]fs.FileInfo, depth Depth, read func(File) bool, progress Progress) error {
	problems := m.sealed(root)
	var intact []expected
	for _, want := range m.expected() {
		if p := want.compare(found); p != "" {
			problems = append(problems, p)
		} else {
			intact = append(intact, want)
		}
		delete(found, want.rel)
	}
	for rel := range found {
		problems = append(problems, surplusFile(rel))
	}
	if depth == Checksums {
		bad, err := checksums(ctx, root, slices.DeleteFunc(intact, func(e expected) bool { return read(e.File) }), progress)
		if err != nil {
			return fmt.Errorf("backup %s: %w", m.Backup, err)
		}
		problems = append(problems, bad...)
	}
	return m.damage(problems)
}

func (m *Manifest) damage(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	sort.Strings(problems)
	return engine.WithNext(engine.Fail(engine.ClassPrecondition, &Damage{m.Backup, problems}),
		"do not restore from it on this node: use another backup, or copy this one in again from another machine")
}

type expected struct {
	rel string
	File
}

func (m *Manifest) expected() []expected {
	var all []expected
	for _, t := range m.Tables {
		for _, f := range t.Files {
			all = append(all, expected{filepath.Join(t.Keyspace, t.Dir, f.Name), f})
		}
	}
	return all
}

func (e expected) compare(found map[string]fs.FileInfo) string {
	info, ok := found[e.rel]
	switch {
	case !ok:
		return fmt.Sprintf("%s: missing, expected %d bytes", e.rel, e.Size)
	case !info.Mode().IsRegular():
		return fmt.Sprintf("%s: expected a file, found %s", e.rel, info.Mode().Type())
	case info.Size() != e.Size:
		return fmt.Sprintf("%s: expected %d bytes, found %d", e.rel, e.Size, info.Size())
	}
	return ""
}

func surplusFile(rel string) string { return rel + ": surplus, not in the manifest" }

// walk lists everything below dir that is no directory; a data directory that is absent is empty.
func walk(dir string) (map[string]fs.FileInfo, error) {
	found := map[string]fs.FileInfo{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		found[rel], err = d.Info()
		return err
	})
	if err != nil && !exists(dir) {
		return found, nil
	}
	return found, err
}

// checksums reads the files on two workers: one disk and two cores are the smallest node there is.
func checksums(ctx context.Context, root string, files []expected, progress Progress) ([]string, error) {
	m := NewMeter(progress, total(files))
	bad := make([]string, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for i, f := range files {
		g.Go(func() error {
			_, sum, err := Hash(ctx, filepath.Join(root, dataName, f.rel), m.Add(f.rel))
			if err == nil && sum != f.SHA256 {
				bad[i] = fmt.Sprintf("%s: expected sha256 %s, found %s", f.rel, f.SHA256, sum)
			}
			return err
		})
	}
	err := g.Wait()
	return slices.DeleteFunc(bad, func(s string) bool { return s == "" }), err
}

func total(files []expected) int64 {
	var n int64
	for _, f := range files {
		n += f.Size
	}
	return n
}

// sealed compares the manifest with the sums noted when it was verified and when the set was sealed.
func (m *Manifest) sealed(root string) []string {
	var problems []string
	if v, err := ReadVerified(root); err != nil {
		problems = append(problems, err.Error())
	} else if v != nil && v.SHA256 != m.sum {
		problems = append(problems, fmt.Sprintf("%s: expected sha256 %s as verified at %s, found %s", manifestName, v.SHA256, v.Time.Format("2006-01-02 15:04:05Z"), m.sum))
	}
	s, err := ReadSeal(filepath.Dir(root))
	if err != nil {
		return append(problems, err.Error())
	}
	if s == nil || s.Node(m.Node) == nil {
		return problems
	}
	if sum := s.Node(m.Node).Manifest; sum != "" && sum != m.sum {
		problems = append(problems, fmt.Sprintf("%s: expected sha256 %s as sealed in %s, found %s", manifestName, sum, setName, m.sum))
	}
	return problems
}
