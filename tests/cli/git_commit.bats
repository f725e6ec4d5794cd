#!/usr/bin/env bats
# The hook in a real git commit of every form.

load helper

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
    new_repo sub
    write m.pyc x
    commit 'before the hook' m.pyc
    cd ..
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
