# Runs one test of pacman's suite in namespaces of its own: sh enter.sh SUITE PROGRAM TEST
set -e
ip link set lo up
# The suite copies /bin/sh into roots that have no libraries: a static one runs there, and with it hooks and scriptlets.
mount --bind "$(command -v busybox)" "$(readlink -f /bin/sh)"
cd "$1"
exec python3 -B pactest.py --pacman="$2" "tests/$3.py"
