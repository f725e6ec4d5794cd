#!/usr/bin/env bash
# What looks longer than the tests do, or with tools that the tests need not have. Each exits 0 if it
# finds nothing; it builds below build/analyze. In Debian: clang-tidy cppcheck gcc valgrind.
#
#   tests/analyze.sh cppcheck            cppcheck over src
#   tests/analyze.sh gcc                 gcc -fanalyzer over src
#   tests/analyze.sh tidy [FILE...]      clang-tidy, and in it clang's static analyzer, by .clang-tidy
#   tests/analyze.sh sanitize [ARG...]   the tests under the address, leak and undefined-behaviour
#                                        sanitizers; each ARG goes to ctest
#   tests/analyze.sh valgrind            the unit tests and a script a verb under valgrind
#   tests/analyze.sh coverage [ARG...]   how much of src the tests reach, file by file
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/analyze

die() {
    echo "analyze.sh: $*" >&2
    exit 2
}
need() { command -v "$1" >/dev/null || die "$1 is not installed"; }

# configure NAME [OPTION...]
configure() {
    cmake -S . -B "$build/$1" -DPYCGUARD_TESTS=ON -DCMAKE_BUILD_TYPE=Debug "${@:2}" >/dev/null
}

# run_tests NAME [ARG...]: builds what is configured there, and runs its tests but those that look at
# the text of the tree or compile it again, which no tool here would see.
run_tests() {
    cmake --build "$build/$1" --parallel 2
    ctest --test-dir "$build/$1" --output-on-failure --parallel 2 -E '^(style|build|analyze)\.' "${@:2}"
}

# Off, with reasons. variableScope: the house declares what a function needs at its top, as git does.
# knownConditionTrueFalse, memleak in array.c: it does not see what is stored through a pointer.
run_cppcheck() {
    need cppcheck
    if [[ -z ${BUILD_ROOT-} ]]; then
        configure cppcheck
    elif [[ $(cppcheck --version) != *' 2.10'* ]]; then
        # Each version finds, and takes for a fault, what others do not: the tests go by one.
        echo "analyze.sh: skipped: this is $(cppcheck --version), not 2.10"
        exit 77
    fi
    cppcheck --project="${BUILD_ROOT-$build/cppcheck}/compile_commands.json" --file-filter="$PWD/src/*" \
        --enable=warning,performance,portability,style --suppress=variableScope \
        --suppress=knownConditionTrueFalse --suppress="memleak:$PWD/src/base/array.c" --quiet --error-exitcode=1 -j 2
}

# Off: gcc 12 loses a pointer that is stored in an array or as its first member, and takes for a leak
# what is none; and for unset what is read from a row that realloc may have moved. sanitize and tidy
# look for both.
run_gcc() {
    need gcc
    configure gcc -DCMAKE_C_COMPILER=gcc \
        -DCMAKE_C_FLAGS='-fanalyzer -Werror -Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value'
    cmake --build "$build/gcc" --parallel 2 --target pycguard
}

run_tidy() {
    need clang-tidy
    configure tidy -DCMAKE_C_COMPILER=clang
    (($#)) || set -- src/*/*.c src/git/exec/*.c
    printf '%s\0' "$@" | xargs -0 -n 1 -P 2 clang-tidy -p "$build/tidy" --quiet
}

run_sanitize() {
    configure sanitize -DPYCGUARD_SANITIZE=ON
    run_tests sanitize "$@"
}

run_valgrind() {
    need valgrind
    configure valgrind
    cmake --build "$build/valgrind" --parallel 2
    local valgrind test script
    valgrind=(valgrind --quiet --error-exitcode=99 --leak-check=full
        --suppressions="$PWD/tests/valgrind.supp")
    for test in "$build"/valgrind/tests/test_*; do "${valgrind[@]}" "$test"; done

    # The scripts run this in place of pycguard, which is beside it.
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$(printf '%q ' "${valgrind[@]}")" "$PWD/$build/valgrind/pycguard" \
        >"$build/valgrind/watched"
    chmod +x "$build/valgrind/watched"
    for script in check_range check_tracked explain ignores policy untrack; do
        script=tests/cli/$script.bats
        [[ ! -e $script ]] || PYCGUARD=$PWD/$build/valgrind/watched bats --print-output-on-failure "$script"
    done
}

# make_counts DIR: a file of no counts for each object, to which the other user of some tests adds too.
make_counts() {
    find "$1" -name '*.gcda' -delete
    find "$1" -name '*.gcno' -exec sh -c 'for f; do : >"${f%.gcno}.gcda"; chmod a+rw "${f%.gcno}.gcda"; done' - {} +
}

run_coverage() {
    configure coverage -DPYCGUARD_COVERAGE=ON
    cmake --build "$build/coverage" --parallel 2
    make_counts "$build/coverage"
    run_tests coverage "$@" || echo 'analyze.sh: a test failed, so this is less than it could be' >&2
    python3 -I tests/coverage.py "$build/coverage"
}

command=${1-}
case $command in
cppcheck | gcc | tidy | sanitize | valgrind | coverage) "run_$command" "${@:2}" ;;
*)
    sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
