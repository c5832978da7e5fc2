package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gocql/gocql"
	"golang.org/x/sync/errgroup"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/site"
)

const (
	blobSize = 64 << 10
	replicas = 2
)

// fill writes call records that nothing compresses until every node has about that many MiB, and flushes them.
func (b *bench) fill(from, to int) (int, error) {
	session, err := cluster.Session(b.lab, gocql.Quorum)
	if err != nil {
		return from, err
	}
	defer session.Close()
	rows := to << 20 / blobSize * len(b.lab.Vellums()) / replicas
	b.say("  writes %d rows of %d KiB: %d MiB on each node", rows-from, blobSize>>10, to)
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(8)
	for i := from; i < rows; i++ {
		group.Go(func() error { return write(ctx, session, i) })
	}
	if err := group.Wait(); err != nil {
		return from, err
	}
	return rows, together(b.lab.Vellums(), b.settle)
}

func write(ctx context.Context, session *gocql.Session, i int) error {
	blob := make([]byte, blobSize)
	_, _ = crand.Read(blob)
	// A key in a thousand partitions: no node gets much more than another.
	key := fmt.Sprintf("sip:%d@bench.example.com", i%1000)
	var err error
	for range 10 {
		err = session.Query("INSERT INTO memento.call_lists (impu, column1, value) VALUES (?, ?, ?)", key, fmt.Sprintf("call_%08d", i), blob).
			WithContext(ctx).Exec()
		if err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}

// settle flushes a node and waits until it compacts no more.
func (b *bench) settle(h site.Host) error {
	if _, err := b.on(h, h.InCassandraNetns("nodetool", "flush")...); err != nil {
		return err
	}
	for range 120 {
		out, err := b.on(h, h.InCassandraNetns("nodetool", "compactionstats")...)
		if err != nil {
			return err
		}
		if strings.Contains(out, "pending tasks: 0") {
			return nil
		}
		time.Sleep(time.Second)
	}
	return errors.New(h.Name + ": compactions do not end")
}
