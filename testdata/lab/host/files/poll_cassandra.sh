#!/bin/bash
# Does the daemon run, and does its management port answer?
pid=$(cat /var/run/cassandra/cassandra.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null || exit 1
exec 2>/dev/null 3<>/dev/tcp/127.0.0.1/7199
