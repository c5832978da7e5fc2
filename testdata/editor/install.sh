#!/bin/sh
# Installs what the test of the editors needs: node and npm (Debian's, where they are missing), then
# yaml-language-server in the version of package-lock.json, by npm, into a cache directory (about 16 MB). Repeatable: with
# everything in place it says nothing and ends at once. With --where it only prints the directory.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${TIDEMARK_EDITOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tidemark/editor}/$(sha256sum "$here/package-lock.json" | cut -c1-16)
[ "${1:-}" != --where ] || { echo "$cache"; exit 0; }

say() { printf 'editor: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ ! -e "$cache/complete" ] || exec node -e '' # a node that has gone since is said, too

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  [ "$(id -u)" = 0 ] || die "node and npm are missing; as root: apt-get install --no-install-recommends nodejs npm"
  say "installs nodejs and npm with apt-get"
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends nodejs npm >/dev/null
fi

say "fetches yaml-language-server by npm into $cache (about 16 MB)"
rm -rf "$cache"
mkdir -p "$cache"
cp "$here/package.json" "$here/package-lock.json" "$cache"
(cd "$cache" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
touch "$cache/complete"
