package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/network"
	"tidemark/testdata/lab/site"
)

// enterRoot builds the host's root file system and makes it this process's.
func enterRoot(lab *site.Lab, h site.Host) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	disk, err := mountDisk(h)
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	root, err := mountOverlay(h, disk)
	if err != nil {
		return err
	}
	for _, step := range []func(string) error{
		mountKernel, makeDevices,
		func(root string) error { return bindJars(lab, h, root) },
		func(root string) error { return bindSignaling(h, root) },
		pivot,
	} {
		if err := step(root); err != nil {
			return err
		}
	}
	return nil
}

func mountOverlay(h site.Host, disk string) (string, error) {
	upper, err := prepareUpper(disk)
	if err != nil {
		return "", err
	}
	root := filepath.Join(h.Dir, "root")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	options := fmt.Sprintf("lowerdir=/,upperdir=%s,workdir=%s", upper, filepath.Join(disk, "work"))
	if err := unix.Mount("overlay", root, "overlay", 0, options); err != nil {
		return "", fmt.Errorf("overlay of /: %w", err)
	}
	return root, nil
}

func mountKernel(root string) error {
	const still = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	for _, m := range []struct {
		kind, path string
		flags      uintptr
		options    string
	}{
		{"proc", "proc", still, ""},
		{"sysfs", "sys", still | unix.MS_RDONLY, ""},
		{"tmpfs", "run", unix.MS_NOSUID | unix.MS_NODEV, "mode=755"},
		{"tmpfs", "dev", unix.MS_NOSUID, "mode=755"},
		{"devpts", "dev/pts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5"},
		{"tmpfs", "dev/shm", unix.MS_NOSUID | unix.MS_NODEV, "mode=1777"},
	} {
		path := filepath.Join(root, m.path)
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, path, m.kind, m.flags, m.options); err != nil {
			return fmt.Errorf("mount /%s: %w", m.path, err)
		}
	}
	return nil
}

func makeDevices(root string) error {
	old := unix.Umask(0)
	defer unix.Umask(old)
	for name, device := range map[string]uint64{
		"null": unix.Mkdev(1, 3), "zero": unix.Mkdev(1, 5), "full": unix.Mkdev(1, 7),
		"random": unix.Mkdev(1, 8), "urandom": unix.Mkdev(1, 9), "tty": unix.Mkdev(5, 0),
	} {
		if err := unix.Mknod(filepath.Join(root, "dev", name), unix.S_IFCHR|0o666, int(device)); err != nil {
			return fmt.Errorf("/dev/%s: %w", name, err)
		}
	}
	for name, target := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(root, "dev", name)); err != nil {
			return err
		}
	}
	return nil
}

// bindJars shows Cassandra's jars read-only under the machine's own path: the
// class data archives are bound to it.
func bindJars(lab *site.Lab, h site.Host, root string) error {
	if h.Cassandra == "" {
		return nil
	}
	target := filepath.Join(root, lab.Jars())
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(lab.Jars(), target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s: %w", lab.Jars(), err)
	}
	return unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

// bindSignaling gives the host's second network namespace its name there.
func bindSignaling(h site.Host, root string) error {
	if !h.Signaling {
		return nil
	}
	dir := filepath.Join(root, "run/netns")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	target := filepath.Join(dir, site.Signaling)
	if err := os.WriteFile(target, nil, 0o444); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := unix.Mount(network.Path(h.SignalingNetns()), target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("namespace %s: %w", site.Signaling, err)
	}
	return nil
}

// pivot makes root this namespace's root and drops the machine's mounts.
// Afterwards mounts are shared, as systemd leaves them: what a fault mounts is
// seen below "ip netns exec", too.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the machine's root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}
