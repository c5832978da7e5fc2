#!/usr/bin/env bash
# The language's benchmarks, as one table of measures with their limits: 500 runbooks validated by tidemark and looked at
# by yamllint and actionlint, in turn; the shipped runbooks; 500 against 5,000 steps; hostile texts. No lab, no root. To
# actionlint runbooks are workflows without jobs: it reads the YAML and goes no further. Exit 1 when a
# limit is missed; only being slower than actionlint, which reads less, is no miss.
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

# bench runs Go benchmarks and gives a line for each: its name, milliseconds, MB. Of several runs the shortest counts.
bench() {
  go test "$1" -run '^$' -bench "$2" -benchmem "${@:3}" | tee -a "$work/raw" | awk '
    /^Benchmark/ {
      name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
      for (i = 3; i < NF; i++) { if ($(i + 1) == "ns/op") ms = $i / 1e6; if ($(i + 1) == "B/op") mb = $i / 1048576 }
      if (!(name in least) || ms < least[name]) least[name] = ms
      size[name] = mb
    }
    END { for (name in least) printf "%s %.2f %.1f\n", name, least[name], size[name] }'
}

# row prints a measure, its limit and the verdict; a miss is remembered.
missed=0
row() { # WHAT VALUE UNIT SIGN LIMIT
  local verdict=met
  awk -v v="$2" -v l="$5" -v s="$4" 'BEGIN { exit !(s == "≤" ? v <= l : v > l) }' || { verdict=MISSED; missed=1; }
  printf '%-52s %9s %-3s %s %5s  %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}
of() { awk -v n="$2" -v c="$3" '$1 == n { print $c }' <<<"$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

say "measures with $(nproc) cores, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
bin/tidemark validate "$work/runbooks" 2>&1 | tail -n 1
tidemark=$(best bin/tidemark validate "$work/runbooks")
yamllint=$(best "$peers/bin/yamllint" -d relaxed "$work/runbooks")
actionlint=$(best "$peers/bin/actionlint" -no-color -shellcheck= -pyflakes= "$work"/.github/workflows/*.yaml)
say "500 runbooks: tidemark $tidemark ms, yamllint $yamllint ms, actionlint $actionlint ms"
books=$(bench ./cmd/tidemark Shipped -count 3)
load=$(bench ./schema '^BenchmarkLoad$' -benchtime 3x -count 5)
hostile=$(bench ./schema '^BenchmarkHostile$' -benchtime 3x -count 3)
[ "$(wc -l <<<"$hostile")" -ge 36 ] || { say "not all hostile texts were measured:"; cat "$work/raw"; exit 1; }

row "500 runbooks, yamllint's time / tidemark's" "$(ratio "$yamllint" "$tidemark")" "" ">" 1
before=$missed # one of the two is enough: this row is for the reader
row "500 runbooks, actionlint's time / tidemark's" "$(ratio "$actionlint" "$tidemark")" "" ">" 1
missed=$before
row "all shipped runbooks, read and checked" "$(of "$books" Shipped 2)" ms "≤" 10
row "5,000 steps, 10,000 expressions" "$(of "$load" Load/5000 2)" ms "≤" 1000
row "5,000 steps, 10,000 expressions, allocated in all" "$(of "$load" Load/5000 3)" MB "≤" 150
row "ten times the steps, times the time" "$(ratio "$(of "$load" Load/5000 2)" "$(of "$load" Load/500 2)")" "" "≤" 12
while read -r name ms mb; do
  row "hostile: ${name#Hostile/}" "$ms" ms "≤" 100
  row "hostile: ${name#Hostile/}, allocated in all" "$mb" MB "≤" 64
done < <(sort <<<"$hostile")
exit "$missed"
