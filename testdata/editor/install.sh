#!/bin/sh
# Installs what the test of the editors needs: node and npm (Debian's, where they are missing), then
# yaml-language-server in the version of package-lock.json, by npm, into a cache directory (about 16 MB). Repeatable: with
# everything in place it says nothing and ends at once. Where only root could install node it exits 69. With --where it only
# prints the directory.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${TIDEMARK_EDITOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tidemark/editor}/$(sha256sum "$here/package-lock.json" | cut -c1-16)
[ "${1:-}" != --where ] || { echo "$cache"; exit 0; }

say() { printf 'editor: %s\n' "$*" >&2; }
have_node() { command -v node >/dev/null && command -v npm >/dev/null; }

have_node || "$here/../apt.sh" editor nodejs npm
[ ! -e "$cache/complete" ] || exit 0

say "fetches yaml-language-server by npm into $cache (about 16 MB)"
rm -rf "$cache"
mkdir -p "$cache"
cp "$here/package.json" "$here/package-lock.json" "$cache"
(cd "$cache" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
touch "$cache/complete"
