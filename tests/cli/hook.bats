#!/usr/bin/env bats
# hook/pre-commit: finds the binary, or blocks. What the check itself decides is in other files.

load helper

# stand_in PATH STATUS: a pycguard that says how it was called.
stand_in() {
    write "$1" "#!/bin/sh
echo \"$1: \$*\"
exit $2"
    chmod +x "$1"
}

# run_hook FILE: with no pycguard on PATH but what is in $WORK/path.
run_hook() { run --separate-stderr env PATH="$WORK/path:$(tools)" "$@"; }

# The few tools that the hook may use, in a directory that holds no pycguard.
tools() {
    mkdir -p "$WORK/tools"
    ln -sf "$(command -v sh)" "$WORK/tools/sh"
    echo "$WORK/tools"
}

# installed_as BINARY: the hook with that path filled in.
installed_as() {
    sed "s|@PYCGUARD@|$1|" "$SOURCE_ROOT/hook/pre-commit" >hook
    chmod +x hook
}

@test "the path that it was installed with comes before PATH" {
    stand_in "$WORK/prefix with blanks/pycguard" 0
    stand_in "$WORK/path/pycguard" 3
    installed_as "$WORK/prefix with blanks/pycguard"
    run_hook ./hook
    assert_status 0
    assert_output_is "$WORK/prefix with blanks/pycguard: --check-staged"
}

@test "PATH answers when the installed binary is gone" {
    stand_in "$WORK/path/pycguard" 1
    installed_as "$WORK/gone/pycguard"
    run_hook ./hook
    assert_status 1
    assert_output_is "$WORK/path/pycguard: --check-staged"
}

@test "the file as it is in the source tree takes PATH" {
    stand_in "$WORK/path/pycguard" 2
    run_hook "$SOURCE_ROOT/hook/pre-commit"
    assert_status 2
    assert_output_is "$WORK/path/pycguard: --check-staged"
}

@test "no binary blocks, with one line that says how to get it" {
    installed_as "$WORK/gone/pycguard"
    run_hook ./hook
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has install.sh
    assert_stderr_has PYCGUARD_OPTIONAL=1
}

@test "no binary passes under PYCGUARD_OPTIONAL=1 and under no other value" {
    installed_as "$WORK/gone/pycguard"
    PYCGUARD_OPTIONAL=1 run_hook ./hook
    assert_status 0
    PYCGUARD_OPTIONAL=0 run_hook ./hook
    assert_status 2
    PYCGUARD_OPTIONAL='' run_hook ./hook
    assert_status 2
}

@test "PYCGUARD_OPTIONAL=1 does not silence a binary that is there" {
    stand_in "$WORK/path/pycguard" 1
    installed_as "$WORK/gone/pycguard"
    PYCGUARD_OPTIONAL=1 run_hook ./hook
    assert_status 1
}

@test "a real commit of bytecode is refused, and the next without it goes through" {
    new_repo
    hook_file pre-commit
    pyc pkg/m.py
    git add .
    run git commit -m 'with its cache'
    assert_status 1
    assert_output_has "$(pyc pkg/m.py)"
    git rm -rq --cached pkg/__pycache__
    git commit -qm 'source alone'
}

@test "a merge that brings in bytecode that the other side had is not refused" {
    new_repo
    commit start
    git checkout -qb side
    commit 'theirs, before anyone had a hook' "$(pyc theirs/m.py)"
    git checkout -q main
    write ours.py 'x = 1'
    commit ours ours.py
    hook_file pre-merge-commit
    git merge -q --no-edit side
    # A program that merges may say so in its own words.
    git reset -q --hard HEAD~1
    GIT_REFLOG_ACTION='sync: side' git merge -q --no-edit side
    [[ $(git rev-list --count --merges HEAD) == 1 ]]
}
