# shellcheck shell=bash
# What the tests of kinds of repository load: one content, and what every verb has to say of it.

# Two commits, and a third staged. `in` is what sparse checkouts keep.
first_commit() {
    write pkg/m.py 'x = 1'
    write in/kept.py 'x = 1'
    commit one .
}
second_commit() {
    write pkg/m.pyc x
    write old.pyc x
    commit two .
}
stage() {
    write new.pyc x
    : >empty.pyc
    : >later.pyc
    git add -f new.pyc empty.pyc
    git add -N -f later.pyc
}
content() {
    first_commit
    second_commit
    # The second commit again, under no ref: what a push would bring.
    pushed=$(git commit-tree -p HEAD~1 -m pushed 'HEAD^{tree}')
    stage
}

# rejected PATH... -- ARG...: what `pycguard ARG... -z` says, and that it exits with 1.
rejected() {
    local expected=()
    while [[ $1 != -- ]]; do
        expected+=("$1")
        shift
    done
    shift
    "$PYCGUARD" -z "$@" >"$WORK/paths" 2>"$WORK/err" && status=0 || status=$?
    if [[ $status != 1 ]] || ! printf '%s\0' "${expected[@]}" | cmp - "$WORK/paths"; then
        fail "$*" "$(tr '\0' '\n' <"$WORK/paths")" "$(<"$WORK/err")"
    fi
}

# everything: each file of the repository with its sum, and nothing else.
everything() { find "$(git rev-parse --git-common-dir)" -type f -exec sha256sum {} + | sort; }

judge_index() {
    judge
    assert_judged 1 'error ghost-module empty.pyc' 'error ghost-module new.pyc' \
        'warning ghost-module old.pyc' 'warning bytecode pkg/m.pyc'
    rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
    rejected empty.pyc new.pyc old.pyc -- --check-staged old.pyc
    run_pycguard --explain empty.pyc
    assert_status 0
    assert_output_has ghost-module
}
judge_commits() {
    local head base zero
    head=$(git rev-parse HEAD)
    # Not HEAD~1: grafts change what that is.
    base=$(git --no-replace-objects cat-file commit HEAD | sed -n 's/^parent //p')
    zero=${head//?/0}
    rejected old.pyc pkg/m.pyc -- --check-range "$base..$head"
    rejected old.pyc pkg/m.pyc -- --check-history
    rejected old.pyc pkg/m.pyc -- --pre-push origin somewhere <<<"refs/heads/main $head refs/heads/main $zero"
    rejected old.pyc pkg/m.pyc -- --pre-receive <<<"$head $pushed refs/heads/main"
}
fix() {
    run_pycguard --check-ignores -q
    assert_status 1
    run_pycguard --add-ignores
    assert_status 0
    run_pycguard --untrack
    assert_status 0
    [[ $(git ls-files '*.pyc') == later.pyc ]] || fail "$(git ls-files)"
    run_pycguard --install -q
    assert_status 0
    run_pycguard --status
    assert_status 0
    run_pycguard
    assert_status 0
}

# verdicts: every verb in the repository that is made; the checks leave it as it was.
verdicts() {
    local before
    before=$(everything)
    judge_index
    judge_commits
    [[ $(everything) == "$before" ]] || fail "$(diff <(everything) - <<<"$before")"
    fix
}

needs_sparse_index() {
    git ls-files -h 2>&1 | grep -q sparse || skip "$(git version) makes no sparse index"
}

# without_checksum: the index as index.skipHash leaves it.
without_checksum() {
    "$PYTHON" -I -c 'data = open(".git/index", "rb").read()
open(".git/index", "wb").write(data[:-20] + bytes(20))'
}

# trap_program: a program that leaves a trace when it is run.
trap_program() {
    printf '#!/bin/sh\necho "$0 $*" >>%q\nexit 1\n' "$WORK/sprung" >"$WORK/trap"
    chmod +x "$WORK/trap"
}
assert_not_sprung() { [[ ! -e $WORK/sprung ]] || fail "$(<"$WORK/sprung")"; }
