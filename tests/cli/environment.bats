#!/usr/bin/env bats
# Which repository, which index, from where: as git would have it; and the hook in a real git commit
# of every form.

load helper

# dirty_repo DIR: a repository with bytecode staged, and we are where we were.
dirty_repo() {
    git init -q "$1"
    write "$1/m.py" 'x = 1'
    write "$1/m.pyc" 'x'
    git -C "$1" add -f .
}

clean_repo() {
    git init -q "$1"
    write "$1/m.py" 'x = 1'
    git -C "$1" add .
}

# --- from where ------------------------------------------------------------------------------------

@test "-C goes to another repository, and further by a second" {
    dirty_repo top/dirty
    clean_repo clean
    judge -C top/dirty
    assert_judged 1 'error bytecode m.pyc'
    judge --check-tracked -C top -C dirty
    assert_judged 1 'error bytecode m.pyc'
    cd top/dirty
    judge -C ../../clean
    assert_judged 0
}

@test "-C to what is no directory is exit 2" {
    dirty_repo dirty
    assert_refuses "'nowhere': No such file or directory" -C nowhere
    assert_refuses "'dirty/m.py': Not a directory" -C dirty/m.py
}

@test "a subdirectory sees the whole repository, by the paths of its top" {
    dirty_repo repo
    mkdir -p repo/a/b
    cd repo/a/b
    judge
    assert_judged 1 'error bytecode m.pyc'
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
}

@test "inside .git it is the same repository" {
    dirty_repo repo
    cd repo/.git
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
}

# --- what the environment names --------------------------------------------------------------------

@test "GIT_DIR names the repository, absolute or relative" {
    dirty_repo dirty
    clean_repo clean
    GIT_DIR=$PWD/dirty/.git judge
    assert_judged 1 'error bytecode m.pyc'
    cd clean
    GIT_DIR=../dirty/.git judge
    assert_judged 1 'error bytecode m.pyc'
    cd ../dirty
    GIT_DIR=../clean/.git judge
    assert_judged 0
    cd ..
    GIT_DIR=dirty/.git GIT_WORK_TREE=dirty judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "GIT_DIR without a repository is exit 2, whatever is around" {
    dirty_repo dirty
    cd dirty
    GIT_DIR=$PWD/nowhere assert_refuses nowhere
    GIT_DIR=$PWD assert_refuses "$PWD"
}

@test "GIT_WORK_TREE says where the top is" {
    dirty_repo dirty
    mkdir -p tree/sub
    export GIT_DIR=$PWD/dirty/.git GIT_WORK_TREE=$PWD/tree
    cd tree/sub
    judge --check-staged ../m.pyc
    assert_judged 1 'error bytecode m.pyc'
    assert_refuses 'is not in the index' --check-staged m.pyc
    assert_refuses outside --check-staged ../../dirty/m.pyc
}

@test "core.worktree says where the top is" {
    dirty_repo dirty
    mkdir tree
    git -C dirty config core.worktree "$PWD/tree"
    cd tree
    GIT_DIR=../dirty/.git judge --check-staged m.pyc
    assert_judged 1 'error bytecode m.pyc'
}

@test "GIT_INDEX_FILE is taken from the top when relative, and as it is when absolute" {
    dirty_repo repo
    cd repo
    cp .git/index .git/other
    git rm -q --cached m.pyc
    mkdir sub
    judge
    assert_judged 0
    GIT_INDEX_FILE=.git/other judge
    assert_judged 1 'error bytecode m.pyc'
    cd sub
    GIT_INDEX_FILE=.git/other judge
    assert_judged 1 'error bytecode m.pyc'
    GIT_INDEX_FILE=$WORK/repo/.git/other judge
    assert_judged 1 'error bytecode m.pyc'
    cd "$WORK"
    GIT_INDEX_FILE=.git/other judge -C repo/sub --check-tracked
    assert_judged 1 'error bytecode m.pyc'
    GIT_DIR=$WORK/repo/.git GIT_WORK_TREE=$WORK/repo GIT_INDEX_FILE=.git/other judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a GIT_INDEX_FILE that does not exist is exit 2, not an empty index" {
    dirty_repo repo
    cd repo
    GIT_INDEX_FILE=.git/nowhere assert_refuses '.git/nowhere'
    GIT_INDEX_FILE=$WORK/nowhere/index assert_refuses "$WORK/nowhere/index"
    mkdir sub
    cd sub
    GIT_INDEX_FILE=../.git/index assert_refuses '.git/index' --check-tracked
}

@test "GIT_OBJECT_DIRECTORY and its alternates are where objects are" {
    new_repo
    cache=$(pyc m.py)
    write "$WORK/policy.src" '!*.pyc'
    mkdir "$WORK/objects"
    GIT_OBJECT_DIRECTORY=$WORK/objects git add -f m.py "$cache"
    GIT_OBJECT_DIRECTORY=$WORK/objects judge
    assert_judged 1 "error bytecode $cache"
    GIT_ALTERNATE_OBJECT_DIRECTORIES=$WORK/objects judge
    assert_judged 1 "error bytecode $cache"
    assert_refuses 'cannot read'
}

# --- kinds of repository ---------------------------------------------------------------------------

@test "a linked worktree is judged by its own index and HEAD" {
    new_repo
    commit start
    git worktree add -q -b side ../linked
    cd ../linked
    write m.py 'x = 1'
    write m.pyc x
    git add -f m.py m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
    judge -C ../repo
    assert_judged 0
    git commit -qm 'before the hook' --no-verify
    judge
    assert_judged 0 'warning bytecode m.pyc'
    mkdir sub
    cd sub
    judge --check-staged ../m.pyc
    assert_judged 1 'error bytecode m.pyc'
}

@test "a merge in a linked worktree is measured against its own MERGE_HEAD" {
    new_repo
    commit start
    git checkout -qb theirs
    write m.pyc x
    commit theirs m.pyc
    git checkout -q main
    git worktree add -q -b ours ../linked
    cd ../linked
    write ours.py x
    commit ours ours.py
    git merge -q --no-commit theirs
    judge
    assert_judged 0 'warning ghost-module m.pyc'
}

@test "a submodule is a repository of its own" {
    dirty_repo sub
    git -C sub commit -qm 'before the hook'
    new_repo
    git submodule --quiet add "$WORK/sub" vendor/sub
    judge
    assert_judged 0
    judge --check-tracked
    assert_judged 0
    cd vendor/sub
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
    write n.pyc x
    git add -f n.pyc
    judge
    assert_judged 1 'warning bytecode m.pyc' 'error ghost-module n.pyc'
}

@test "a path inside a submodule is not in the index of the repository around it" {
    dirty_repo sub
    git -C sub commit -qm 'before the hook'
    new_repo
    git submodule --quiet add "$WORK/sub" vendor
    assert_refuses 'vendor/m.pyc' --check-staged vendor/m.pyc
    judge --check-staged vendor
    assert_judged 0
}

@test "a bare repository is no empty pass: its index is looked at if named" {
    dirty_repo repo
    git init -q --bare bare.git
    cp repo/.git/index bare.git/other
    cp -R repo/.git/objects bare.git
    cd bare.git
    GIT_INDEX_FILE=$PWD/other judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
    GIT_INDEX_FILE=nowhere assert_refuses nowhere --check-tracked
    # As git ls-files: without an index nothing is tracked.
    judge --check-tracked
    assert_judged 0
    assert_json '.checked == 0'
}

@test "a path in a bare repository is exit 2" {
    git init -q --bare bare.git
    cd bare.git
    assert_refuses 'work tree' --check-staged HEAD
}

@test "a detached HEAD is a base like any other" {
    dirty_repo repo
    cd repo
    commit 'before the hook'
    git checkout -q --detach
    judge
    assert_judged 0 'warning bytecode m.pyc'
}

@test "an orphan branch has no base" {
    dirty_repo repo
    cd repo
    commit 'before the hook'
    git checkout -q --orphan fresh
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "packed objects and packed refs are read" {
    new_repo
    cache=$(pyc m.py)
    commit 'before the hook' m.py "$cache"
    git gc -q
    judge
    assert_judged 0 "warning bytecode $cache"
    assert_json '.findings[0].invalidation == "timestamp"'
}

@test "a shallow clone is read" {
    new_repo
    cache=$(pyc m.py)
    commit one m.py
    commit 'before the hook' "$cache"
    git clone -q --depth=1 "file://$PWD" ../shallow
    judge -C ../shallow
    assert_judged 0 "warning bytecode $cache"
}

@test "settings that libgit2 does not know do not hide bytecode" {
    for setting in 'core.splitIndex true' 'index.version 4' 'feature.manyFiles true' 'index.skipHash true' \
        'core.untrackedCache true' 'index.sparse true' 'extensions.worktreeConfig true' \
        'extensions.partialClone origin'; do
        rm -rf repo
        git init -q repo
        git -C repo config core.repositoryFormatVersion 1
        # shellcheck disable=SC2086
        git -C repo config $setting
        write repo/m.py 'x = 1'
        write repo/m.pyc x
        git -C repo add -f .
        git -C repo update-index --force-write-index 2>/dev/null || true
        run_pycguard -C repo --format=json
        [[ $status == 1 && $(jq -r '.findings[].path' <<<"$output") == m.pyc ]] || fail "$setting"
    done
}

@test "a sparse checkout is read" {
    new_repo
    write in/m.py 'x = 1'
    write out/m.pyc x
    commit 'before the hook' in out
    git sparse-checkout set in
    [[ ! -e out ]]
    judge --check-tracked
    assert_judged 1 'error ghost-module out/m.pyc'
}

# --- whose repository ------------------------------------------------------------------------------

# of_another: the repository is another user's, and git has not been told that it is safe.
of_another() {
    (($(id -u) == 0)) || skip 'only root can give a repository away'
    new_repo
    write m.pyc x
    git add -f m.pyc
    chown -R 65534 .
    git config --global --unset-all safe.directory
    run ! git ls-files
}

@test "a repository that safe.directory names is read, as git reads it" {
    of_another
    for safe in "$PWD" '*'; do
        git config --global safe.directory "$safe"
        [[ $(git ls-files) == m.pyc ]]
        judge
        assert_judged 1 'error ghost-module m.pyc'
    done
}

@test "a repository that GIT_DIR names is read whoever owns it, as git reads it" {
    of_another
    export GIT_DIR=$PWD/.git
    [[ $(git ls-files) == m.pyc ]]
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

# --- the hook in a real commit ---------------------------------------------------------------------

# guarded_repo: HEAD has m.py, notes.txt and m.bin; the hook is on. Bytecode is one rename away.
guarded_repo() {
    new_repo
    write m.py 'x = 1'
    write old.py 'x = 1'
    write old.pyc 'one'
    write notes.txt 'one'
    commit 'before the hook' .
    hook_file pre-commit
}

# refused NAME COMMAND...: git refuses, says why on behalf of that file, and HEAD stays.
refused() {
    local head
    head=$(git rev-parse HEAD)
    run "${@:2}"
    [[ $status == 1 ]] || fail 'expected a refusal'
    assert_output_has 'commit refused'
    assert_output_has "$1"
    [[ $(git rev-parse HEAD) == "$head" ]] || fail 'HEAD has moved'
}

# let_through COMMAND...: git commits.
let_through() {
    local head
    head=$(git rev-parse HEAD)
    run "$@"
    [[ $status == 0 ]] || fail 'expected a commit'
    [[ $(git rev-parse HEAD) != "$head" ]] || fail 'HEAD has not moved'
}

@test "git commit" {
    guarded_repo
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit -m x
    git rm -q --cached new.pyc
    write notes.txt two
    git add notes.txt
    let_through git commit -m x
}

@test "git commit before the first commit" {
    new_repo
    hook_file pre-commit
    write m.py 'x = 1'
    write m.pyc x
    git add -f .
    run git commit -m x
    assert_status 1
    assert_output_has m.pyc
    git rm -q --cached m.pyc
    git commit -qm x
}

@test "git commit -a" {
    guarded_repo
    write old.pyc two
    refused old.pyc git commit -a -m x
    git checkout -q old.pyc
    rm old.py
    refused old.pyc git commit -a -m x
    git checkout -q old.py
    write notes.txt two
    write untracked.pyc x
    let_through git commit -a -m x
}

@test "git commit -- path: what is staged besides is not part of it" {
    guarded_repo
    write new.pyc x
    git add -f new.pyc
    write notes.txt two
    let_through git commit -m x -- notes.txt
    refused new.pyc git commit -m x -- new.pyc
    git rm -q --cached new.pyc
    write old.pyc two
    refused old.pyc git commit -m x -- old.pyc
    refused old.pyc git commit -m x --only old.pyc
}

@test "git commit -- path that removes a source" {
    guarded_repo
    rm old.py
    refused old.pyc git commit -m x -- old.py
    rm old.pyc
    let_through git commit -m x -- old.py old.pyc
}

@test "git commit --include adds the path to what is staged" {
    guarded_repo
    write notes.txt two
    git add notes.txt
    write old.pyc two
    refused old.pyc git commit -m x --include old.pyc
    write m.py 'x = 2'
    git checkout -q old.pyc
    let_through git commit -m x --include m.py
}

@test "git commit --amend" {
    guarded_repo
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit --amend -m x
    git rm -q --cached new.pyc
    let_through git commit --amend -m x
}

@test "git commit --allow-empty" {
    guarded_repo
    let_through git commit --allow-empty -m x
}

@test "git commit -p takes part of what has changed" {
    guarded_repo
    write old.pyc two
    write notes.txt two
    # The hunks come in the order of the index: notes.txt, old.pyc.
    refused old.pyc bash -c 'printf "n\ny\n" | git commit -p -m x'
    let_through bash -c 'printf "y\nn\n" | git commit -p -m x'
    [[ $(git show HEAD:notes.txt) == two && $(git show HEAD:old.pyc) == one ]]
}

@test "git commit of a partial stage judges what is staged, not what is on disk" {
    guarded_repo
    write new.pyc x
    git add -f new.pyc
    rm new.pyc
    refused new.pyc git commit -m x
    git rm -q --cached new.pyc
    write new.pyc x
    rm old.py
    write notes.txt two
    git add notes.txt
    let_through git commit -m x
}

@test "git commit from a subdirectory" {
    guarded_repo
    write sub/new.pyc x
    git add -f sub
    cd sub
    refused sub/new.pyc git commit -m x
    git rm -q --cached new.pyc
    write notes.txt two
    git add notes.txt
    let_through git commit -m x -- notes.txt
    write a.pyc x
    git add -f a.pyc
    refused sub/a.pyc git commit -m x -- a.pyc
}

@test "git commit in a linked worktree, from its top and below, in all its forms" {
    guarded_repo
    git worktree add -q -b side ../linked
    cd ../linked
    write sub/new.pyc x
    git add -f sub
    refused sub/new.pyc git commit -m x
    refused sub/new.pyc git commit -m x -- sub/new.pyc
    write notes.txt two
    let_through git commit -m x -- notes.txt
    cd sub
    refused sub/new.pyc git commit -m x
    git rm -q --cached new.pyc
    rm new.pyc
    write ../old.pyc two
    refused old.pyc git commit -a -m x
    git checkout -q ../old.pyc
    write ../notes.txt three
    let_through git commit -a -m x
}

@test "git commit in a submodule, and of the submodule in the repository around it" {
    dirty_repo sub
    git -C sub commit -qm 'before the hook'
    guarded_repo
    git submodule --quiet add "$WORK/sub" vendor
    let_through git commit -m 'the submodule, whatever is in it'
    cd vendor
    hook_file pre-commit
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit -m x
    git rm -q --cached new.pyc
    write notes.txt two
    git add notes.txt
    let_through git commit -m x
    cd ..
    let_through git commit -a -m 'the submodule moves on'
}

@test "git commit by --git-dir and --work-tree" {
    guarded_repo
    write new.pyc x
    mv .git ../elsewhere.git
    cd ..
    git --git-dir=elsewhere.git --work-tree=repo add -f new.pyc
    run git --git-dir=elsewhere.git --work-tree=repo commit -m x
    assert_status 1
    assert_output_has new.pyc
    git --git-dir=elsewhere.git --work-tree=repo rm -q --cached new.pyc
    write repo/notes.txt two
    git --git-dir=elsewhere.git --work-tree=repo commit -qam x
}

@test "git commit with a GIT_INDEX_FILE of one's own" {
    guarded_repo
    export GIT_INDEX_FILE=$WORK/own
    git read-tree HEAD
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit -m x
    unset GIT_INDEX_FILE
    write notes.txt two
    git add notes.txt
    let_through git commit -m x
}

@test "git commit that concludes a merge with conflicts" {
    guarded_repo
    git checkout -qb side
    write notes.txt theirs
    write theirs.pyc x
    git add -f .
    git commit -q --no-verify -m theirs
    git checkout -q main
    write notes.txt ours
    git commit -qam ours
    run ! git merge -q side
    write notes.txt both
    git add notes.txt
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit -m x
    git rm -q --cached new.pyc
    let_through git commit -m x
    [[ $(git rev-list --count --merges HEAD) == 1 ]]
}

@test "git commit --no-verify is the user's own decision" {
    guarded_repo
    write new.pyc x
    git add -f new.pyc
    let_through git commit --no-verify -m x
}

@test "git commit with core.hooksPath" {
    guarded_repo
    mkdir ../hooks
    mv .git/hooks/pre-commit ../hooks
    git config core.hooksPath ../hooks
    write new.pyc x
    git add -f new.pyc
    refused new.pyc git commit -m x
}

@test "a broken check blocks the commit" {
    guarded_repo
    write .pycguard '[z-'
    write notes.txt two
    git add .pycguard notes.txt
    run git commit -m x
    assert_status 1
    assert_output_has 'pycguard: .pycguard:1:'
    git rm -q --cached .pycguard
    let_through git commit -m x
}
