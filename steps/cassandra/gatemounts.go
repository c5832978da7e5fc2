package cassandra

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// mountOf tells mounts apart. The device number alone does not: a bind mount has the same, and a rename across it
// fails all the same.
func mountOf(path string) (string, error) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st)
	if err != nil {
		return "", &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	if st.Mask&unix.STATX_MNT_ID == 0 {
		return fmt.Sprintf("device %d:%d", st.Dev_major, st.Dev_minor), nil
	}
	return fmt.Sprintf("mount %d of device %d:%d", st.Mnt_id, st.Dev_major, st.Dev_minor), nil
}

// exchangeable lists why directories could not be exchanged by one rename: the data directory, or a directory in it,
// is a mount of its own or a symbolic link.
func exchangeable(a engine.Asker, c cassconf.Config, keyspaces []string) ([]string, error) {
	var found []string
	for _, d := range c.DataDirs {
		for _, staging := range []string{filepath.Dir(d), filepath.Join(filepath.Dir(d), ownDir)} {
			why, err := oneMount(a, d, staging)
			if err != nil {
				return nil, err
			}
			if why != "" {
				found = append(found, why+fmt.Sprintf(": mount one level higher and keep the data in %s below it, then name that in data_file_directories", filepath.Join(d, "data")))
				break
			}
		}
		inside, err := insideOneMount(a, d, keyspaces)
		if err != nil {
			return nil, err
		}
		found = append(found, inside...)
	}
	for _, d := range []string{c.Hints, c.SavedCaches} {
		why, err := oneMount(a, d, filepath.Dir(d))
		if err != nil {
			return nil, err
		}
		if why != "" {
			found = append(found, why+": its files could not be moved beside it by rename; keep it in a subdirectory of that mount")
		}
	}
	return found, nil
}

// oneMount compares two directories; one that does not exist is no finding here.
func oneMount(a engine.Asker, x, y string) (string, error) {
	mx, errx := mountOf(a.Path(x))
	my, erry := mountOf(a.Path(y))
	if errors.Is(errx, fs.ErrNotExist) || errors.Is(erry, fs.ErrNotExist) {
		return "", nil
	}
	if err := errors.Join(errx, erry); err != nil {
		return "", engine.Fail(engine.ClassIO, err)
	}
	if mx != my {
		return fmt.Sprintf("%s and %s are not on one mount (%s, %s)", x, y, mx, my), nil
	}
	return "", nil
}

func insideOneMount(a engine.Asker, dataDir string, keyspaces []string) ([]string, error) {
	var found []string
	for _, k := range keyspaces {
		dirs, err := names(a.Path(filepath.Join(dataDir, k)))
		if err != nil {
			return nil, engine.Fail(engine.ClassIO, err)
		}
		for _, rel := range append([]string{k}, prefixed(k, dirs)...) {
			path := filepath.Join(dataDir, rel)
			info, err := os.Lstat(a.Path(path))
			if err == nil && info.Mode()&fs.ModeSymlink != 0 {
				found = append(found, path+" is a symbolic link: put the directory itself there, with Cassandra stopped")
				continue
			}
			why, err := oneMount(a, dataDir, path)
			if err != nil {
				return nil, err
			}
			if why != "" {
				found = append(found, why+": unmount it and put its files into the directory, with Cassandra stopped")
				continue
			}
			others, err := ofOthers(a, path)
			if err != nil {
				return nil, err
			}
			found = append(found, others...)
		}
	}
	return found, nil
}

// ofOthers looks at what an exchange gives back to the live table: a mount cannot be renamed, and would leave it half-way.
func ofOthers(a engine.Asker, table string) ([]string, error) {
	var found []string
	for _, name := range givenBack() {
		path := filepath.Join(table, name)
		if info, err := os.Lstat(a.Path(path)); err != nil || !info.IsDir() {
			continue // not there; or a link, which is renamed as any file
		}
		why, err := oneMount(a, table, path)
		if err != nil {
			return nil, err
		}
		if why != "" {
			found = append(found, why+": unmount it until the restore is released or undone")
		}
	}
	return found, nil
}

func prefixed(dir string, files []string) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = filepath.Join(dir, f)
	}
	return out
}
