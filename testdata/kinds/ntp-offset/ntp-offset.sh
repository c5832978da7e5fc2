#!/bin/sh
# Checks that the clock is close to its time servers, by chrony. Cassandra orders writes by time: a clock that is off
# makes older rows win. It changes nothing, so plan is the whole check: "=" with the offset, or a failure.
set -u

describe() {
  cat <<'END'
{"protocol": 1, "name": "ntp-offset", "redo": "pure", "risk": "harmless",
 "doc": "Checks that the clock is close to its time servers, as chronyd sees them. A step fails where the clock is further off than max, or is not synchronised at all.",
 "example": "id: clock\nntp-offset: {max: 100ms}",
 "probes": ["chronyc -c tracking"],
 "arguments": {"type": "object", "additionalProperties": false, "properties": {
   "max": {"type": "string", "format": "duration", "default": "100ms", "description": "how far off the clock may be"},
   "chronyc": {"type": "string", "default": "chronyc", "description": "the program, where it is not in PATH"}}},
 "outputs": {"type": "object", "properties": {
   "seconds": {"type": "number", "description": "how far off the clock is; ahead is positive"},
   "server": {"type": "string", "description": "the time server it follows"}}}}
END
}

fail() { # class message next
  printf '{"failure": {"class": "%s", "message": "%s", "next": "%s"}}\n' "$1" "$2" "$3"
  exit 1
}

check() {
  question=$(cat)
  max=$(printf '%s' "$question" | sed -n 's/.*"max":\([0-9.e-]*\).*/\1/p')
  chronyc=$(printf '%s' "$question" | sed -n 's/.*"chronyc":"\([^"\\]*\)".*/\1/p')
  command -v "$chronyc" > /dev/null || fail precondition "chronyc is not on this node" "install chrony, or name the program by chronyc:"
  line=$("$chronyc" -c tracking 2>&1) || fail connect "chronyd does not answer" "systemctl status chrony"
  # reference id, server, stratum, reference time, offset of the system clock, …
  server=$(printf '%s' "$line" | cut -d, -f2)
  stratum=$(printf '%s' "$line" | cut -d, -f3)
  offset=$(printf '%s' "$line" | cut -d, -f5)
  case $offset in '' | *[!0-9.e+-]*) fail io "chronyc printed no offset" "look at: chronyc -c tracking" ;; esac
  [ "$stratum" != 0 ] || fail precondition "the clock follows no time server" "chronyc sources"
  awk -v o="$offset" -v m="$max" 'BEGIN { exit !((o < 0 ? -o : o) <= m) }' ||
    fail precondition "the clock is $offset s off, more than $max s" "chronyc makestep"
  awk -v o="$offset" -v s="$server" 'BEGIN {
    gsub(/["\\]/, "", s)
    printf "{\"sign\": \"=\", \"summary\": \"the clock is %.6f s off %s\", \"out\": {\"seconds\": %.9f, \"server\": \"%s\"}}\n", o, s, o, s
  }'
}

case ${1-} in
describe) describe ;;
plan) check ;;
*) echo "usage: ntp-offset describe|plan" >&2; exit 64 ;;
esac
