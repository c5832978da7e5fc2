package cluster

import (
	"fmt"
	"io"
	"log"
	"slices"
	"time"

	"github.com/gocql/gocql"

	"tidemark/testdata/lab/cassandra"
	"tidemark/testdata/lab/site"
)

// Session opens a CQL session to the lab's Cassandra from the machine.
func Session(lab *site.Lab, consistency gocql.Consistency) (*gocql.Session, error) {
	config := gocql.NewCluster()
	for _, h := range lab.Vellums() {
		config.Hosts = append(config.Hosts, h.Cassandra)
	}
	config.ProtoVersion = 4
	config.Consistency = consistency
	config.Timeout, config.ConnectTimeout = 20*time.Second, 10*time.Second
	config.MaxWaitSchemaAgreement = 60 * time.Second
	config.NumConns = 1
	config.Logger = log.New(io.Discard, "", 0)
	config.RetryPolicy = &gocql.SimpleRetryPolicy{NumRetries: 3}
	session, err := config.CreateSession()
	if err != nil {
		return nil, fmt.Errorf("CQL session to %v: %w", config.Hosts, err)
	}
	return session, nil
}

// ApplySchema creates the keyspaces and tables that are missing.
func ApplySchema(lab *site.Lab, say Say) error {
	session, err := Session(lab, gocql.Quorum)
	if err != nil {
		return err
	}
	defer session.Close()
	have, err := tables(session)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(cassandra.Tables(), func(t string) bool { return slices.Contains(have, t) })
	if len(missing) == 0 {
		return nil
	}
	say("         %d tables to create, about a second each", len(missing))
	for _, statement := range cassandra.Statements(cassandra.Replicas(len(lab.Vellums()))) {
		if err := session.Query(statement).Exec(); err != nil {
			return fmt.Errorf("%.60s…: %w", statement, err)
		}
	}
	return nil
}

func tables(session *gocql.Session) ([]string, error) {
	var all []string
	var keyspace, table string
	iter := session.Query("SELECT keyspace_name, table_name FROM system_schema.tables").Iter()
	for iter.Scan(&keyspace, &table) {
		all = append(all, keyspace+"."+table)
	}
	return all, iter.Close()
}
