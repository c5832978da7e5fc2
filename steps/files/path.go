package files

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
)

// isSystem tells whether p is one of the directories right below the root that hold the system together.
func isSystem(p string) bool {
	names := []string{
		"bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root",
		"run", "sbin", "srv", "sys", "tmp", "usr", "var",
	}
	return slices.Contains(names, strings.TrimPrefix(p, "/"))
}

// below tells whether p lies below dir.
func below(p, dir string) bool { return strings.HasPrefix(p, dir+"/") }

// show writes a path for people.
func show(p string) string { return argument.Show(p) }

// refuse is a failure of what was asked for, with the next thing to do.
func refuse(next, format string, args ...any) error {
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, format, args...), next)
}

// failed classes what the system answered about p.
func failed(p string, err error) error {
	err = fmt.Errorf("%s: %w", show(p), err)
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return engine.WithNext(engine.Fail(engine.ClassPrecondition, err), "let the step run as root (become: root for the node), or grant the right")
	case errors.Is(err, unix.EROFS):
		return engine.WithNext(engine.Fail(engine.ClassPrecondition, err), "mount its file system for writing")
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return engine.WithNext(engine.Fail(engine.ClassSpace, err), "free space on its file system")
	}
	return engine.Fail(engine.ClassIO, err)
}
