#!/usr/bin/env bash
# The main job on real servers: three Cassandra nodes are backed up, ruined, and restored; the restore is killed
# with -9 half-way and resumed. At the end the digests of all tables are those from before.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=tmd subnet=10.79.0
dir=/var/lib/tidemark-lab/$prefix
state=$dir/controller
lab() { bin/lab "$1" --prefix "$prefix" --subnet "$subnet" "${@:2}"; }
tm() { bin/tidemark --site "$dir/site.yaml" --state "$state" "$@"; }
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "the lab needs root (network namespaces, mounts); run: sudo make demo"

say "1 of 8  install and build (packages of Debian, Cassandra's jars; nothing when all is there)"
testdata/install.sh
testdata/lab/install.sh
installed=$SECONDS
make -s build bin/lab

say "2 of 8  start the lab, new each time: three Vellum nodes with Cassandra under monit behind sshd, one Ellis, one Sprout"
lab destroy
lab up
rm -rf "$state"
lab load --lines 500 --phase base
lab digest | tee "$dir/before.digest"

say "3 of 8  back up: one snapshot, one id, all nodes"
tm run backup-vellum --yes
tm backups

say "4 of 8  disaster: rows changed and deleted, a table dropped, one node loses the directories of four keyspaces"
lab load --lines 500 --phase newer
# shellcheck disable=SC2016 # expands on the host
lab exec vellum-1 -- /bin/sh -c 'monit stop cassandra_process
  while kill -0 "$(cat /var/run/cassandra/cassandra.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done
  rm -rf /var/lib/cassandra/data/homestead_* /var/lib/cassandra/data/homer /var/lib/cassandra/data/memento
  monit start cassandra_process'
lab up
lab cql 'DROP TABLE homestead_cache.impi_mapping'
lab digest

say "5 of 8  what a restore would do"
tm plan restore-vellum --input backup=latest

say "6 of 8  restore, and kill -9 the controller half-way"
bin/tidemark --site "$dir/site.yaml" --state "$state" run restore-vellum --input backup=latest --yes=lab >"$dir/killed.out" 2>&1 &
controller=$!
journal=
for _ in $(seq 1200); do
  journal=$(grep -rl --include journal.jsonl '"stage":"restore"' "$state/runs" | head -n 1) || true
  [ -n "$journal" ] && break
  kill -0 "$controller" 2>/dev/null || { cat "$dir/killed.out"; die "the restore ended before it could be killed"; }
  sleep 0.1
done
kill -9 "$controller" || die "the restore ended before it could be killed"
wait "$controller" || true
cat "$dir/killed.out"
printf '\n(the controller was killed with -9 here)\n\n'
tm status || true

say "7 of 8  resume: nothing is done twice"
tm resume --yes=lab

say "8 of 8  the digests before and after"
lab digest | tee "$dir/after.digest"
if diff "$dir/before.digest" "$dir/after.digest"; then
  printf '\nEqual: every row of every table is back.  The lab stays up; remove it with: bin/lab destroy --prefix %s --subnet %s\n' "$prefix" "$subnet"
  took=$((SECONDS - installed))
  printf 'After the installation it took %d min %02d s, build included; %s 5 minutes that it may take.\n' \
    $((took / 60)) $((took % 60)) "$([ "$took" -le 300 ] && echo "within the" || echo "LONGER THAN the")"
else
  die "the digests differ"
fi
