#!/bin/sh
# Drain, stop and start of one node's Cassandra and nothing else.  usage: restart.sh [NETNS COMMAND…]
set -eu
"$@" nodetool drain
"$@" /etc/init.d/cassandra stop
"$@" /etc/init.d/cassandra start
