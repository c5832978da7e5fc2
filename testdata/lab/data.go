package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gocql/gocql"

	"tidemark/testdata/lab/cassandra"
	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/digest"
	"tidemark/testdata/lab/load"
)

func loadLines(c *call) error {
	began := time.Now()
	// Quorum of two replicas is both of them: what was loaded is everywhere.
	session, err := cluster.Session(c.lab, gocql.Quorum)
	if err != nil {
		return err
	}
	defer session.Close()
	f := c.flags
	n, err := load.Write(context.Background(), session,
		load.Options{Lines: f.lines, Wide: f.wide, Seed: f.seed, Phase: load.Phase(f.phase)})
	if err != nil {
		return fmt.Errorf("after %d writes: %w", n, err)
	}
	c.say("%5.1f s  %s: %d lines, %d writes", time.Since(began).Seconds(), f.phase, f.lines, n)
	return nil
}

// statements runs each argument as one CQL statement.
func statements(c *call) error {
	session, err := cluster.Session(c.lab, gocql.Quorum)
	if err != nil {
		return err
	}
	defer session.Close()
	for _, s := range c.args {
		if err := session.Query(s).Exec(); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func digestTables(c *call) error {
	session, err := cluster.Session(c.lab, gocql.All)
	if err != nil {
		return err
	}
	defer session.Close()
	tables, err := digest.Read(context.Background(), session, cassandra.Tables())
	if err != nil {
		return err
	}
	if c.flags.output == "json" {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return e.Encode(tables)
	}
	for _, t := range tables {
		if t.Absent {
			fmt.Fprintf(c.stdout, "%-50s %8s\n", t.Name, "absent")
			continue
		}
		fmt.Fprintf(c.stdout, "%-50s %8d %s\n", t.Name, t.Rows, t.Digest)
	}
	return nil
}
