#!/usr/bin/env bats
# Checks and repairs beside commits, gc, repack, and each other (concurrency.py).

load helper

# Packs, loose objects and commits come and go beside; pkg/ghost.pyc stays.
beside() {
    new_repo
    git config gc.auto 0
    for i in 1 2 3; do
        write "pkg/m$i.py" "x = $i"
        commit "source $i" "pkg/m$i.py"
    done
    write pkg/ghost.pyc bytecode
    commit 'the ghost' pkg/ghost.pyc
    git repack -adq
    "$PYTHON" -B "$BATS_TEST_DIRNAME/concurrency.py" "$1" "$PYCGUARD" "$2"
    git fsck --strict --no-progress
}

@test "checks beside commits" {
    beside commits "${ROUNDS:-24}"
}

@test "checks beside commits and a gc that prunes at once" {
    beside prune "${ROUNDS:-24}"
}

@test "checks beside repack" {
    beside repack "${ROUNDS:-24}"
}

@test "checks beside each other" {
    beside checks "${ROUNDS:-24}"
}

@test "clean beside itself, four times over one tree" {
    beside clean "${ROUNDS:-12}"
}

@test "what an editor saves beside --add-ignores and --allow is not lost" {
    beside add-ignores "${ROUNDS:-24}"
    cd "$WORK"
    mkdir other
    cd other
    beside allow "${ROUNDS:-24}"
}

@test "untrack beside commits, which loses nothing and leaves no lock" {
    beside untrack "${ROUNDS:-12}"
    [[ ! -e .git/index.lock ]]
    run_pycguard --untrack
    assert_status 0
    [[ -z $(git ls-files '*.pyc') && $(git ls-files 'pkg/m?.py' | wc -l) == 3 ]] || fail "$(git ls-files)"
}

@test "untrack while another holds the lock of the index is exit 2, and changes nothing" {
    new_repo
    write m.pyc x
    git add -f m.pyc
    : >.git/index.lock
    before=$(cksum .git/index)
    assert_refuses index.lock --untrack
    [[ $(cksum .git/index) == "$before" && -e .git/index.lock ]]
}
