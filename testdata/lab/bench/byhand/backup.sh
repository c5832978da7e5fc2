#!/bin/sh
# One node's backup as it is made by hand.  usage: backup.sh TAG DIR [NODETOOL…] -- KEYSPACE…
set -eu
tag=$1 dir=$2
shift 2
nodetool=
while [ "$1" != -- ]; do
  nodetool="$nodetool $1"
  shift
done
shift
data=/var/lib/cassandra/data
# shellcheck disable=SC2086 # the words of a command
$nodetool snapshot -t "$tag" "$@" >/dev/null
mkdir -p "$dir"
for keyspace; do
  for from in "$data/$keyspace"/*/snapshots/"$tag"; do
    table=${from#"$data/"}
    to=$dir/${table%%/snapshots/*}
    mkdir -p "${to%/*}"
    cp -al "$from" "$to"
  done
done
find "$dir" -type f -exec openssl dgst -sha256 -r {} + >"$dir.sha256"
# shellcheck disable=SC2086
$nodetool clearsnapshot -t "$tag" >/dev/null
