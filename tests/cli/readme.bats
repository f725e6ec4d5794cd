#!/usr/bin/env bats
# The README's first example is a real run.

load helper

# The lines of the README's first console block.
opening() { awk '/^```console$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$SOURCE_ROOT/README.md"; }

# transcript: runs each command of standard input, and prints it with what it said, as the README does.
transcript() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        bash -c "${line#\$ }" 2>&1 </dev/null || true
    done < <(grep '^\$ ')
}

@test "the opening of the README: a refused commit, and its mend" {
    new_repo
    write shop/migrations/__init__.py ''
    write shop/migrations/0001_initial.py 'operations = []'
    write shop/migrations/0002_rename.py 'operations = ["rename"]'
    commit 'Two migrations' .
    hook_file pre-commit
    pyc shop/migrations/0002_rename.py shop/migrations/0002_rename.pyc
    pyc shop/migrations/0002_rename.py shop/migrations/__pycache__/0002_rename.cpython-313.pyc
    PATH=$(dirname "$PYCGUARD"):$PATH
    opening >expected.txt
    (($(grep -c '^\$ ' expected.txt) >= 4))
    mv expected.txt "$WORK"
    transcript <"$WORK/expected.txt" >"$WORK/output.txt"
    diff "$WORK/expected.txt" "$WORK/output.txt"
    [[ -z $(git ls-files '*.pyc') ]]
    [[ $(git log -1 --format=%s) == 'Replace migration 0002' ]]
}
