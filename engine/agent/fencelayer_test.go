package agent

import (
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"

	"tidemark/testdata/needed"
)

// refused is what the filter of system calls must refuse by itself, whatever else stands before it.
const refused = `chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat setxattr lsetxattr fsetxattr setxattrat removexattr
lremovexattr fremovexattr removexattrat utime utimes utimensat futimesat sethostname setdomainname setpriority ioprio_set mount umount2
mount_setattr move_mount open_tree fsopen fsconfig fsmount pivot_root chroot setns unshare reboot swapon swapoff kexec_load
kexec_file_load init_module finit_module delete_module settimeofday clock_settime clock_adjtime adjtimex acct quotactl quotactl_fd bpf
keyctl add_key request_key sched_setaffinity sched_setscheduler sched_setparam sched_setattr process_vm_writev ptrace pidfd_getfd
shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
name_to_handle_at open_by_handle_at flock setsid io_uring_setup prlimit64`

// layerMain raises one layer of the fence alone and prints what shows that it is there.
func layerMain(layer string) error {
	if layer == "capabilities" {
		if err := dropCapabilities(); err != nil {
			return err
		}
		return syscall.Exec("/bin/grep", []string{"grep", "^Cap[IPEB]", "/proc/self/status"}, nil)
	}
	if err := denySyscalls(); err != nil {
		return err
	}
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	const wrong = ^uintptr(0) // no call does anything with it
	for _, name := range strings.Fields(refused) {
		if n, ok := info.SyscallNames[name]; ok {
			if _, _, errno := syscall.RawSyscall6(uintptr(n), wrong, wrong, wrong, wrong, wrong, wrong); errno != syscall.EPERM {
				fmt.Println(name, errno)
			}
		}
	}
	for n := range info.SyscallNumbers {
		if _, known := info.SyscallNumbers[n+1]; !known && n > 400 {
			if _, _, errno := syscall.RawSyscall6(uintptr(n+1), wrong, wrong, wrong, wrong, wrong, wrong); errno != syscall.ENOSYS {
				fmt.Println("a newer one:", errno)
			}
		}
	}
	var own unix.Rlimit
	return unix.Prlimit(0, unix.RLIMIT_NOFILE, nil, &own) // what every program asks
}

func layer(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "/proc/self/exe", "agent", "layer", name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestEachCallIsRefused: the list of system calls stands for itself, without the mounts and Landlock before it.
func TestEachCallIsRefused(t *testing.T) {
	if got := layer(t, "calls"); got != "" {
		t.Errorf("not refused:\n%s", got)
	}
	for _, name := range slices.Concat(denied(), deniedOthers()) {
		if !slices.Contains(strings.Fields(refused), name) {
			t.Errorf("%s is refused, and not looked at here", name)
		}
	}
}

// TestCapabilitiesAreDropped: also for the programs that a plan starts.
func TestCapabilitiesAreDropped(t *testing.T) {
	needed.Root(t, "capabilities")
	lines := strings.Split(strings.TrimSpace(layer(t, "capabilities")), "\n")
	for _, line := range lines {
		if want := fmt.Sprintf("%016x", 1<<unix.CAP_DAC_READ_SEARCH|1<<unix.CAP_SYS_PTRACE); !strings.HasSuffix(line, want) {
			t.Errorf("%s, want %s", line, want)
		}
	}
	if len(lines) != 4 {
		t.Error(lines)
	}
}

// TestAnotherProcessOfTheSameID: an id that was given anew, or that of another boot or container, is not the task's.
func TestAnotherProcessOfTheSameID(t *testing.T) {
	lead := leader(t)
	if list, err := lead.members(); err != nil || len(list) != 1 || !lead.alive() {
		t.Errorf("its session: %v, %v", list, err)
	}
	for what, change := range map[string]func(*Process){
		"another start": func(p *Process) { p.Start++ }, "another boot": func(p *Process) { p.Boot += "x" }, "another first process": func(p *Process) { p.Init++ },
	} {
		other := lead
		change(&other)
		if other.alive() {
			t.Errorf("%s: taken for alive", what)
		}
		if list, err := other.members(); err != nil || len(list) > 0 {
			t.Errorf("%s: %v, %v", what, list, err)
		}
	}
}

// leader is a process with a session of its own: that of the tests may be led by one outside of their container, with id 0.
func leader(t *testing.T) Process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "300")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	s, err := stat(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	me, err := self()
	if err != nil {
		t.Fatal(err)
	}
	return Process{PID: cmd.Process.Pid, Start: s.start, Boot: me.Boot, Init: me.Init}
}

// TestWhatAPlanLeavesIsEnded: by its session, where it has no process ids of its own.
func TestWhatAPlanLeavesIsEnded(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!")
	contained(cmd)
	cmd.SysProcAttr.Cloneflags = 0
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || dead(pid) {
		t.Fatal("nothing was left", err)
	}
	if err := sweep(cmd); err != nil || !dead(pid) {
		t.Errorf("%d lives: %v", pid, err)
	}
}
