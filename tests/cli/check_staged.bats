#!/usr/bin/env bats
# --check-staged: what the commit about to be made adds, changes and orphans, merges too.

load helper
load staging

# --- silence -----------------------------------------------------------------------------------

@test "a clean commit is let through in silence" {
    new_repo
    stage pkg/m.py README
    run_pycguard --check-staged
    assert_status 0
    assert_no_output
    [[ -z $stderr ]]
    run_pycguard
    assert_status 0
    assert_no_output
}

@test "a repository without an index file is clean" {
    new_repo
    [[ ! -e .git/index ]]
    judge
    assert_judged 0
    assert_json '.checked == 0'
}

@test "bytecode on disk that is not staged is not looked at" {
    new_repo
    pyc pkg/m.py
    stage pkg/m.py
    judge
    assert_judged 0
}

# --- what the commit does ------------------------------------------------------------------------

@test "added bytecode is an error" {
    new_repo
    commit start
    cache=$(pyc pkg/m.py)
    stage pkg/m.py "$cache"
    judge
    assert_judged 1 "error bytecode $cache"
}

@test "bytecode in the first commit is an error" {
    new_repo
    cache=$(pyc pkg/m.py)
    stage pkg/m.py "$cache"
    judge --check-staged
    assert_judged 1 "error bytecode $cache"
}

@test "changed bytecode is an error" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    write pkg/m.py 'y = 22'
    pyc pkg/m.py
    stage pkg/m.py "$cache"
    judge
    assert_judged 1 "error bytecode $cache"
}

@test "bytecode made executable is changed, and an error" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git update-index --chmod=+x m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "what HEAD had already is a warning, and an error under --strict" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    stage other.py
    judge
    assert_judged 0 "warning bytecode $cache"
    judge --strict
    assert_judged 1 "warning bytecode $cache"
    run_pycguard --strict
    assert_status 1
    assert_output_has "$cache"
}

@test "a change of the source alone leaves its old cache a warning" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    write pkg/m.py 'a_longer_name = 1'
    stage pkg/m.py
    judge
    assert_judged 0 "warning stale-cache $cache"
}

@test "deleting bytecode is not rejected" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git rm -q --cached "$cache"
    judge --strict
    assert_judged 0
}

@test "deleting source and cache together is not rejected" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache" pkg
    git rm -rq pkg
    judge --strict
    assert_judged 0
}

@test "renaming bytecode to another name adds bytecode" {
    new_repo
    stage m.py n.py m.pyc
    commit 'before the hook'
    git mv m.pyc n.pyc
    judge
    assert_judged 1 'error bytecode n.pyc'
}

@test "renaming bytecode away from its name fixes it" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git mv m.pyc m.bin
    judge --strict
    assert_judged 0
}

# --- orphans -------------------------------------------------------------------------------------

@test "removing the source makes an orphan of the cache that is not staged" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git rm -q pkg/m.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
    assert_json '.findings[0] | .source == "pkg/m.py" and .source_present == false'
}

@test "renaming the source makes an orphan of its cache" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git mv pkg/m.py pkg/n.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
}

@test "removing the source of bytecode beside it makes a ghost module" {
    new_repo
    pyc m.py m.pyc
    commit 'before the hook' m.py m.pyc
    git rm -q m.py
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "removing a package makes orphans of its caches" {
    new_repo
    stage keep.py pkg/{__init__,a}.py pkg/__pycache__/{__init__,a}.cpython-311.pyc \
        pkg/sub/b.py pkg/sub/__pycache__/b.cpython-311.pyc
    commit 'before the hook'
    git rm -q pkg/*.py pkg/sub/*.py
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/__init__.cpython-311.pyc' \
        'error orphaned-cache pkg/__pycache__/a.cpython-311.pyc' \
        'error orphaned-cache pkg/sub/__pycache__/b.cpython-311.pyc'
}

@test "moving a package without its caches makes orphans of them" {
    new_repo
    stage pkg/m.py pkg/__pycache__/m.cpython-311.pyc
    commit 'before the hook'
    mkdir new
    git mv pkg/m.py new/m.py
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "an orphan that HEAD had already is a warning" {
    new_repo
    stage pkg/__pycache__/m.cpython-311.pyc m.pyc
    commit 'before the hook'
    stage other.py
    judge
    assert_judged 0 'warning ghost-module m.pyc' \
        'warning orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "a source that is restored makes its cache no orphan any more" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' "$cache"
    stage pkg/m.py
    judge
    assert_judged 0 "warning bytecode $cache"
    assert_json '.findings[0].source_present'
}

@test "a source replaced by a directory of its name is gone" {
    new_repo
    stage pkg/m.py m.pyc m.py
    commit 'before the hook'
    git rm -q m.py
    stage m.py/inside
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "a source that becomes a submodule is gone" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git update-index --cacheinfo "160000,$(git rev-parse HEAD),m.py"
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "a source in another case is no source" {
    new_repo
    stage pkg/M.py pkg/__pycache__/m.cpython-311.pyc
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "the migration of the incident: replaced, its old cache left behind" {
    new_repo
    cache=$(pyc shop/migrations/0002_rename_app_secret.py)
    commit 'before the hook' shop "$cache"
    git mv shop/migrations/0002_rename_app_secret.py shop/migrations/0002_placeholder.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
    assert_json '.findings[0].migration'
    run_pycguard
    assert_status 1
    assert_output_has "$cache  (its source is removed)"
}

# --- merges --------------------------------------------------------------------------------------

@test "a merge is not blamed for bytecode that the other side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning bytecode theirs.pyc'
    judge --strict
    assert_judged 1 'warning bytecode theirs.pyc'
}

@test "a merge is not blamed for bytecode that our side had" {
    new_repo
    commit start
    branch_with side theirs.py
    git checkout -q main
    stage ours.py ours.pyc
    commit ours
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning bytecode ours.pyc'
}

@test "a merge is blamed for bytecode that neither side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py ours.pyc
    commit ours
    git merge -q --no-commit side
    stage m.py m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc' 'warning bytecode ours.pyc' 'warning bytecode theirs.pyc'
}

@test "a merge is blamed for a content that neither side had" {
    new_repo
    stage m.py m.pyc
    commit start
    branch_with side theirs.py
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit side
    write m.pyc 'another text'
    stage m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a merge is blamed for an orphan of one side's cache and the other side's deletion" {
    new_repo
    stage m.py
    commit start
    branch_with side __pycache__/m.cpython-311.pyc
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    git merge -q --no-commit side
    judge
    assert_judged 1 'error orphaned-cache __pycache__/m.cpython-311.pyc'
}

@test "a merge is not blamed for an orphan that one side had made" {
    new_repo
    stage m.py __pycache__/m.cpython-311.pyc
    commit start
    branch_with side theirs.py
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning orphaned-cache __pycache__/m.cpython-311.pyc'
}

@test "an octopus merge is measured against every head" {
    new_repo
    commit start
    for side in one two three; do branch_with "$side" "$side.py" "$side.pyc"; done
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit one two three
    [[ $(wc -l <.git/MERGE_HEAD) == 3 ]]
    stage m.py m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc' 'warning bytecode one.pyc' 'warning bytecode three.pyc' \
        'warning bytecode two.pyc'
}

@test "a merge of tags, nested ones and several at once, is measured against what they name" {
    new_repo
    commit start
    for side in one two three; do
        branch_with "$side" "$side.py" "$side.pyc"
        git tag -a -m "$side" "tag-$side" "$side"
        git tag -a -m "$side" "outer-$side" "tag-$side"
    done
    git checkout -q main
    stage ours.py
    commit ours
    for tags in tag-one 'outer-two' 'tag-one outer-two three'; do
        # shellcheck disable=SC2086 # words
        git merge -q --no-commit --no-ff $tags
        # git may have peeled them; MERGE_HEAD may hold any of them.
        # shellcheck disable=SC2086
        git rev-parse $tags >.git/MERGE_HEAD
        stage m.py m.pyc
        judge
        assert_status 1
        [[ $(grep -c '^error' <<<"$output") == 1 ]] || fail "$tags"
        git reset -q --hard
    done
    stage m.py m.pyc
    git rev-parse 'HEAD^{tree}' >.git/MERGE_HEAD
    run_pycguard
    assert_status 2
    assert_stderr_has MERGE_HEAD
    : >.git/MERGE_HEAD
    run_pycguard
    assert_status 2
}

@test "what is left of a merge in the environment makes no commit a parent" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    git cat-file blob side:theirs.pyc >theirs.pyc
    stage theirs.py
    git add -f theirs.pyc
    export "GITHEAD_$(git rev-parse side)=side"
    judge
    assert_judged 1 'error bytecode theirs.pyc'
    # While git merges, it is one; and what HEAD has is not being merged.
    GIT_REFLOG_ACTION='merge side' judge
    assert_judged 0 'warning bytecode theirs.pyc'
    git reset -q --hard
    git merge -q --no-ff --no-edit side
    git rm -q theirs.pyc
    commit gone
    git cat-file blob side:theirs.pyc >theirs.pyc
    git add -f theirs.pyc
    GIT_REFLOG_ACTION='merge side' judge
    assert_judged 1 'error bytecode theirs.pyc'
    # A hook of a merge may commit to another repository, where there is no such commit; nor is a tree one.
    git init -q "$WORK/other"
    cd "$WORK/other"
    commit start
    stage m.py m.pyc
    export "GITHEAD_$(git rev-parse 'HEAD^{tree}')=tree"
    GIT_REFLOG_ACTION='merge side' judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a clean merge passes the pre-merge-commit hook with what the other side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py
    commit ours
    hook_file pre-merge-commit
    git merge -q --no-edit side
    [[ $(git rev-list --count --merges HEAD) == 1 ]]
}

@test "a clean merge that makes an orphan is refused by the pre-merge-commit hook" {
    new_repo
    stage m.py
    commit start
    branch_with side __pycache__/m.cpython-311.pyc
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    hook_file pre-merge-commit
    run git merge --no-edit side
    [[ $status != 0 ]]
    assert_output_has orphaned-cache
    [[ $(git rev-list --count --merges HEAD) == 0 ]]
}
