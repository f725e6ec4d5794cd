#!/usr/bin/env bats
# What src/python/bytecode.h and the program say of a file against what every CPython on the machine
# imports: imports.py.

setup() {
    here=$(cd "$(dirname "$BATS_TEST_FILENAME")" && pwd)
    export PYTHONDONTWRITEBYTECODE=1
    unset PYTHONPATH PYTHONHOME
    if [ -z "$BYTECODE_TOOL" ] || [ -z "$PYCGUARD" ]; then
        skip "BYTECODE_TOOL or PYCGUARD names no program"
    fi
}

@test "every verdict is what a real import does" {
    run python3 "$here/imports.py"
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"CPython 3."*", 0 differences"* ]]
}

# run_imports CODE: imports.py, changed by CODE.
run_imports() {
    run python3 -c "
import sys
sys.path.insert(0, '$here')
import imports
$1
sys.exit(imports.main())"
}

@test "it fails when no interpreter is found" {
    run_imports 'imports.candidates = lambda: iter(())'
    [ "$status" -eq 1 ]
    [[ $output == *"nothing was compared"* ]]
}

# liar NAME STATUS SCRIPT: a program in place of $NAME, which says the same, changed by SCRIPT of sed.
liar() {
    printf '#!/bin/sh\n%q "$@" | sed "%s"\nexit %d\n' "${!1}" "$3" "$2" >"$BATS_TEST_TMPDIR/liar"
    chmod +x "$BATS_TEST_TMPDIR/liar"
    export "$1=$BATS_TEST_TMPDIR/liar"
}

# fails_where WHO:SITUATION...: in these alone are differences seen.
fails_where() {
    run_imports 'imports.interpreters = lambda: [(sys.executable, "%d.%d.%d" % sys.version_info[:3])]'
    [ "$status" -eq 1 ]
    local seen
    seen=$(sed -nE 's/.*, (worktree|checkout|times kept): ([^:]*): import gives .*/\2:\1/p' <<<"$output" | LC_ALL=C sort -u)
    [ "$seen" = "$(printf '%s\n' "$@")" ]
}

@test "it fails when src/python/bytecode.h is wrong" {
    liar BYTECODE_TOOL 0 's/\tcache\t/\tsource\t/g'
    fails_where bytecode.h:checkout 'bytecode.h:times kept' bytecode.h:worktree
}

@test "it fails when the program is wrong" {
    liar PYCGUARD 1 's/\"loads\": \"cache\"/\"loads\": \"source\"/'
    fails_where --check-staged:checkout '--check-staged:times kept' --check-worktree:worktree
}

@test "it fails when the program errs only where times are kept" {
    liar PYCGUARD 1 's/cache-if-mtime-kept/source/'
    fails_where '--check-staged:times kept'
}
