package agent

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// denied are the system calls that change something which read-only mounts and Landlock leave open.
func denied() []string {
	return []string{
		"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
		"setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
		"utime", "utimes", "utimensat", "futimesat", "sethostname", "setdomainname", "setpriority", "ioprio_set",
		"mount", "umount2", "mount_setattr", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "pivot_root", "chroot",
		"setns", "unshare", "reboot", "swapon", "swapoff", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
		"settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "acct", "quotactl", "quotactl_fd", "bpf", "keyctl", "add_key", "request_key",
		"sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr", "process_vm_writev", "ptrace", "pidfd_getfd",
		// Memory, semaphores and queues that outlive who made them, and other processes' own.
		"shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
		"mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify",
		"name_to_handle_at", "open_by_handle_at",
		"flock",          // of the agent's own records as well; reading is enough for it
		"setsid",         // what a dry run starts is found by its session, and ended
		"io_uring_setup", // its requests are no system calls
	}
}

// deniedOthers are the calls that are allowed on the own process alone, pid 0: programs ask for their limits by it.
func deniedOthers() []string { return []string{"prlimit64"} }

// denySyscalls refuses them for all threads and all that they start.
func denySyscalls() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	var group seccomp.SyscallGroup
	group.Action = seccomp.ActionErrno | seccomp.Action(syscall.EPERM)
	for _, n := range denied() {
		if _, ok := info.SyscallNames[n]; ok {
			group.Names = append(group.Names, n)
		}
	}
	for _, n := range deniedOthers() {
		if _, ok := info.SyscallNames[n]; ok {
			other := seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.NotEqual, Value: 0}}
			group.NamesWithCondtions = append(group.NamesWithCondtions, seccomp.NameWithConditions{Name: n, Conditions: other})
		}
	}
	err = seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true, Flag: seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{group}},
	})
	if err != nil {
		return err
	}
	return denyUnknown(info)
}

// denyUnknown refuses what the list cannot name: the calls of another architecture, which a program may make as well and
// which have other numbers, and those that are newer than the table of names. Both look like a kernel without them.
func denyUnknown(info *arch.Info) error {
	newest := 0
	for n := range info.SyscallNumbers {
		newest = max(newest, n)
	}
	const load, equal, above, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K,
		unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{
		{Code: load, K: 4}, // the architecture
		{Code: equal, K: uint32(info.ID), Jf: 2},
		{Code: load, K: 0}, // the number
		{Code: above, K: uint32(newest), Jf: 1},
		{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{Code: answer, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	unsynced, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	runtime.KeepAlive(filter)
	switch {
	case errno != 0:
		return errno
	case unsynced != 0:
		return fmt.Errorf("thread %d has a filter of its own", unsynced)
	}
	return nil
}
