#!/bin/sh
# htif.sh TRAPEZE ELF SIGNATURE [OPTION]: it must print Hi, end with 5, and leave the signature.
out=$("$1" run --firmware none --signature "$3" $4 "$2" </dev/null)
[ $? = 5 ] || exit 1
[ "$out" = Hi ] || exit 1
printf '55667788\n11223344\ncafebabe\ndeadbeef\n00000005\n' | cmp - "$3"
