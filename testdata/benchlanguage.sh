#!/usr/bin/env bash
# The language's benchmarks: 500 runbooks validated by tidemark and looked at by yamllint and actionlint, in turn; then the
# shipped runbooks, and 500 against 5,000 steps. No lab, no root. Exit 1 when yamllint is faster. To actionlint runbooks
# are workflows without jobs: it reads the YAML and goes no further.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'bench: %s\n' "$*" >&2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
peers=${TIDEMARK_PEERS:-$work/peers}
{ python3 -m venv "$peers" && "$peers/bin/pip" -q install yamllint==1.38.0 &&
  GOBIN="$peers/bin" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; } ||
  { say "the peers cannot be installed from PyPI and the Go proxy"; exit 1; }
make -s build

mkdir "$work/runbooks" "$work/.github"
mkdir "$work/.github/workflows"
shipped=(runbooks/*.yaml)
for i in $(seq 500); do
  from=${shipped[$((i % ${#shipped[@]}))]}
  sed "s/^runbook: .*/runbook: book-$i/" "$from" >"$work/runbooks/book-$i.yaml"
done
cp "$work"/runbooks/*.yaml "$work/.github/workflows/"

# best is the shortest of five runs in milliseconds; what a program finds does not matter.
best() {
  local least=999999 from to
  for _ in 1 2 3 4 5; do
    from=$(date +%s%N)
    "$@" >/dev/null 2>&1 || true
    to=$(date +%s%N)
    least=$(((to - from) / 1000000 < least ? (to - from) / 1000000 : least))
  done
  echo "$least"
}

say "measures with $(nproc) cores, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
bin/tidemark validate "$work/runbooks" 2>&1 | tail -n 1
tidemark=$(best bin/tidemark validate "$work/runbooks")
yamllint=$(best "$peers/bin/yamllint" -d relaxed "$work/runbooks")
# shellcheck disable=SC2034 # read by its name below
actionlint=$(best "$peers/bin/actionlint" -no-color -shellcheck= -pyflakes= "$work"/.github/workflows/*.yaml)
printf '%-12s %8s %8s\n' program ms ratio
for p in tidemark yamllint actionlint; do
  printf '%-12s %8d %8s\n' "$p" "${!p}" "$(awk -v a="${!p}" -v b="$tidemark" 'BEGIN { printf "%.2f", a / b }')"
done
go test ./cmd/tidemark -run '^$' -bench Shipped -benchmem
go test ./schema -run '^$' -bench 'Load/' -benchtime 3x -benchmem
[ "$tidemark" -lt "$yamllint" ]
