#!/bin/sh
# full.sh COMMAND...: what the host cannot write is told in a line, with status 1, whatever the guest
# makes of it. A limit on the size of files stands for a host without room.
file=$(mktemp) && error=$(mktemp) || exit 1
truncate -s 1024000 "$file"
ulimit -f 1
"$@" --disk "$file" >/dev/null 2>"$error" </dev/null
status=$?
grep -q "^trapeze: $file: File too large$" "$error" && [ "$(wc -l <"$error")" = 1 ] && [ $status = 1 ]
result=$?
[ $result = 0 ] || { echo "status $status"; cat "$error"; }
rm -f "$file" "$error"
exit $result
