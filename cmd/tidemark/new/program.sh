#!/bin/sh
# The kind NAME: it makes sure that a file holds one line. The protocol: docs/executable-kinds.md
describe='{"protocol": 1, "name": "NAME", "doc": "Makes sure that a file holds one line.", "redo": "checked",
 "example": "id: line\nNAME: {path: /etc/motd.d/line}", "risk": "overwrites", "probes": ["the file at path"],
 "arguments": {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}}}}'
[ "$1" != describe ] || { printf '%s\n' "$describe"; exit; }
path=$(sed -n 's/.*"path":"\([^"\\]*\)".*/\1/p') # the request is one line of JSON
[ -n "$path" ] || { echo '{"failure": {"class": "precondition", "message": "no plain path"}}'; exit 1; }
case $1 in
plan) # reads only: = nothing to do, + creates, ~ changes, - destroys
  sign='+'
  [ ! -e "$path" ] || sign='~'
  [ "$(cat "$path" 2>/dev/null)" != "kept by NAME" ] || sign='='
  printf '{"sign": "%s", "summary": "keep the line in %s"}\n' "$sign" "$path" ;;
apply) # may be called again after a failure
  echo "kept by NAME" > "$path.new" && mv "$path.new" "$path" && echo '{}' ;;
esac
