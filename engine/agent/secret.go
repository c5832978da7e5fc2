package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// withFiles reads the secrets that lie on this node. What comes out goes into a pipe to the task, and nowhere else.
// A task that lacks a secret is refused before its process starts.
func withFiles(s engine.TaskSpec) (engine.TaskSpec, error) {
	s.Secrets = maps.Clone(s.Secrets)
	for _, name := range s.Needs {
		secret, ok := s.Secrets[name]
		if !ok {
			return s, engine.Failf(engine.ClassPrecondition, "the secret %q did not come with the task", name)
		}
		if secret.NodeFile == "" {
			continue
		}
		value, err := readSecret(secret.NodeFile)
		if err == nil {
			err = engine.CheckSecret(name, value)
		}
		if err != nil {
			return s, engine.Fail(engine.ClassPrecondition, fmt.Errorf("secret %q: %w", name, err))
		}
		s.Secrets[name] = engine.Secret{Value: value}
	}
	return s, nil
}

func valuesOf(s engine.TaskSpec) map[string][]byte {
	out := make(map[string][]byte, len(s.Secrets))
	for name, secret := range s.Secrets {
		out[name] = secret.Value
	}
	return out
}

// readSecret reads a file that only its owner and its group can read; one line end at its end is not part of it.
func readSecret(path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("%s is no absolute path", path)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link: name the file itself", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := guarded(path, info); err != nil {
		return nil, err
	}
	value, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return cutLine(value), err
}

// guarded refuses a file that others may read or that others may have written.
func guarded(path string, info fs.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular() || !ok:
		return fmt.Errorf("%s is no regular file", path)
	case info.Mode().Perm()&0o007 != 0:
		return engine.WithNext(fmt.Errorf("%s has mode %04o: every user of the node can read or change it", path, info.Mode().Perm()), "chmod o-rwx "+path+", and change the secret: it may be known")
	case info.Mode().Perm()&0o020 != 0:
		return engine.WithNext(fmt.Errorf("%s has mode %04o: its group can change it", path, info.Mode().Perm()), "chmod g-w "+path)
	case owner.Uid != 0 && int(owner.Uid) != os.Geteuid():
		return engine.WithNext(fmt.Errorf("%s belongs to user %d, not to root or the agent's user", path, owner.Uid), "chown root "+path)
	}
	return nil
}

// cutLine takes one line end away, which editors and programs add.
func cutLine(value []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
}
