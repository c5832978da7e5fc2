package agent

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// raiseFence takes from this process, for good, the means to change the node's files and processes: as root every
// mount of its own mount namespace becomes read-only (Landlock alone lets root chmod, chown, utime and setxattr);
// then Landlock, then the capabilities, then the system calls. It names what held and what stays open. The order
// matters: mount is refused under Landlock. Without any fence for files the dry run is refused.
func raiseFence() (held, open []string, err error) {
	open = []string{
		"servers: only the commands and statements listed as probes were sent", "network connections are possible",
		"locks for reading (fcntl) on files, while the dry run lasts",
	}
	root := os.Geteuid() == 0
	if root {
		if err := readOnlyMounts(); err != nil {
			return nil, nil, engine.Failf(engine.ClassPrecondition, "fence: read-only mounts: %w", err)
		}
		held = append(held, "read-only mounts", "own process ids")
	}
	if abi, err := ll.LandlockGetABIVersion(); err == nil && abi > 0 {
		if err := restrictPaths(); err != nil {
			return nil, nil, engine.Failf(engine.ClassPrecondition, "fence: landlock: %w", err)
		}
		held, open = append(held, fmt.Sprintf("landlock (ABI %d)", abi)), append(open, beyond(abi, root)...)
	} else {
		open = append(open, "this kernel has no Landlock: files of another mount namespace can be written through /proc")
	}
	if len(held) == 0 {
		return nil, nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "fence: this kernel has no Landlock and this user is not root"), "plan as root (become: root)")
	}
	if root {
		if err := dropCapabilities(); err != nil {
			return nil, nil, engine.Failf(engine.ClassPrecondition, "fence: capabilities: %w", err)
		}
		held = append(held, "capabilities dropped")
	}
	if err := denySyscalls(); err != nil {
		return nil, nil, engine.Failf(engine.ClassPrecondition, "fence: seccomp: %w", err)
	}
	return append(held, "seccomp"), open, nil
}

// readOnlyMounts works on the mount namespace that this process was started in, which is its own.
func readOnlyMounts() error {
	return unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY, Propagation: unix.MS_PRIVATE})
}

func restrictPaths() error {
	files := landlock.AccessFSSet(ll.AccessFSIoctlDev<<1 - 1)
	signals := landlock.ScopedSet(ll.ScopeSignal)
	c, err := landlock.NewConfig(files, signals)
	if err != nil {
		return err
	}
	return c.BestEffort().Restrict(landlock.RODirs("/"), landlock.RWFiles("/dev/null"))
}

// beyond names what Landlock of this version leaves open: it learnt devices with 5, signals with 6. Root's processes are
// out of sight without it.
func beyond(abi int, root bool) (open []string) {
	if abi < 5 {
		open = append(open, "orders to devices (ioctl)")
	}
	if abi < 6 && !root {
		open = append(open, "signals to processes of this user")
	}
	return open
}

// kept are the capabilities that reading needs: other users' files and other users' processes in /proc.
func kept() []uintptr {
	return []uintptr{unix.CAP_DAC_READ_SEARCH, unix.CAP_SYS_PTRACE}
}

// dropCapabilities empties the bounding set first, so that programs started as root do not get them back.
func dropCapabilities() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if slices.Contains(kept(), c) {
			continue
		}
		if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0); errno != 0 && errno != unix.EINVAL {
			return errno
		}
	}
	var bits uint64
	for _, c := range kept() {
		bits |= 1 << c
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{}
	for i := range data {
		part := uint32(bits >> (32 * i))
		data[i] = unix.CapUserData{Effective: part, Permitted: part, Inheritable: part}
	}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&data[0])), 0)
	if errno != 0 {
		return errno
	}
	return nil
}
