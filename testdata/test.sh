#!/usr/bin/env bash
# Installs what the tests need and runs every test: format and lint, packages, whole program, and the lab of real
# servers. Without root (or not on Debian) everything else runs and the last line is LAB NOT RUN: reason.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false

say() { printf '\n== %s\n' "$*"; }

no_lab() {
  if [ "$(id -u)" != 0 ]; then echo "needs root (network namespaces, mounts)"
  elif ! [ -e /etc/debian_version ]; then echo "needs Debian 12"
  elif ! unshare -n true 2>/dev/null; then echo "this machine does not allow namespaces"
  fi
}

say "install: Go, shellcheck, zsh, fish, busybox, yaml-language-server (with node), and for the lab packages of Debian and Cassandra's jars (nothing when all is there)"
testdata/install.sh
why=$(no_lab)
[ -n "$why" ] || testdata/lab/install.sh
testdata/editor/install.sh
missing=()
for need in shellcheck zsh fish busybox; do command -v $need >/dev/null || missing+=("$need"); done
[ -e /usr/share/bash-completion/bash_completion ] || missing+=(bash-completion)
if [ ${#missing[@]} != 0 ] && [ "$(id -u)" = 0 ]; then
  echo "installs ${missing[*]} with apt-get"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}" >/dev/null
elif [ ${#missing[@]} != 0 ]; then
  echo "missing; as root: apt-get install ${missing[*]}. What needs them is NOT RUN"
  [[ " ${missing[*]} " != *" shellcheck "* ]] || exit 1
fi

say "build"
make -s build bin/lab

say "lint"
make -s lint

# Tests that lack something on this machine note it there; where the lab is required they fail.
TIDEMARK_SKIPPED=$(mktemp)
export TIDEMARK_SKIPPED
trap 'sed "s/^/NOT RUN: /" "$TIDEMARK_SKIPPED"; rm -f "$TIDEMARK_SKIPPED"' EXIT

say "packages and whole program"
go test ./... ./testdata/needed

say "editor: what yaml-language-server shows of runbooks"
go test -count=1 -timeout 5m ./testdata/editor

say "lab: its own parts"
# shellcheck disable=SC2046 # one word per package is meant
go test $(go list ./testdata/lab/... | grep -v /story)

if [ -n "$why" ]; then
  echo "LAB NOT RUN: $why"
  [ "${TIDEMARK_LAB:-}" != required ] || exit 1
  exit 0
fi
say "lab: the main job on real servers"
TIDEMARK_LAB=${TIDEMARK_LAB:-1} go test -count=1 -timeout "$([ -n "${TIDEMARK_SOAK:-}" ] && echo 6h || echo 40m)" ./testdata/lab/story
