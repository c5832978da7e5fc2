#!/usr/bin/env bash
# Installs what the tests need and runs every test: format and lint, packages and whole program, editor, and the lab of
# real servers. What this machine cannot have (without root, or not being Debian 12) is left out: a line
# "NOT RUN: WHAT, because WHY" says so at once, and all of them stand at the end again. With TIDEMARK_LAB=required
# nothing may be left out: the run fails. With TIDEMARK_SOAK=1 the lab's tests take hours.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
limit=45 # minutes for all that comes after the installation: against what hangs; the time of each part is printed at the end

# What was not run; tests that lack something note it there themselves (package needed).
TIDEMARK_SKIPPED=$(mktemp)
export TIDEMARK_SKIPPED

not_run() { # WHAT WHY
  echo "NOT RUN: $1, because $2"
  echo "$1, because $2" >>"$TIDEMARK_SKIPPED"
  [ "${TIDEMARK_LAB:-}" != required ] || { echo "TIDEMARK_LAB=required: nothing may be left out"; exit 1; }
}

part='' since=0 table=''
begin() { # NAME [WHAT IT IS]
  note_time
  part=$1 since=$SECONDS
  printf '\n== %s%s\n' "$1" "${2:+: $2}"
}

clock() { printf '%3d min %02d s' $(($1 / 60)) $(($1 % 60)); }

note_time() {
  [ -z "$part" ] || table+="$(clock $((SECONDS - since)))  $part"$'\n'
}

finish() {
  local code=$?
  note_time
  printf '\n== time\n%s%s  in all\n' "$table" "$(clock $SECONDS)"
  sed 's/^/NOT RUN: /' "$TIDEMARK_SKIPPED"
  rm -f "$TIDEMARK_SKIPPED"
  [ "$code" = 0 ] || echo "FAILED in the part: $part"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# could tells whether an installer succeeded. 69 is its word for what only root could install; else a failure ends all.
could() {
  local code=0
  "$@" || code=$?
  [ "$code" = 0 ] || [ "$code" = 69 ] || exit "$code"
  return "$code"
}

no_lab() {
  if [ "$(id -u)" != 0 ]; then echo "the lab needs root (network namespaces, mounts)"
  elif ! [ -e /etc/debian_version ]; then echo "the lab needs Debian 12"
  elif ! unshare -n true 2>/dev/null; then echo "this machine does not allow network namespaces"
  fi
}

begin install "Go, shellcheck, zsh, fish, busybox, yaml-language-server (with node), and for the lab packages of Debian and Cassandra's jars (nothing when all is there)"
testdata/install.sh
why=$(no_lab)
if [ -n "$why" ]; then not_run lab "$why"; else testdata/lab/install.sh; fi
if could testdata/editor/install.sh; then editor=1; else not_run editor "node and npm are not installed"; fi
missing=()
for need in shellcheck zsh fish busybox; do command -v $need >/dev/null || missing+=("$need"); done
[ -e /usr/share/bash-completion/bash_completion ] || missing+=(bash-completion)
[ ${#missing[@]} = 0 ] || could testdata/apt.sh test "${missing[@]}" || true # tests tell which of them they lack
command -v shellcheck >/dev/null || not_run "check of the shell scripts" "shellcheck is not installed"
installed=$SECONDS

begin build
make -s build bin/lab

begin lint
make -s lint-go
! command -v shellcheck >/dev/null || make -s lint-scripts

begin packages "and the whole program"
go test ./... ./testdata/needed

if [ -n "${editor:-}" ]; then
  begin editor "what yaml-language-server shows of runbooks"
  go test -count=1 -timeout 5m ./testdata/editor
fi

begin "lab's parts" "its own tests, without servers"
# shellcheck disable=SC2046 # one word per package is meant
go test $(go list ./testdata/lab/... | grep -v /story)

[ -z "$why" ] || exit 0
begin lab "the main job on real servers"
left=$((limit * 60 - (SECONDS - installed)))
[ "$left" -gt 0 ] || { echo "nothing is left of $limit minutes"; exit 1; }
TIDEMARK_LAB=${TIDEMARK_LAB:-1} go test -count=1 -timeout "$([ -n "${TIDEMARK_SOAK:-}" ] && echo 6h || echo ${left}s)" ./testdata/lab/story
