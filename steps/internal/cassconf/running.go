package cassconf

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"tidemark/engine"
)

// FactRunning is the key of the fact that Running probes.
const FactRunning = "cassandra.running"

// The values of FactRunning. Unclear is neither: starting, stopping, drained, or hung.
const (
	Runs    = "true"
	Stopped = "false"
	Unclear = "neither serving nor stopped"
)

// Running probes FactRunning from evidence alone: Runs when CQL accepts connections, Stopped when no port of
// Cassandra's is open and no process of its lives, else Unclear.
func Running(ctx context.Context, a engine.Asker) (string, error) {
	c, err := Read(a, "")
	if err != nil {
		return "", err
	}
	open, err := a.Listens(ctx, engine.Signaling, c.CQLAddress())
	if err != nil {
		return "", err
	}
	if open {
		return Runs, nil
	}
	standing, err := c.Standing(ctx, a)
	if err != nil {
		return "", err
	}
	if len(standing) > 0 {
		return Unclear, nil
	}
	return Stopped, nil
}

// Standing lists what of Cassandra still stands on the node, each as words for people: its open ports, its
// processes. None means stopped, whatever monit or a pid file say.
func (c Config) Standing(ctx context.Context, a engine.Asker) ([]string, error) {
	var out []string
	for _, address := range c.Ports() {
		open, err := a.Listens(ctx, engine.Signaling, address)
		if err != nil {
			return nil, err
		}
		if open {
			out = append(out, "port "+address+" is open")
		}
	}
	pids, err := Processes(a)
	for _, pid := range pids {
		out = append(out, fmt.Sprintf("process %d lives", pid))
	}
	return out, err
}

// daemonClass is the main class of every Cassandra server, an argument of its own in the process's command line.
const daemonClass = "org.apache.cassandra.service.CassandraDaemon"

// Processes lists the pids of Cassandra servers on the node in order. A pid file may be gone or stale, the
// command line in /proc is not.
func Processes(a engine.Asker) ([]int, error) {
	lines, err := filepath.Glob(a.Path("/proc") + "/[0-9]*/cmdline")
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	var pids []int
	for _, line := range lines {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		if err == nil && isDaemon(line) {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, nil
}

// isDaemon looks at one command line. A process that ends meanwhile has none, and is none.
func isDaemon(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(bytes.Split(data, []byte{0}), func(arg []byte) bool { return string(arg) == daemonClass })
}
