#!/usr/bin/env bats
# What src/bytecode.h says of a file against what every CPython on the machine imports: imports.py.

setup() {
    here=$(cd "$(dirname "$BATS_TEST_FILENAME")" && pwd)
    export PYTHONDONTWRITEBYTECODE=1
    unset PYTHONPATH PYTHONHOME
    if [ -z "$BYTECODE_TOOL" ]; then
        skip "BYTECODE_TOOL names no program"
    fi
}

@test "every verdict is what a real import does" {
    run python3 "$here/imports.py"
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"CPython 3."*", 0 differences"* ]]
}

@test "it fails when no interpreter is found" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    python=$(python3 -c 'import sys; print(sys.executable)')
    HOME=$BATS_TEST_TMPDIR PATH=$BATS_TEST_TMPDIR/empty PYCGUARD_PYTHONS= \
        run "$python" -c "
import sys
sys.path.insert(0, '$here')
import imports
imports.candidates = lambda: iter(())
sys.exit(imports.main())"
    [ "$status" -eq 1 ]
    [[ $output == *"nothing was compared"* ]]
}

@test "it fails when the verdicts are wrong" {
    # A tool that says of every file that its cache is loaded.
    cat >"$BATS_TEST_TMPDIR/liar" <<'LIAR'
#!/bin/sh
exec sed 's/$/\t3.11\ttimestamp\tcache\tcache\tnone/'
LIAR
    chmod +x "$BATS_TEST_TMPDIR/liar"
    BYTECODE_TOOL=$BATS_TEST_TMPDIR/liar run python3 -c "
import sys
sys.path.insert(0, '$here')
import imports
imports.interpreters = lambda: [(sys.executable, '3.11.0')]
sys.exit(imports.main())"
    [ "$status" -eq 1 ]
}
