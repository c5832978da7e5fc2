#!/bin/sh
# Installs those of the Debian packages named that are missing, and says which and what for, before; with everything in
# place it says nothing. No daemon is started by it. Where only root could install, or this is not Debian, it says that
# and exits 69: callers may go on without.
#
#   apt.sh PURPOSE PACKAGE…
set -eu

purpose=$1
shift
policy=/usr/sbin/policy-rc.d
say() { printf '%s: %s\n' "$purpose" "$*" >&2; }

# missing prints those of the packages that are not installed.
missing() {
  for p in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || status=none
    [ "$status" = installed ] || printf ' %s' "$p"
  done
}

# Daemons of the packages run on the lab's hosts, not on this machine.
forbid_daemons() {
  [ ! -e "$policy" ] || mv "$policy" "$policy.before"
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap allow_daemons EXIT
  trap 'exit 1' HUP INT TERM
}

allow_daemons() {
  rm -f "$policy"
  [ ! -e "$policy.before" ] || mv "$policy.before" "$policy"
}

lacking=$(missing "$@")
[ -n "$lacking" ] || exit 0
if ! command -v apt-get >/dev/null; then
  say "missing, and this is not Debian:$lacking"
  exit 69
elif [ "$(id -u)" != 0 ]; then
  say "missing; as root: apt-get install --no-install-recommends$lacking"
  exit 69
fi

say "installs with apt-get:$lacking"
forbid_daemons
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # one word per package is meant
{ apt-get -qq update && apt-get -qq -y install --no-install-recommends $lacking; } >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  say "apt-get did not succeed; all that it said: $log"
  exit 1
}
rm -f "$log"
