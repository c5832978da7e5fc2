package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/site"
)

func imagePath(h site.Host) string { return filepath.Join(h.Dir, "disk.img") }

// makeDisk makes the host's disk: a sparse ext4 image.  A journal of its own
// makes many small files fast, and a full disk stays inside the image.
func makeDisk(lab *site.Lab, h site.Host) error {
	path := imagePath(h)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(h.Dir, 0o755); err != nil {
		return err
	}
	temp := path + ".new"
	_, err := command.Run("mkfs.ext4", "-q", "-F", "-m", "0",
		"-E", "lazy_itable_init=1,lazy_journal_init=1", temp, fmt.Sprintf("%dG", lab.DiskGB))
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// mountDisk mounts the host's image in the host's own mount namespace only and
// leaves the loop device to the mount: both go with the host's last process.
func mountDisk(h site.Host) (string, error) {
	where := filepath.Join(h.Dir, "disk")
	if err := os.MkdirAll(where, 0o755); err != nil {
		return "", err
	}
	device, err := command.Run("losetup", "--direct-io=on", "-f", "--show", imagePath(h))
	if err != nil {
		return "", err
	}
	device = strings.TrimSpace(device)
	mountErr := unix.Mount(device, where, "ext4", unix.MS_NOATIME, "")
	_, err = command.Run("losetup", "-d", device)
	return where, errors.Join(mountErr, err)
}

// usual are the names at / that a host shows; whatever else the machine has
// there is hidden.
var usual = " bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var "

// empty are the directories that start without what the machine has in them.
var empty = []string{
	"/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var/log", "/var/tmp", "/etc/clearwater", "/etc/tidemark",
	"/usr/share/clearwater", "/var/lib/cassandra", "/var/lib/etcd", "/var/lib/monit", "/var/lib/mysql",
	"/var/lib/tidemark", "/var/lib/tidemark-lab", "/var/cache/tidemark-lab",
}

// prepareUpper lays out the upper layer before its first mount.
func prepareUpper(disk string) (string, error) {
	upper := filepath.Join(disk, "upper")
	if _, err := os.Stat(filepath.Join(disk, "prepared")); err == nil {
		return upper, nil
	}
	for _, dir := range []string{upper, filepath.Join(disk, "work")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
	}
	for _, dir := range empty {
		if err := opaque(upper, dir); err != nil {
			return "", err
		}
	}
	if err := hideUnusual(upper); err != nil {
		return "", err
	}
	return upper, os.WriteFile(filepath.Join(disk, "prepared"), nil, 0o644)
}

func opaque(upper, dir string) error {
	if err := mirror(upper, dir); err != nil {
		return err
	}
	if err := unix.Setxattr(filepath.Join(upper, dir), "trusted.overlay.opaque", []byte("y"), 0); err != nil {
		return fmt.Errorf("opaque %s: %w", dir, err)
	}
	return nil
}

// mirror makes dir and its parents in the upper layer with the owner and mode
// that the machine's have: the upper layer's win in the merged view.
func mirror(upper, dir string) error {
	if dir == "/" {
		return nil
	}
	if err := mirror(upper, filepath.Dir(dir)); err != nil {
		return err
	}
	path := filepath.Join(upper, dir)
	if err := os.Mkdir(path, 0o755); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		owner := info.Sys().(*syscall.Stat_t)
		return errors.Join(os.Chown(path, int(owner.Uid), int(owner.Gid)), os.Chmod(path, info.Mode()))
	}
	return nil
}

func hideUnusual(upper string) error {
	names, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	for _, n := range names {
		if strings.Contains(usual, " "+n.Name()+" ") {
			continue
		}
		// 0/0 is overlayfs' mark of a name that is not there.
		err := unix.Mknod(filepath.Join(upper, n.Name()), unix.S_IFCHR, 0)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("hide /%s: %w", n.Name(), err)
		}
	}
	return nil
}
