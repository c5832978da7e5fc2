#!/bin/bash
# Does the daemon speak CQL?  Asks for its options and wants a frame back.
. /etc/lab/env
exec 2>/dev/null 3<>"/dev/tcp/$CASSANDRA/9042" || exit 1
printf '\x04\x00\x00\x00\x05\x00\x00\x00\x00' >&3
IFS= LC_ALL=C read -r -t 2 -N 1 -u 3 first && [ "$first" = $'\x84' ]
