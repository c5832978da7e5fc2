package agent

import (
	"io/fs"
	"slices"
	"strings"

	"tidemark/engine"
)

// ProgramFiles reads the files of a kind's directory in the order of their names. Names that begin with a dot and
// what Python leaves in __pycache__ are no part of it. Anything but a file or a directory is refused, as is more than
// may travel.
func ProgramFiles(dir fs.FS) ([]engine.ProgramFile, error) {
	var out []engine.ProgramFile
	total := int64(0)
	err := fs.WalkDir(dir, ".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != "." && (e.Name()[0] == '.' || e.Name() == "__pycache__"):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		}
		f, err := programFile(dir, path, e, &total)
		if err == nil && len(out) == engine.MaxProgramFiles {
			err = engine.Failf(engine.ClassPrecondition, "more than %d files", engine.MaxProgramFiles)
		}
		out = append(out, f)
		return err
	})
	slices.SortFunc(out, func(a, b engine.ProgramFile) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func programFile(dir fs.FS, path string, e fs.DirEntry, total *int64) (engine.ProgramFile, error) {
	info, err := e.Info()
	if err != nil {
		return engine.ProgramFile{}, err
	}
	if !info.Mode().IsRegular() {
		return engine.ProgramFile{}, engine.Failf(engine.ClassPrecondition, "%s is a %s, not a file", path, kindOfFile(info.Mode()))
	}
	if *total += info.Size(); *total > engine.MaxProgramBytes {
		return engine.ProgramFile{}, engine.Failf(engine.ClassPrecondition, "more than %d bytes in all (at %s)", engine.MaxProgramBytes, path)
	}
	data, err := fs.ReadFile(dir, path)
	return engine.ProgramFile{Name: path, Exec: info.Mode()&0o100 != 0, Data: data}, err
}

func kindOfFile(m fs.FileMode) string {
	if m&fs.ModeSymlink != 0 {
		return "symlink"
	}
	return "special file"
}
