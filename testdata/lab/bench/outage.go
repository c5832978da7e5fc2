package main

import (
	"sync"
	"time"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/site"
)

// restart drains, stops and starts all nodes at once, with monit looking away.
func (b *bench) restart() error {
	err := site.Together(b.lab.Vellums(), func(h site.Host) error {
		if err := b.putScript(h, "restart.sh"); err != nil {
			return err
		}
		if _, err := b.on(h, "monit", "unmonitor", "-g", "cassandra"); err != nil {
			return err
		}
		_, err := b.on(h, append([]string{"sh", "/root/restart.sh"}, h.InCassandraNetns()...)...)
		return err
	})
	if err != nil {
		return err
	}
	if err := cluster.Wait(b.lab, 3*time.Minute, b.say); err != nil {
		return err
	}
	return site.Together(b.lab.Vellums(), func(h site.Host) error {
		_, err := b.on(h, "monit", "monitor", "-g", "cassandra")
		return err
	})
}

// without is the longest time for which one node did not answer CQL while do ran, asked every 50 ms.
func (b *bench) without(do func() error) (time.Duration, error) {
	stop := make(chan struct{})
	downs := make([]time.Duration, len(b.lab.Vellums()))
	var group sync.WaitGroup
	for i, h := range b.lab.Vellums() {
		group.Go(func() { downs[i] = silence(h, stop) })
	}
	err := do()
	close(stop)
	group.Wait()
	var most time.Duration
	for _, d := range downs {
		most = max(most, d)
	}
	b.say("  without CQL: %v (load %s)", downs, load())
	return most, err
}

// silence is the longest time between two answers.
func silence(h site.Host, stop <-chan struct{}) time.Duration {
	var longest time.Duration
	answered := time.Now()
	for {
		if cluster.CQL(h) == nil {
			longest = max(longest, time.Since(answered))
			answered = time.Now()
		}
		select {
		case <-stop:
			return max(longest, time.Since(answered))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
