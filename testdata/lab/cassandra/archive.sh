#!/bin/sh
# Builds the class data archives of one Cassandra version (they halve the time
# of a boot and of each nodetool call): boots a node alone in a network
# namespace of its own, asks it for its status, stops it.  The hosts must use
# the same class path, so it is written down beside the jars.
#
#   archive.sh DIR VERSION
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
version=$2

say() { printf 'lab: %s\n' "$*" >&2; }

write_config() {
  period='commitlog_sync_period: 10000ms'
  case $version in 4.0.*) period='commitlog_sync_period_in_ms: 10000' ;; esac
  cat >"$work/cassandra.yaml" <<YAML
cluster_name: archive
num_tokens: 16
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
commitlog_sync: periodic
$period
endpoint_snitch: GossipingPropertyFileSnitch
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
data_file_directories: [$work/data]
commitlog_directory: $work/commitlog
hints_directory: $work/hints
saved_caches_directory: $work/saved_caches
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{seeds: 127.0.0.1}]
YAML
  printf 'dc=site1\nrack=rack1\n' >"$work/rackdc"
}

start_daemon() {
  java @"$dir/modules.options" @"$dir/daemon.options" \
    -XX:ArchiveClassesAtExit="$dir/daemon.jsa" -javaagent:"$(cat "$dir/agent")" \
    -Dcassandra.config="file://$work/cassandra.yaml" -Dcassandra.storagedir="$work" \
    -Dcassandra-rackdc.properties="file://$work/rackdc" \
    -Dlogback.configurationFile="file://$dir/logback.xml" \
    -cp "$(cat "$dir/classpath")" org.apache.cassandra.service.CassandraDaemon \
    >"$work/log" 2>&1 &
  daemon=$!
}

wait_serving() {
  for _ in $(seq 120); do
    if grep -qs 'Starting listening for CQL clients' "$work/log"; then return 0; fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.5
  done
  grep -v '\[cds' "$work/log" | tail -20 >&2
  say "Cassandra $version did not boot on this machine"
  return 1
}

dump_tool() {
  java @"$dir/modules.options" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx96M \
    -XX:ArchiveClassesAtExit="$dir/nodetool.jsa" -Duser.home="$work" \
    -Dlogback.configurationFile="file://$dir/logback-tools.xml" \
    -cp "$(cat "$dir/classpath")" org.apache.cassandra.tools.NodeTool status >"$work/tool" 2>&1 ||
    { cat "$work/tool" >&2; return 1; }
}

inside() {
  ip link set lo up
  # 4.x resolves the machine's own name, and here is no network to ask.
  echo localhost >/proc/sys/kernel/hostname
  write_config
  start_daemon
  trap 'kill -9 $daemon 2>/dev/null || :' EXIT
  wait_serving
  dump_tool
  kill "$daemon"
  wait "$daemon" || :
  trap - EXIT
  ls "$dir/daemon.jsa" "$dir/nodetool.jsa" >/dev/null
}

if [ -n "${TIDEMARK_LAB_ARCHIVE:-}" ]; then
  work=$TIDEMARK_LAB_ARCHIVE
  inside
  exit
fi

say "builds the class data archives of Cassandra $version (half a minute, once)"
cp "$here"/logback.xml "$here"/logback-tools.xml "$here"/daemon.options "$dir/"
# Fixed order, every jar by name: the archive is bound to this very string.
find "$dir/lib" -name '*.jar' | LC_ALL=C sort | paste -s -d : >"$dir/classpath"
find "$dir/lib" -name 'jamm-*.jar' >"$dir/agent"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIDEMARK_LAB_ARCHIVE=$work unshare -n -u sh "$0" "$dir" "$version"
: >"$dir/archives.complete"
