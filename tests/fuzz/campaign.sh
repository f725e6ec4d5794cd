#!/usr/bin/env bash
# campaign.sh MINUTES [AREA...]: builds the fuzz targets with clang and the sanitizers, runs each for
# so many minutes from its corpus, and keeps what fails there as found-SHA1, so that from then on
# ctest replays it. Exit status 1 if anything failed.
set -euo pipefail

usage() {
    echo 'usage: tests/fuzz/campaign.sh MINUTES [AREA...]' >&2
    exit 2
}

[[ ${1-} =~ ^[1-9][0-9]*$ ]] || usage
minutes=$1
shift

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
CC=clang cmake -S . -B build/fuzz -DPYCGUARD_TESTS=ON -DPYCGUARD_FUZZ=ON -DPYCGUARD_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo
cmake --build build/fuzz --parallel 2

# What leaks in a library is no failure.
export ASAN_OPTIONS=fast_unwind_on_malloc=0
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

areas=("$@")
if ((!$#)); then
    for source in tests/fuzz/fuzz_*.c; do
        area=${source##*/fuzz_}
        areas+=("${area%.c}")
    done
fi

failed=()
for area in "${areas[@]}"; do
    corpus=tests/fuzz/corpus/$area
    work=build/fuzz/work/$area # what libFuzzer finds new ways with; not kept in the repository
    mkdir -p "$work"
    options=(-max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
    [[ ! -e tests/fuzz/words/$area ]] || options+=("-dict=tests/fuzz/words/$area")
    echo "== $area"
    if ! "build/fuzz/tests/fuzz_$area" "${options[@]}" -artifact_prefix="$work/../$area-" "$work" "$corpus" \
        >"$work.log" 2>&1; then
        failed+=("$area")
        for found in "$work/../$area-"*; do
            cp "$found" "$corpus/found-$(sha1sum "$found" | cut -c 1-12)"
        done
        rm -f "$work/../$area-"*
        grep -E '^(==|SUMMARY|.*(ERROR|runtime error|expected|decides))' "$work.log" || true
    fi
    grep -E 'stat::number_of_executed_units|cov:' "$work.log" | tail -n 2
done
((!${#failed[@]})) || { echo "failed: ${failed[*]}; their inputs are in tests/fuzz/corpus" >&2; exit 1; }
