#!/bin/sh
# A submission as Gradescope hands it over, a folder around it, through the bundle that an instructor
# uploads; setup.sh, which installs packages, is stood in for.
#     gradescope.sh ROOT
set -eu
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/labs/gradescope/bundle" 1 "$work/bundle.zip" > /dev/null
mkdir -p "$work/source" "$work/results" "$work/submission" "$work/bin"
python3 -m zipfile -e "$work/bundle.zip" "$work/source"
sh -n "$work/source/setup.sh"
[ -e "$work/source/trapeze/labs/bank" ] && [ -e "$work/source/trapeze/CMakeLists.txt" ]
printf '#!/bin/sh\nexec python3 "%s/labs/tool" grade "$@"\n' "$root" > "$work/bin/grade-lab"
chmod 755 "$work/bin/grade-lab"
"$root/build/release/trapeze" lab start 1 "$work/submission/lab1-ada" > /dev/null
grade() {
    AUTOGRADER=$work PATH="$work/bin:$PATH" sh "$work/source/run_autograder"
}
grade
python3 - "$work/results/results.json" <<'END'
import json, sys
said = json.load(open(sys.argv[1]))
assert said["score"] == 0 and len(said["tests"]) == 6, said
assert "exercise 1: field() is not written yet" in said["tests"][0]["output"], said["tests"][0]
END
rm -rf "$work/submission/lab1-ada" # nothing was handed in: a report all the same
grade
grep -q "The autograder failed" "$work/results/results.json"
