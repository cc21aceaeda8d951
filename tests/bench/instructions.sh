#!/bin/sh
# instructions.sh [TRAPEZE [BENCHMARK]]: host instructions a guest step, bare and in a VM, counted by
# callgrind: exact where times are noisy. Start-up is subtracted, by two runs of different length.
set -eu
trapeze=${1:-build/release/trapeze}
benchmark=${2:-compute}
short=2000000 long=6000000

count() { # MACHINE STEPS
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$trapeze" bench --only "$benchmark" \
        --on "$1" --steps "$2" 2>&1 | sed -n 's/.*Collected : //p'
}

bare=$(($(count bare $long) - $(count bare $short)))
echo "$benchmark on bare: $bare host instructions for $((long - short)) steps"
for machine in $("$trapeze" bench --help | sed -n 's/^machines: bare//p'); do
    vm=$(($(count "$machine" $long) - $(count "$machine" $short)))
    echo "$benchmark on $machine: $vm, $(awk "BEGIN { printf \"%.4f\", $vm / $bare }") times"
done
