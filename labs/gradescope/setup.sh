#!/bin/sh
# Prepares a Debian machine for grading: installs the packages, builds the instructor's tree, and makes
# the command grade-lab. Gradescope runs this once, as root, with the bundle in /autograder/source.
#     setup.sh [TREE]
set -eu
tree=${1:-/autograder/source/trapeze}
apt-get update -q
apt-get install -y -q --no-install-recommends bubblewrap ca-certificates
"$tree/dev" build
chmod 700 "$tree" # submissions, as another user, have no business in there
cat > /usr/local/bin/grade-lab <<END
#!/bin/sh
exec python3 "$tree/labs/tool" grade "\$@"
END
chmod 755 /usr/local/bin/grade-lab
