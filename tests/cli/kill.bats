#!/usr/bin/env bats
# kill -9 at hundreds of random moments: what a repair writes is the old or the new, never a part of a file.

load helper

@test "--untrack, killed alone or with its git" {
    new_repo
    write README text
    git add .
    blob=$(git rev-parse :README)
    for ((i = 1; i <= 1000; i++)); do printf '100644 %s\tdir%d/m.pyc\n100644 %s\tdir%d/m.py\n' "$blob" "$i" "$blob" "$i"; done |
        git update-index --index-info
    git commit -qm start
    "$PYTHON" "$BATS_TEST_DIRNAME/kill.py" untrack "$PYCGUARD" "${ROUNDS:-120}"
}

@test "--add-ignores" {
    new_repo
    write pkg/m.py 'x = 1'
    write Dockerfile FROM
    printf 'old' >.gitignore
    git add .
    "$PYTHON" "$BATS_TEST_DIRNAME/kill.py" add-ignores "$PYCGUARD" "${ROUNDS:-120}"
}

@test "--allow" {
    new_repo
    for i in {1..50}; do write "pkg/m$i.pyc" x; done
    write .pycguard '*.txt'
    git add -f .
    "$PYTHON" "$BATS_TEST_DIRNAME/kill.py" allow "$PYCGUARD" "${ROUNDS:-60}"
}

@test "--clean" {
    "$PYTHON" "$BATS_TEST_DIRNAME/kill.py" clean "$PYCGUARD" "${ROUNDS:-30}"
}
