#!/usr/bin/env bash
# The benchmarks: a lab of its own, tidemark and its peers in turn, a table of ratios. Parts: noop ssh backup restore
# scp size; none named are all of these. Flags of the measuring program go first, e.g.
# testdata/bench.sh -repeat 1 -mib 40 backup. The part language stands alone: it needs no lab and no root; where no part
# is named it comes first, and what it misses makes the whole end with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$*" != language ] || exec testdata/benchlanguage.sh
language=0
[ $# -gt 0 ] || testdata/benchlanguage.sh || language=$?

prefix=tmb subnet=10.81.0
dir=/var/lib/tidemark-lab/$prefix
medusa=/usr/local/lib/medusa-0.31
say() { printf 'bench: %s\n' "$*" >&2; }

[ "$(id -u)" = 0 ] || { say "the lab needs root (network namespaces, mounts); run: sudo make bench"; exit 1; }

# The peers; before the lab, whose hosts see what is installed on the machine when they boot.
install_ansible() {
  command -v ansible-playbook >/dev/null && return
  say "needs ansible-core, to compare with"
  testdata/apt.sh bench ansible-core
}

install_medusa() {
  [ -x "$medusa/bin/medusa" ] && return
  say "installs cassandra-medusa 0.31.0 from PyPI into $medusa, to compare with"
  testdata/apt.sh bench python3-venv &&
    /usr/bin/python3 -m venv "$medusa" && "$medusa/bin/pip" -q install cassandra-medusa==0.31.0
}

lab() { bin/lab "$1" --prefix "$prefix" --subnet "$subnet" "${@:2}"; }
finish() {
  lab destroy || say "the lab could not be removed: bin/lab destroy --prefix $prefix --subnet $subnet"
}

testdata/install.sh
testdata/lab/install.sh
make -s build bin/lab
CGO_ENABLED=0 go build -o bin/bench ./testdata/lab/bench
install_ansible
install_medusa || { say "Medusa could not be installed"; medusa=; }

trap finish EXIT
trap 'exit 1' HUP INT TERM
lab destroy
lab up
cp bin/tidemark "$dir/tidemark" # a copy that no other build replaces meanwhile
say "measures with $(nproc) cores, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
bin/bench -dir "$dir" -tidemark "$dir/tidemark" ${medusa:+-medusa "$medusa/bin/medusa"} "$@"
[ "$language" = 0 ]
