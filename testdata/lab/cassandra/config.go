package cassandra

import (
	"fmt"
	"strconv"
	"strings"
)

// Node is what one node's cassandra.yaml says about itself.
type Node struct {
	Version string
	Address string
	Seeds   []string
	Tokens  []int64
}

const configText = `# Written by the lab.
cluster_name: lab
num_tokens: %d
initial_token: %s
auto_bootstrap: false
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: GossipingPropertyFileSnitch
listen_address: %s
rpc_address: %[3]s
storage_port: 7000
native_transport_port: 9042
start_native_transport: true
data_file_directories:
    - /var/lib/cassandra/data
commitlog_directory: /var/lib/cassandra/commitlog
hints_directory: /var/lib/cassandra/hints
saved_caches_directory: /var/lib/cassandra/saved_caches
commitlog_sync: periodic
%s
auto_snapshot: true
snapshot_before_compaction: false
%s: true
seed_provider:
    - class_name: org.apache.cassandra.locator.SimpleSeedProvider
      parameters:
          - seeds: "%s"
`

// Config is the node's cassandra.yaml.
func Config(n Node) string {
	tokens := make([]string, len(n.Tokens))
	for i, t := range n.Tokens {
		tokens[i] = strconv.FormatInt(t, 10)
	}
	period, views := "commitlog_sync_period: 10000ms", "materialized_views_enabled"
	if strings.HasPrefix(n.Version, "4.0.") {
		period, views = "commitlog_sync_period_in_ms: 10000", "enable_materialized_views"
	}
	return fmt.Sprintf(configText, len(n.Tokens), strings.Join(tokens, ","), n.Address, period, views, strings.Join(n.Seeds, ","))
}
