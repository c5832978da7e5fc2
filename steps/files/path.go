package files

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// checkPath refuses what does not name exactly one place below the root, in its one spelling.
func checkPath(key, p string) error {
	switch {
	case p == "":
		return fmt.Errorf("%s is empty", key)
	case strings.ContainsRune(p, 0):
		return fmt.Errorf("%s %q holds a NUL byte", key, p)
	case !strings.HasPrefix(p, "/"):
		return fmt.Errorf("%s %s is relative: write it from the root, like /var/lib/…", key, show(p))
	case slices.Contains(strings.Split(p, "/"), ".."):
		return fmt.Errorf("%s %s goes up (..): write the path it leads to", key, show(p))
	case path.Clean(p) == "/":
		return fmt.Errorf("%s is /, the whole system", key)
	case path.Clean(p) != p:
		return fmt.Errorf("%s %s: write it as %s", key, show(p), show(path.Clean(p)))
	}
	return nil
}

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

// show writes a path for people; one that could deceive a terminal or a reader is quoted.
func show(p string) string {
	if q := strconv.Quote(p); q != `"`+p+`"` || strings.ContainsAny(p, " ") {
		return q
	}
	return p
}

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
		return engine.WithNext(engine.Fail(engine.ClassSpace, err), "free space on its file system, then resume")
	}
	return engine.Fail(engine.ClassIO, err)
}
