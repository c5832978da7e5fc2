package host

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// reaper waits for every child there is: the host's own services and whatever
// orphan the kernel hands to pid 1.  So nothing here may use os/exec, which
// would wait for its children itself.
type reaper struct {
	mu      sync.Mutex
	waiting map[int]chan syscall.WaitStatus
}

func newReaper() *reaper {
	r := &reaper{waiting: map[int]chan syscall.WaitStatus{}}
	child := make(chan os.Signal, 1)
	signal.Notify(child, syscall.SIGCHLD)
	go func() {
		for range child {
			r.reap()
		}
	}()
	return r
}

func (r *reaper) reap() {
	// Held over wait4: a child started meanwhile is registered before it is reaped.
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if done := r.waiting[pid]; done != nil {
			delete(r.waiting, pid)
			done <- status
		}
	}
}

func (r *reaper) run(argv ...string) error {
	done, err := r.start(argv)
	if err != nil {
		return err
	}
	if status := <-done; status != 0 {
		return fmt.Errorf("%v: status %#x", argv, status)
	}
	return nil
}

func (r *reaper) start(argv []string) (chan syscall.WaitStatus, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	process, err := os.StartProcess(argv[0], argv, &os.ProcAttr{
		Env: environment(), Files: []*os.File{null, os.Stdout, os.Stderr},
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, err
	}
	done := make(chan syscall.WaitStatus, 1)
	r.waiting[process.Pid] = done
	_ = process.Release()
	return done, nil
}
