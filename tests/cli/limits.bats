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

# The user, if it is another one, whom the limits hold.
as=()

# run_verb SHELL-COMMAND VERB: what that verb says and does in a copy, after the command. Standard output is a file.
run_verb() {
    local lines=/dev/null
    rm -rf "$WORK/copy"
    cp -a "$WORK/repo" "$WORK/copy"
    [[ ! ${as[*]} ]] || chmod -R a+rwX "$WORK/copy"
    [[ $2 != --pre-* ]] || lines=$WORK/${2%% *}
    status=0
    # shellcheck disable=SC2086
    (cd "$WORK/copy" && exec "${as[@]}" bash -c "$1"' && exec "$@"' - "$WORK/pycguard" $2 2>&1 >"$WORK/out" <"$lines" 3>&-) |
        cat >"$WORK/err" || status=${PIPESTATUS[0]}
}

# limited OPTION VALUE...: every verb, under each of these, does all that it does without, or fails.
limited() {
    local option=$1 value verb expected
    shift
    cp "$PYCGUARD" "$WORK/pycguard"
    for verb in "${verbs[@]}"; do
        run_verb : "$verb"
        expected=$status
        for value; do
            run_verb "ulimit $option $value" "$verb"
            [[ $status == 2 || $status == "$expected" ]] ||
                fail "ulimit $option $value, $verb: $status, not $expected: $(cat "$WORK/err")"
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
    [[ -z ${ASAN_OPTIONS-} ]] || skip 'the sanitizers start one'
    (($(id -u) == 0)) && command -v setpriv >/dev/null || skip 'the limit is not one of root'
    git config --global safe.directory '*'
    # That user may not be let into the directories above the one that was built.
    chmod -R a+rwX "$WORK"
    as=(setpriv --reuid 65533 --clear-groups)
    limited -u 1 2 3
    run_verb 'ulimit -u 1' --check-tracked
    [[ $status == 2 && $(cat "$WORK/err") == *'Resource temporarily unavailable' ]]
}
