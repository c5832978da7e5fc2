#!/bin/sh
# Installs what the lab needs on Debian 12: packages, then Cassandra's jars and
# its class data archive for each version named (default 5.0.8).  Repeatable:
# with everything in place it says nothing and ends at once.
#
#   install.sh [VERSION…]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${TIDEMARK_LAB_CACHE:-/var/cache/tidemark-lab}
packages="openssh-server openssh-client monit mariadb-server mariadb-client
  etcd-server etcd-client openjdk-17-jre-headless maven iproute2 iptables attr
  util-linux sudo e2fsprogs rsync procps"

say() { printf 'lab: %s\n' "$*" >&2; }

fetch_jars() {
  dir=$cache/cassandra/$1
  [ ! -e "$dir/jars.complete" ] || return 0
  say "fetches Cassandra $1 by Maven into $dir (about 60 MB)"
  rm -rf "$dir"
  mkdir -p "$dir/lib"
  mvn -q -B -f "$here/cassandra/pom.xml" -Dcassandra.version="$1" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$dir/lib" >&2
  cp "$here/cassandra/modules-jdk17.options" "$dir/modules.options"
  ls "$dir"/lib/cassandra-all-"$1".jar "$dir"/lib/jamm-*.jar >/dev/null
  sync -f "$dir"
  : >"$dir/jars.complete"
}

# Whether the archives are there and were built with today's options.
archives_fresh() {
  [ -e "$1/archives.complete" ] || return 1
  for f in daemon.options logback.xml logback-tools.xml; do
    cmp -s "$here/cassandra/$f" "$1/$f" || return 1
  done
}

[ "$#" -gt 0 ] || set -- 5.0.8
mkdir -p "$cache"
# shellcheck disable=SC2086 # one word per package is meant
"$here/../apt.sh" lab $packages
for version in "$@"; do
  fetch_jars "$version"
  archives_fresh "$cache/cassandra/$version" ||
    sh "$here/cassandra/archive.sh" "$cache/cassandra/$version" "$version"
done
