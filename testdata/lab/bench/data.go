package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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

// fill writes call records that nothing compresses until every node has at least that many MiB of them in files.
func (b *bench) fill(mib int) error {
	session, err := cluster.Session(b.lab, gocql.Quorum)
	if err != nil {
		return err
	}
	defer session.Close()
	for {
		have, err := b.sizes()
		if err != nil {
			return err
		}
		least := have[0]
		b.data = fmt.Sprintf("%d–%d MiB", least, have[len(have)-1])
		if least >= mib {
			return nil
		}
		rows := max(200, (mib-least)<<20/blobSize*len(b.lab.Vellums())/replicas)
		b.say("  the node with the least has %d MiB of %d: writes %d rows of %d KiB", least, mib, rows, blobSize>>10)
		if err := writeAll(session, rows); err != nil {
			return err
		}
		if err := site.Together(b.lab.Vellums(), b.settle); err != nil {
			return err
		}
	}
}

// sizes are those of the table on each node in MiB, sorted, without snapshots: tokens are random, and so nodes differ.
func (b *bench) sizes() ([]int, error) {
	var all []int
	for _, h := range b.lab.Vellums() {
		out, err := b.on(h, "sh", "-euc", "cd /var/lib/cassandra/data/memento; find . -maxdepth 2 -name '*-Data.db' -printf '%s\n'")
		if err != nil {
			return nil, err
		}
		sum := 0
		for _, size := range strings.Fields(out) {
			n, err := strconv.Atoi(size)
			if err != nil {
				return nil, err
			}
			sum += n
		}
		all = append(all, sum>>20)
	}
	slices.Sort(all)
	return all, nil
}

func writeAll(session *gocql.Session, rows int) error {
	from := time.Now().UnixNano()
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(16)
	for i := range rows {
		group.Go(func() error { return write(ctx, session, from+int64(i)) })
	}
	return group.Wait()
}

func write(ctx context.Context, session *gocql.Session, i int64) error {
	blob := make([]byte, blobSize)
	_, _ = crand.Read(blob)
	// A key in a thousand partitions: no node gets much more than another.
	key := fmt.Sprintf("sip:%d@bench.example.com", i%1000)
	var err error
	for range 10 {
		err = session.Query("INSERT INTO memento.call_lists (impu, column1, value) VALUES (?, ?, ?)", key, fmt.Sprintf("call_%d", i), blob).
			WithContext(ctx).Exec()
		if err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}

// idle is what nodetool says when nothing is compacted; versions differ in the colon.
var idle = regexp.MustCompile(`pending tasks:?\s+0\b`)

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
		if idle.MatchString(out) {
			return nil
		}
		time.Sleep(time.Second)
	}
	return errors.New(h.Name + ": compactions do not end")
}
