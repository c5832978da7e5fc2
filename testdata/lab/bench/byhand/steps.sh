#!/bin/sh
# STEPS times `true` on all hosts at once, with a barrier after each, over one connection per host.
# usage: steps.sh SSH_CONFIG DIR STEPS HOST…
set -eu
config=$1 sockets=$2/sockets steps=$3
shift 3
mkdir -p "$sockets"
remote() { ssh -F "$config" -o ControlMaster=auto -o ControlPersist=60 -o ControlPath="$sockets/%n" "$@"; }
for _ in $(seq "$steps"); do
  jobs=
  for host; do
    remote "$host" true &
    jobs="$jobs $!"
  done
  for job in $jobs; do
    wait "$job"
  done
done
for host; do
  remote -O exit "$host" 2>/dev/null
done
