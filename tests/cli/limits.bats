#!/usr/bin/env bats
# Under limits that are too small it says in one line what it cannot do, with exit status 2, and no
# signal ends it.

load helper

setup() {
    set -o pipefail
    start_clean
    new_repo
    for i in {1..60}; do write "m$i.py" "x = $i"; done
    python3 -m compileall -q . >"$WORK/out"
    write n.pyc x
    commit one m1.py
    git add -f .
    local id zero
    id=$(git rev-parse HEAD)
    zero=${id//?/0}
    echo "refs/heads/main $id refs/heads/main $zero" >"$WORK/--pre-push"
    echo "$zero $id refs/heads/main" >"$WORK/--pre-receive"
}

verbs=(--check-staged -v --check-tracked '--check-range HEAD' --check-history --check-worktree --check-ignores
    '--explain n.pyc' --untrack --status '--clean --all' --add-ignores --install --uninstall '--allow n.pyc'
    '--pre-push origin url' --pre-receive)

# limited OPTION VALUE...: every verb in a copy, under each of these. Standard output is a file.
limited() {
    local option=$1 value verb lines
    shift
    for value; do
        for verb in "${verbs[@]}"; do
            rm -rf "$WORK/copy"
            cp -a "$WORK/repo" "$WORK/copy"
            status=0
            lines=/dev/null
            [[ $verb != --pre-* ]] || lines=$WORK/${verb%% *}
            # shellcheck disable=SC2086
            (cd "$WORK/copy" && ulimit "$option" "$value" && exec "$PYCGUARD" $verb 2>&1 >"$WORK/out" <"$lines") |
                cat >"$WORK/err" || status=${PIPESTATUS[0]}
            [[ $status == [012] ]] || fail "ulimit $option $value, $verb: $status: $(cat "$WORK/err")"
            [[ $status != 2 || -s $WORK/err ]] || fail "ulimit $option $value, $verb: no word"
            [[ $status != 2 || $(wc -l <"$WORK/err") == 1 ]] ||
                fail "ulimit $option $value, $verb: $(cat "$WORK/err")"
            git -C "$WORK/copy" ls-files >"$WORK/list" || fail "ulimit $option $value, $verb: the index is damaged"
            [[ ! -e $WORK/copy/.git/index.lock ]] || fail "ulimit $option $value, $verb: a lock is left"
        done
    done
}

@test "a small stack" {
    limited -s 32 64 128 255 300 # with less, not even true runs
    (ulimit -s 64 && run_pycguard && assert_status 2 &&
        assert_stderr_has 'cannot run in so small a stack (ulimit -s): 256 kB are needed')
}

@test "small files" {
    limited -f 0 1 4
}

@test "few descriptors" {
    limited -n 4 5 7 9 12 16
}

@test "little memory" {
    [[ -z ${ASAN_OPTIONS-} ]] || skip 'the sanitizers need more'
    limited -v 8000 15000 25000 40000 80000
}

@test "no more processes" {
    (($(id -u) == 0)) && command -v setpriv >/dev/null || skip 'the limit is not one of root'
    git config --global safe.directory '*'
    # That user may not be let into the directories above the one that was built.
    cp "$PYCGUARD" "$WORK/pycguard"
    chmod -R a+rwX "$WORK"
    run --separate-stderr setpriv --reuid 65533 --clear-groups bash -c 'ulimit -u 1; exec "$0" --check-tracked' "$WORK/pycguard"
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'Resource temporarily unavailable'
}
