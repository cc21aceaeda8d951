#!/bin/sh
# Runs a command on a sane terminal and says whether it left it so.
stty sane
before=$(stty -g)
"$@"
status=$?
if [ "$before" = "$(stty -g)" ]; then
    echo "restored, status $status"
else
    echo "not restored: $(stty -g) instead of $before"
fi
