#!/bin/sh
# N commands that do nothing, each between two records that survive a cut of power.  usage: noop.sh N DIR
set -eu
mkdir -p "$2"
record() {
  printf '{"task": "%s", "record": "%s", "time": 0}\n' "$1" "$2" >"$3/$1.$2.tmp"
  sync "$3/$1.$2.tmp"
  mv "$3/$1.$2.tmp" "$3/$1.$2"
  sync "$3"
}
for task in $(seq "$1"); do
  record "$task" intent "$2"
  sh -c true
  record "$task" receipt "$2"
done
rm -rf "$2"
