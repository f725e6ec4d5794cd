#!/usr/bin/env bats
# What the documents tell people to paste for servers, pushes and CI, run as they would.

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

# a_service: a repository in which main has an old cache that nobody took out, and branches that add
# none (good), and one (bad); cloned as services do, into ./clone.
a_service() {
    on_path
    new_repo service
    write old.py 'x = 1'
    write __pycache__/old.cpython-311.pyc x
    commit base .
    git branch start
    for name in good bad; do
        git checkout -qb "$name" start
        write "$name.py" 'x = 1'
        if [[ $name == bad ]]; then write bad.pyc x; fi
        commit "$name" .
    done
    git checkout -q main
    write later.py 'x = 1'
    commit later .
    cd "$WORK" || return
    git clone -q service clone
    cd clone || return
    git config advice.detachedHead false
}

# went_on: in main meanwhile comes bytecode, of which no branch is guilty.
went_on() {
    write ../service/late.pyc x
    git -C ../service add -f late.pyc
    git -C ../service commit -qm late
    git fetch -q
}

# judges COLOUR COMMIT [VARIABLE=VALUE...]: the script of $WORK/run says green or red of that commit.
judges() {
    local want=0
    [[ $1 != red ]] || want=1
    git checkout -q "$2"
    run env "${@:3}" bash -e "$WORK/run"
    assert_status "$want"
    [[ $1 != red ]] || assert_output_has bad.pyc
}

# A merge of that branch into main, as services make it for pull requests and merge queues.
merged() {
    git checkout -q --detach origin/main
    git merge -q --no-edit --no-ff "origin/$1"
    git rev-parse HEAD
}

zeros=0000000000000000000000000000000000000000
gone=1111111111111111111111111111111111111111

@test "GitHub Actions: every event gets the right colour" {
    a_service
    went_on
    readme_block github | yaml_lines run | sed -n '/EVENT_NAME/,$p' >"$WORK/run"
    export MAIN=main
    start=$(git rev-parse origin/start)
    for name in good bad; do
        colour=green
        [[ $name != bad ]] || colour=red
        merge=$(merged "$name")
        # What the event names can be older than the merge's first parent; it is not asked.
        for base in '' "$start" $gone; do
            judges $colour "$merge" GITHUB_EVENT_NAME=pull_request GITHUB_REF_NAME=1/merge BASE="$base"
        done
        judges $colour "$merge" GITHUB_EVENT_NAME=merge_group GITHUB_REF_NAME=gh-readonly-queue/main/pr-1 BASE="$(git rev-parse origin/main)"
        judges $colour "origin/$name" GITHUB_EVENT_NAME=push GITHUB_REF_NAME=$name BASE="$start"
        judges $colour "origin/$name" GITHUB_EVENT_NAME=push GITHUB_REF_NAME=$name BASE=$zeros
        judges $colour "origin/$name" GITHUB_EVENT_NAME=push GITHUB_REF_NAME=$name BASE=$gone
        judges $colour "origin/$name" GITHUB_EVENT_NAME=workflow_dispatch GITHUB_REF_NAME=$name BASE=
    done
    # A new branch without a commit of its own.
    judges green origin/start GITHUB_EVENT_NAME=push GITHUB_REF_NAME=start BASE=$zeros
}

@test "GitHub Actions: main itself, forced, by hand and on a schedule" {
    a_service
    readme_block github | yaml_lines run | sed -n '/EVENT_NAME/,$p' >"$WORK/run"
    export MAIN=main GITHUB_REF_NAME=main
    git -C ../service rm -q --cached __pycache__/old.cpython-311.pyc
    git -C ../service commit -qm 'Stop tracking it'
    git fetch -q
    judges green origin/main GITHUB_EVENT_NAME=push BASE="$(git rev-parse origin/main~1)"
    judges green origin/main GITHUB_EVENT_NAME=push BASE=$gone
    judges green origin/main GITHUB_EVENT_NAME=schedule BASE=
    # That event need not name the default branch, on which it always runs.
    judges green origin/main GITHUB_EVENT_NAME=schedule BASE= MAIN=
    git -C ../service checkout -qf main
    git -C ../service merge -q --no-edit bad
    git fetch -q
    judges red origin/main GITHUB_EVENT_NAME=push BASE="$(git rev-parse origin/main~1)"
    judges red origin/main GITHUB_EVENT_NAME=push BASE=$gone
    judges red origin/main GITHUB_EVENT_NAME=schedule BASE=
    judges red origin/main GITHUB_EVENT_NAME=schedule BASE= MAIN=
    judges red origin/main GITHUB_EVENT_NAME=workflow_dispatch BASE=
}

@test "GitHub Actions: the job runs at each of these events" {
    readme_block github >job
    for event in push pull_request merge_group workflow_dispatch schedule; do
        grep -qE "^on: .*[{ ]$event: [{[]" job || fail "not at $event"
        grep -q "GITHUB_EVENT_NAME=$event " "$SOURCE_ROOT/tests/cli/recipes.bats" || fail "no test of $event"
    done
}

@test "GitHub code scanning: a file of SARIF, and the findings in the log" {
    a_service
    readme_block github-sarif | yaml_lines run >"$WORK/run"
    judges red origin/bad
    jq -e '.runs[0].results | length == 2' bytecode.sarif
}

@test "GitLab CI: every pipeline gets the right colour" {
    a_service
    went_on
    readme_block gitlab | yaml_lines script >"$WORK/run"
    export CI_DEFAULT_BRANCH=main
    for name in good bad; do
        colour=green
        [[ $name != bad ]] || colour=red
        # The merge with the target, and that of a train: the base of the request's own diff is older.
        judges $colour "$(merged $name)" CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_TARGET_BRANCH_SHA="$(git rev-parse origin/main)" \
            CI_MERGE_REQUEST_DIFF_BASE_SHA="$(git rev-parse origin/start)" CI_COMMIT_BEFORE_SHA=$zeros
    done
    # GitLab fetches the one branch only.
    git for-each-ref --format='delete %(refname)' refs/remotes/origin/main refs/remotes/origin/HEAD | git update-ref --no-deref --stdin
    for name in good bad; do
        colour=green
        [[ $name != bad ]] || colour=red
        judges $colour "origin/$name" CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_DIFF_BASE_SHA="$(git rev-parse origin/start)" CI_COMMIT_BEFORE_SHA=$zeros
        judges $colour "origin/$name" CI_PIPELINE_SOURCE=web CI_COMMIT_BRANCH=$name CI_COMMIT_BEFORE_SHA=$zeros
        judges $colour "origin/$name" CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=$name CI_COMMIT_BEFORE_SHA=$gone
        jq -e "length == $([[ $name == bad ]] && echo 1 || echo 0)" gl-code-quality-report.json
    done
    # The default branch: a schedule looks at all that is tracked, a push at what it adds.
    judges green origin/good CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA="$(git rev-parse origin/start)"
    judges red origin/bad CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA="$(git rev-parse origin/start)"
    judges red origin/bad CI_PIPELINE_SOURCE=schedule CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA=$zeros
    judges red origin/bad CI_PIPELINE_SOURCE=web CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA=$zeros
    git -C ../service checkout -q --detach good
    git -C ../service rm -q --cached __pycache__/old.cpython-311.pyc
    git -C ../service commit -qm 'Stop tracking it'
    git fetch -q ../service HEAD
    judges green FETCH_HEAD CI_PIPELINE_SOURCE=schedule CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA=$zeros
    judges green FETCH_HEAD CI_PIPELINE_SOURCE=web CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA=$zeros
    # The rules let in each of these pipelines, and a push to the default branch.
    readme_block gitlab | grep -qF '$CI_PIPELINE_SOURCE =~ /^(merge_request_event|schedule|web)$/ || $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
    # An image is run as a shell, whatever its entry point is.
    readme_block gitlab | "$PYTHON" -I -c 'import sys, yaml; assert yaml.safe_load(sys.stdin)["bytecode"]["image"]["entrypoint"] == [""]'
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
    for name in pre-commit pre-push; do
        command=$(sed -n "s|^- husky:.*\`\([^\`]*\)\` in \`.husky/$name\`.*|\1|p" "$SOURCE_ROOT/README.md")
        [[ $command == pycguard\ * ]] || fail "the README has no $name of husky"
        printf '#!/bin/sh -e\n%s\n' "$command" >".husky/$name"
    done
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
    readme_block pre-receive | sed "s|/etc/pycguard.policy|'$WORK/policy'|" >../server.git/hooks/pre-receive
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
