package backup

import (
	"bytes"
	"context"
	"crypto/sha1" // Cassandra's own digest up to 2.1, not ours to choose
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"tidemark/engine"
)

// verify compares a legacy backup with what it says of itself: each SSTable's Digest component with its Data
// component, and the components that its TOC names; Ellis' dump with its trailer. root is the
// backup's directory through engine.Asker.Path. Files without a digest are counted, not condemned.
func (l LegacyBackup) verify(ctx context.Context, root string, progress Progress) (checked int, err error) {
	if l.Component == "ellis" {
		return 1, l.damage(dumpTrailer(filepath.Join(root, "db_backup.sql")))
	}
	meter := NewMeter(progress, sizeOf(root))
	var problems []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		base := strings.TrimSuffix(path, componentOf(path))
		switch component := componentOf(path); {
		case strings.HasPrefix(component, "Digest."):
			checked++
			err = add(&problems, rel)(digest(ctx, path, base+"Data.db", strings.TrimPrefix(component, "Digest."), meter.Add(rel)))
		case component == "TOC.txt":
			err = add(&problems, rel)(contents(path, base))
		}
		return err
	})
	if err != nil {
		return checked, err
	}
	return checked, l.damage(problems)
}

func (l LegacyBackup) damage(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	sort.Strings(problems)
	return engine.WithNext(engine.Fail(engine.ClassPrecondition, &Damage{l.ID + " (" + l.Path + ")", problems}), "do not restore from it")
}

// add keeps a problem with its file's name; an error ends the walk.
func add(problems *[]string, rel string) func(string, error) error {
	return func(problem string, err error) error {
		if problem != "" {
			*problems = append(*problems, rel+": "+problem)
		}
		return err
	}
}

// componentOf is the last part of an SSTable's file name: "Data.db" of "ks-table-ka-1-Data.db".
func componentOf(path string) string {
	name := filepath.Base(path)
	return name[strings.LastIndexByte(name, '-')+1:]
}

// digest compares Data.db with its digest: decimal CRC-32 or Adler-32, or hexadecimal SHA-1, of the whole file.
func digest(ctx context.Context, path, data, algorithm string, read func(int64)) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	want, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	h, err := digester(algorithm)
	if err != nil {
		return err.Error(), nil
	}
	f, err := os.Open(data)
	if errors.Is(err, fs.ErrNotExist) {
		return "its " + filepath.Base(data) + " is missing", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := pass(ctx, h, f, read); err != nil {
		return "", err
	}
	if found := written(h); found != want {
		return fmt.Sprintf("expected %s %s of %s, found %s", algorithm, want, filepath.Base(data), found), nil
	}
	return "", nil
}

func digester(algorithm string) (hash.Hash, error) {
	switch algorithm {
	case "crc32":
		return crc32.NewIEEE(), nil
	case "adler32":
		return adler32.New(), nil
	case "sha1":
		return sha1.New(), nil // see the import
	}
	return nil, fmt.Errorf("unknown digest %q", algorithm)
}

func written(h hash.Hash) string {
	if h32, ok := h.(hash.Hash32); ok {
		return strconv.FormatUint(uint64(h32.Sum32()), 10)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// contents tells which components a TOC names that are not there.
func contents(toc, base string) (string, error) {
	text, err := os.ReadFile(toc)
	if err != nil {
		return "", err
	}
	var missing []string
	for component := range strings.FieldsSeq(string(text)) {
		if !exists(base + component) {
			missing = append(missing, component)
		}
	}
	if len(missing) == 0 {
		return "", nil
	}
	return "missing " + strings.Join(missing, ", "), nil
}

// dumpTrailer: a dump is whole only with "-- Dump completed" as its last non-empty line.
func dumpTrailer(path string) []string {
	const tail = 4096
	f, err := os.Open(path)
	if err != nil {
		return []string{err.Error()}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return []string{err.Error()}
	}
	buf := make([]byte, min(tail, info.Size()))
	if _, err := f.ReadAt(buf, info.Size()-int64(len(buf))); err != nil {
		return []string{err.Error()}
	}
	lines := bytes.Split(bytes.TrimSpace(buf), []byte("\n"))
	if last := lines[len(lines)-1]; !bytes.HasPrefix(last, []byte("-- Dump completed")) {
		return []string{"db_backup.sql: the dump is cut off: its last line is not \"-- Dump completed\""}
	}
	return nil
}
