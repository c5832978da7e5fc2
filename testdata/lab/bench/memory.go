package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"tidemark/testdata/lab/host"
)

// watch looks at the resident sets of the controller and of tidemark's processes on the lab's hosts until the
// returned function is called.
func (b *bench) watch(controller int) func() {
	hosts := map[string]bool{}
	for _, h := range b.lab.Hosts() {
		hosts[pidNamespace(host.PID(h))] = true
	}
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			b.controller = max(b.controller, highWater(controller))
			b.onNodes = max(b.onNodes, largestAgent(hosts))
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	return func() { close(stop); group.Wait() }
}

// largestAgent is the largest of tidemark's processes in these namespaces: sessions and tasks.
func largestAgent(namespaces map[string]bool) int64 {
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var most int64
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), "\x00agent\x00") {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err == nil && namespaces[pidNamespace(pid)] {
			most = max(most, highWater(pid))
		}
	}
	return most
}

func pidNamespace(pid int) string {
	link, _ := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	return link
}

// highWater is the largest resident set that a process had, in KiB; 0 when it is gone.
func highWater(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
	return n
}

// size is the program's and, of what ran before it, the memory.
func (b *bench) size() error {
	info, err := os.Stat(b.tidemark)
	if err != nil {
		return err
	}
	b.atMost("binary", info.Size(), 25)
	if b.onNodes == 0 {
		if _, err := b.tm("nodes"); err != nil {
			return err
		}
	}
	if b.onNodes == 0 || b.controller == 0 {
		return errors.New("no process of tidemark was seen on the nodes")
	}
	b.atMost("largest process on a node (resident, at most)", b.onNodes<<10, 40)
	b.atMost("controller with 3 nodes (resident, at most)", b.controller<<10, 80)
	return nil
}
