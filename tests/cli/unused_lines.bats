#!/usr/bin/env bats
# --check-tracked warns of each `!` line that matches no tracked file.

load helper

warning() { echo "pycguard: warning: $1 matches no tracked file"; }

@test "a ! line that matches nothing is told, once, by file and line" {
    new_repo
    write tests/kept.pyc
    write .pycguard '# there on purpose
!tests/kept.pyc
!tests/gone.pyc
*.so
!lib/gone.so'
    git add -Af
    run_pycguard --check-tracked
    assert_status 0
    assert_no_output
    [[ $stderr == "$(warning ".pycguard:3: '!tests/gone.pyc'")"$'\n'"$(warning ".pycguard:5: '!lib/gone.so'")" ]] || fail
}

@test "a line that matches is used, though a later one decides, or nothing needed it" {
    new_repo
    write a/m.py
    write b/m.pyc
    write .pycguard '!a/
!*.py
!b/*.pyc
!regex:^b/m
*.pyc
!/.pycguard'
    git add -Af
    run_pycguard --check-tracked
    assert_status 1
    [[ -z $stderr ]] || fail
}

@test "files that are not tracked do not count, nor does the case of letters unless git says so" {
    new_repo
    write there.pyc
    write .pycguard '!there.pyc
!M.PY'
    write m.py
    git add .pycguard m.py
    run_pycguard --check-tracked
    assert_status 0
    assert_stderr_has "'!there.pyc'"
    assert_stderr_has "'!M.PY'"
    git config core.ignoreCase true
    run_pycguard --check-tracked
    assert_stderr_has "'!there.pyc'"
    [[ $stderr != *M.PY* ]] || fail
}

@test "an empty index uses no line; --policy is named by its name" {
    new_repo
    write '../the policy' '!*'
    run_pycguard --check-tracked --policy '../the policy'
    assert_status 0
    [[ $stderr == "$(warning "../the policy:1: '!*'")" ]] || fail
}

@test "the status stays, reports stay clean, and -q and the other checks are silent" {
    new_repo
    write m.pyc
    write .pycguard '!gone.pyc'
    git add -Af
    run_pycguard --check-tracked --format=json
    assert_status 1
    assert_json '.findings | length == 1'
    assert_stderr_is_one_line
    run_pycguard --check-tracked -q
    assert_status 1
    [[ -z $stderr ]] || fail
    for verb in --check-staged --check-worktree; do
        run_pycguard "$verb"
        assert_status 1
        [[ -z $stderr ]] || fail
    done
}

@test "a line of control bytes is told in one line, and a long path is matched whole" {
    new_repo
    write "$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..200})/$(printf 'f%.0s' {1..200})/m.pyc"
    write .pycguard $'!/d*/e*/f*/m.pyc\n!\e31mgone'
    git add -Af
    run_pycguard --check-tracked
    assert_status 0
    [[ $stderr == "$(warning ".pycguard:2: '!\\03331mgone'")" ]] || fail
}
