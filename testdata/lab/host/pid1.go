package host

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/testdata/lab/site"
)

// PID1 is the life of a host: its root, its first start, its services; then
// it reaps what others left until SIGTERM ends it all.
func PID1(lab *site.Lab, h site.Host) error {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	files, err := files(lab, h)
	if err != nil {
		return err
	}
	if err := enterRoot(lab, h); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(h.Name)); err != nil {
		return err
	}
	reaper := newReaper()
	if err := provision(files, reaper.run); err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	if err := reaper.run("/etc/lab/rc", "start"); err != nil {
		return err
	}
	fmt.Println("up")
	<-terminate
	fmt.Println("shutting down")
	err = reaper.run("/etc/lab/rc", "stop")
	endAll()
	unix.Sync()
	return err
}

// endAll ends what the services left behind, first politely.
func endAll() {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = syscall.Kill(-1, sig)
		for range 40 {
			if !othersLive() {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func othersLive() bool {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	for _, n := range names {
		if first := n.Name()[0]; n.Name() != "1" && first >= '1' && first <= '9' {
			return true
		}
	}
	return false
}
