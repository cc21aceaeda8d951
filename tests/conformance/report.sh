#!/bin/sh
# report.sh TRAPEZE ELF SIGNATURE [OPTION]: it must print ok, end with 3, and leave the signature.
out=$("$1" run --max 1000000 --firmware none --signature "$3" $4 "$2" </dev/null)
[ $? = 3 ] || exit 1
[ "$out" = ok ] || exit 1
printf '55667788\n11223344\ndeadbeef\n' | cmp - "$3"
