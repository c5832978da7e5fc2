// Package cassconf reads a node's cassandra.yaml: where Cassandra keeps its files and where it listens. It also
// tells, from ports and processes, whether Cassandra runs.
package cassconf

import (
	"net"
	"strconv"
)

// DefaultPath is where the packages of Cassandra put its configuration.
const DefaultPath = "/etc/cassandra/cassandra.yaml"

// Config is the part of cassandra.yaml that steps need. Keys that are missing have Cassandra's defaults.
type Config struct {
	ClusterName string
	// DataDirs are absolute; at least one.
	DataDirs                         []string
	CommitLog, Hints, SavedCaches    string
	Listen, RPC                      string
	NativePort, StoragePort, JMXPort int
}

// CQLAddress is host:port where this node answers CQL: its rpc address; where that is a wildcard or absent, its
// listen address; else the loopback.
func (c Config) CQLAddress() string {
	return net.JoinHostPort(c.host(c.RPC, c.Listen), strconv.Itoa(c.NativePort))
}

// StorageAddress is host:port where the other nodes reach this one.
func (c Config) StorageAddress() string {
	return net.JoinHostPort(c.host(c.Listen), strconv.Itoa(c.StoragePort))
}

// jmxAddress is host:port where nodetool reaches this node.
func (c Config) jmxAddress() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.JMXPort))
}

// Ports are the addresses Cassandra listens on while it runs, in Space Signaling: JMX, CQL, storage. A stopped
// Cassandra has all of them closed.
func (c Config) Ports() []string {
	return []string{c.jmxAddress(), c.CQLAddress(), c.StorageAddress()}
}

func (c Config) host(candidates ...string) string {
	for _, h := range candidates {
		if ip := net.ParseIP(h); h != "" && (ip == nil || !ip.IsUnspecified()) {
			return h
		}
	}
	return "127.0.0.1"
}
