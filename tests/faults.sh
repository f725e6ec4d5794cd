#!/usr/bin/env bash
# faults.sh [few|sample|campaign|all] [CASE...]: let the allocations and the system calls of every verb fail,
# one a run, and see that pycguard says so or gives the same as ever (tests/faults/faults.py).
#
#     few       every fourth of the sample, as `ctest -R faults` does
#     sample    each place of pycguard once; half a minute
#     campaign  each way to reach a call, the first and the last time, with each effect; half an hour
#     all       each call in turn, with each effect; an hour or two
#
# CASE is a name of tests/faults/worlds.py. It builds into build/faults.
set -euo pipefail

scope=${1:-campaign}
case $scope in
few | sample | all) ;;
campaign) scope=stacks ;;
*)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cmake -S "$top" -B "$top/build/faults" -DPYCGUARD_TESTS=ON >/dev/null
cmake --build "$top/build/faults" --parallel 2 --target pycguard --target inject

export PYCGUARD=$top/build/faults/pycguard INJECT=$top/build/faults/tests/inject.so
status=0
for kind in memory files; do
    echo "--- $kind"
    python3 -B "$top/tests/faults/faults.py" "$kind" "$scope" "${@:2}" || status=1
done
exit "$status"
