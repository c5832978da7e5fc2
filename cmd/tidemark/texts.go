package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

// texts reads the files that args name: files by read, of directories every *.yaml and *.yml below that is a text
// of tidemark by its first key. A note names the others. Directories with a dot in front are left out.
func (a *app) texts(args []string, read func(string) (schema.Source, error)) ([]schema.Source, error) {
	var out []schema.Source
	var others []string
	for _, arg := range args {
		if info, err := os.Stat(arg); err != nil || !info.IsDir() {
			src, err := read(arg)
			if err != nil {
				return nil, err
			}
			out = append(out, src)
			continue
		}
		found, strange, err := textsBelow(arg)
		if err != nil {
			return nil, &usage{err}
		}
		out, others = append(out, found...), append(others, strange...)
	}
	if len(others) > 0 {
		a.say("note: not checked, because its first key is none of tidemark: %s", view.NodeList(others))
	}
	return out, nil
}

// textsBelow reads the texts of tidemark below a directory, in the order of their paths, and names the other YAML files.
func textsBelow(dir string) (texts []schema.Source, others []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != dir:
			return filepath.SkipDir
		case e.IsDir() || filepath.Ext(path) != yamlExt && filepath.Ext(path) != ".yml":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if schema.Sort(data) == "" && dueIn(path) == "" {
			others = append(others, path)
		} else {
			texts = append(texts, schema.Source{Name: path, Data: data})
		}
		return nil
	})
	return texts, others, err
}

// dueIn is the sort of text that is due in the directory of a path, by its name; "" is any.
func dueIn(path string) string {
	return map[string]string{"runbooks": "runbook", "overlays": "overlay", "include": "include", "kinds": "kind"}[filepath.Base(filepath.Dir(path))]
}

// sortOf tells the sort of a text by its first key, else by the directory that it lies in.
func sortOf(src schema.Source) string { return cmp.Or(schema.Sort(src.Data), dueIn(src.Name)) }

// readText reads a file that was named.
func readText(path string) (schema.Source, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return schema.Source{}, usagef("", "file %s is not there%s", path, meant(path, neighbours(path)))
	}
	if err != nil {
		return schema.Source{}, &usage{err}
	}
	return schema.Source{Name: path, Data: data}, nil
}

// replaceFile puts data in the place of a file in one step; its mode and its owner stay.
func replaceFile(path string, data []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer f.Cleanup() //nolint:errcheck // after the rename there is nothing to clean
	if err := keepOwner(f.File, info); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.CloseAtomicallyReplace()
}

// keepOwner gives f the owner and the mode of another file.
func keepOwner(f *os.File, like fs.FileInfo) error {
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	own, ok := mine.Sys().(*syscall.Stat_t)
	other, both := like.Sys().(*syscall.Stat_t)
	if ok && both && (own.Uid != other.Uid || own.Gid != other.Gid) {
		if err := f.Chown(int(other.Uid), int(other.Gid)); err != nil {
			return err
		}
	}
	return f.Chmod(like.Mode().Perm())
}
