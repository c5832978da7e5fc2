package cql

import (
	"errors"
	"strings"
	"testing"

	"github.com/gocql/gocql"

	"tidemark/engine"
)

// A server may fall silent before its session opens or behind that; who reads it at night need not know which.
func TestSilenceIsToldInOneWay(t *testing.T) {
	for _, text := range []string{
		gocql.ErrTimeoutNoResponse.Error(),
		"gocql: no response to connection startup within timeout",
		"gocql: unable to create session: unable to connect to initial hosts: gocql: no response to connection startup within timeout",
	} {
		err := classed("10.0.0.1:9042", errors.New(text))
		if engine.ClassOf(err) != engine.ClassTimeout || !strings.Contains(err.Error(), "CQL at 10.0.0.1:9042: no answer in time") || strings.Contains(err.Error(), "gocql") {
			t.Errorf("%s: %v [%s]", text, err, engine.ClassOf(err))
		}
	}
}
