#!/usr/bin/env bats
# What the README's section on servers, pushes and CI tells people to paste, run as they would.

load helper
load readme

# yaml_lines KEY: the values of that key in standard input, in order.
yaml_lines() {
    "$PYTHON" -I -c '
import sys, yaml
def walk(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == sys.argv[1]:
                print(value if isinstance(value, str) else "\n".join(value))
            else:
                walk(value)
    elif isinstance(node, list):
        for value in node:
            walk(value)
walk(yaml.safe_load(sys.stdin))' "$1"
}

# A base, a commit that is clean, and one that is not.
three_commits() {
    on_path
    new_repo
    commit base
    write a.py 'x = 1'
    commit clean a.py
    write bad.pyc x
    commit bad bad.pyc
}

@test "GitHub Actions: the check of a pull request and of a push" {
    three_commits
    readme_block github | yaml_lines run | grep check-range >../run
    BASE=$(git rev-parse HEAD~1) run bash -e ../run
    assert_status 1
    assert_output_has bad.pyc
    jq -e '.runs[0].results | length == 1' bytecode.sarif
    git reset -q --hard HEAD~1
    BASE=$(git rev-parse HEAD~1) run bash -e ../run
    assert_status 0
    BASE=$(printf %040d 0) run bash -e ../run
    assert_status 0
}

@test "GitLab CI: the check of a merge request and of a push" {
    three_commits
    readme_block gitlab | yaml_lines script >../run
    CI_COMMIT_SHA=$(git rev-parse HEAD)
    export CI_COMMIT_SHA CI_COMMIT_BEFORE_SHA=0000000000000000000000000000000000000000
    run bash -e ../run
    assert_status 1
    assert_output_has bad.pyc
    jq -e 'length == 1' gl-code-quality-report.json
    CI_COMMIT_SHA=$(git rev-parse HEAD~1) CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse HEAD~2) run bash -e ../run
    assert_status 0
}

@test "a restored cache that brings the bytecode of a migration" {
    on_path
    readme_block restored-cache >run
    mkdir tree && cd tree
    bash -e ../run
    pyc pkg/m.py >/dev/null
    bash -e ../run
    pyc app/migrations/0001_initial.py >/dev/null
    run bash -e ../run
    [[ $status != 0 && $output == *app/migrations/__pycache__/0001_initial* ]]
    run bash -ec 'cd /nowhere'
    rm -rf app && write app/migrations/0002_gone.pyc x
    run pycguard --check-worktree .
    assert_status 1
}

@test "a Makefile" {
    three_commits
    readme_block makefile >Makefile
    run make check
    assert_status 2
    assert_output_has bad.pyc
    git reset -q --hard HEAD~1
    readme_block makefile >Makefile
    make check
}

@test "husky's files, as git runs them" {
    three_commits
    git init -q --bare ../remote.git
    git remote add origin ../remote.git
    mkdir .husky
    readme_block husky-pre-push | sed '1i#!/bin/sh -e' >.husky/pre-push
    printf '#!/bin/sh -e\n%s\n' "$(readme_block husky-pre-commit)" >.husky/pre-commit
    chmod +x .husky/*
    git config core.hooksPath .husky
    run git push origin main
    assert_status 1
    write worse.pyc x
    git add -f worse.pyc
    run git commit -m worse
    assert_status 1
    git push -q origin main~1:refs/heads/main
}

@test "a template directory for new clones" {
    on_path
    (cd "$SOURCE_ROOT" && eval "$(readme_block template)")
    git init -q new
    cd new
    write bad.pyc x
    git add -f bad.pyc
    run git commit -m bad
    assert_status 1
    assert_output_has bad.pyc
    [[ -x .git/hooks/pre-push && -x .git/hooks/pre-merge-commit ]]
}

@test "a server's script with a pinned policy, and --install in a bare repository" {
    three_commits
    write .pycguard '!*'
    commit 'allows all' .pycguard
    : >"$WORK/policy"
    git init -q --bare ../server.git
    readme_block pre-receive | sed "s|/etc/pycguard.policy|$WORK/policy|" >../server.git/hooks/pre-receive
    chmod +x ../server.git/hooks/pre-receive
    run git push ../server.git main
    assert_status 1
    assert_output_has bad.pyc
    git init -q --bare ../installed.git
    pycguard -C ../installed.git --install
    run git push ../installed.git main
    assert_status 1
    git push -q ../installed.git main~2:refs/heads/main
}

@test "a thousand tracked caches: out in one commit, or allowed by name" {
    on_path
    new_repo
    for i in {1..40}; do write "pkg/m$i.py" 'x = 1' && write "pkg/__pycache__/m$i.cpython-311.pyc" x; done
    write 'odd [name]*/m.pyc' x
    commit before .
    git branch start
    bash -e <<<"$(readme_block a-day)"
    pycguard --check-tracked
    run pycguard --check-range start..HEAD
    assert_status 0
    [[ -e pkg/__pycache__/m1.cpython-311.pyc ]]
    git checkout -qf start
    bash -e <<<"$(readme_block by-name)"
    git add .pycguard
    run pycguard --check-tracked
    assert_status 0
    assert_no_output
}
