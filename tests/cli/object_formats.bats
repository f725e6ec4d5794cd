#!/usr/bin/env bats
# Ids of SHA-256, refs that are no files, replaced objects: the same verdicts (repositories.bats).

load helper
load verdicts

@test "ids of SHA-256" {
    git init -q --object-format=sha256 repo
    cd repo
    content
    verdicts
}

@test "ids of SHA-256, packed, with tags and linked work trees, in a sparse index" {
    needs_sparse_index
    git init -q --object-format=sha256 repo
    cd repo
    content
    git tag -a -m x tag HEAD
    git worktree add -q -b side ../linked HEAD~1
    git gc -q
    git pack-refs --all
    git sparse-checkout set --cone --sparse-index in
    judge_index
    judge_commits
    cd ../linked
    write other.pyc x
    commit three other.pyc
    rejected other.pyc -- --check-range HEAD~1..HEAD
    rejected other.pyc -- --check-range main..side
    cd ../repo
    git checkout -q --detach
    git update-ref -d refs/heads/main
    git update-ref -d refs/tags/tag
    rejected old.pyc other.pyc pkg/m.pyc -- --check-history
}

@test "ids of SHA-256, in a merge, from below the top, bare, and with an environment that names it all" {
    git init -q --object-format=sha256 repo
    cd repo
    first_commit
    git checkout -qb theirs
    write m.pyc x
    commit theirs m.pyc
    git checkout -q main
    write ours.py x
    commit ours ours.py
    git merge -q --no-commit theirs
    judge
    assert_judged 0 'warning ghost-module m.pyc'
    git merge --abort
    git read-tree -m HEAD theirs
    run --separate-stderr env "GITHEAD_$(git rev-parse theirs)=theirs" GIT_REFLOG_ACTION='merge theirs' "$PYCGUARD" --format=json
    [[ $(jq -r '.findings[].severity' <<<"$output") == warning ]] || fail
    cd pkg
    rejected m.pyc -- --check-staged ../m.pyc
    cd "$WORK"
    GIT_DIR=$PWD/repo/.git GIT_WORK_TREE=$PWD/repo rejected m.pyc -- --check-tracked
    git clone -q --bare repo bare.git
    rejected m.pyc -- -C bare.git --check-history
    GIT_INDEX_FILE=nowhere assert_refuses nowhere -C repo --check-tracked
}

@test "ids of SHA-256, in the middle of a rebase and a cherry-pick with conflicts" {
    git init -q --object-format=sha256 repo
    cd repo
    write notes one
    write m.pyc x
    commit one .
    git checkout -qb side
    write notes theirs
    write n.pyc x
    commit theirs .
    git checkout -q main
    write notes ours
    commit ours notes
    run ! git cherry-pick side
    judge
    assert_judged 1 'warning ghost-module m.pyc' 'error ghost-module n.pyc'
    git cherry-pick --abort
    git checkout -q side
    run ! git rebase main
    judge
    assert_judged 1 'warning ghost-module m.pyc' 'error ghost-module n.pyc'
    rejected m.pyc n.pyc -- --check-history
}

@test "a commit of every form is guarded, whoever reads the index" {
    for kind in split sha256; do
        cd "$WORK"
        if [[ $kind == sha256 ]]; then git init -q --object-format=sha256 sha256; else git init -q split; fi
        cd "$kind"
        [[ $kind == sha256 ]] || git config core.splitIndex true
        first_commit
        second_commit
        hook_file pre-commit
        write old.pyc two
        for form in -a '-- old.pyc'; do
            # shellcheck disable=SC2086
            run git commit -m x $form
            [[ $status == 1 && $output == *'commit refused'*old.pyc* ]] || fail "$form"
        done
        git add old.pyc
        write in/kept.py two
        git commit -qm x -- in/kept.py
        cd in
        run git commit -m x
        [[ $status == 1 && $output == *'commit refused'*old.pyc* ]] || fail
    done
}

@test "ids of SHA-256: core.ignoreCase, and object directories that the environment names" {
    git init -q --object-format=sha256 repo
    cd repo
    write pkg/M.PYC x
    git add -f .
    judge --check-tracked
    assert_judged 0
    git config core.ignoreCase true
    rejected pkg/M.PYC -- --check-tracked
    mkdir "$WORK/objects"
    write n.pyc y
    GIT_OBJECT_DIRECTORY=$WORK/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=$PWD/.git/objects git add -f n.pyc
    GIT_ALTERNATE_OBJECT_DIRECTORIES=$WORK/objects rejected n.pyc pkg/M.PYC -- --check-tracked
    assert_refuses 'cannot read object' --check-tracked
}

@test "ids of SHA-256, before the first commit, and with commits that are damaged or not there" {
    git init -q --object-format=sha256 repo
    cd repo
    stage
    judge
    assert_judged 1 'error ghost-module empty.pyc' 'error ghost-module new.pyc'
    rm empty.pyc new.pyc later.pyc
    git rm -q --cached '*.pyc'
    content
    assert_refuses "bad revision 'nowhere..HEAD'" --check-range nowhere..HEAD
    echo damaged >.git/refs/heads/damaged
    assert_refuses 'cannot list the refs' --check-history
    rm ".git/objects/$(git rev-parse 'HEAD^{tree}' | sed 's|..|&/|')"
    assert_refuses 'cannot read tree' --check-range HEAD~1..HEAD
}

# --- refs that are no files ------------------------------------------------------------------------

makes_reftable() { git init -q --ref-format=reftable "$WORK/probe" 2>/dev/null; }
needs_reftable() { makes_reftable || skip "$(git version) makes no reftable"; }

# A git that reads a store of refs which this machine's git does not know: the repository is
# elsewhere, and its store looks like reftable to who does not ask git.
git_that_reads_reftable() {
    mkdir "$WORK/bin"
    cat >"$WORK/bin/git" <<END
#!/usr/bin/env bash
set -o pipefail
GIT_DIR=$WORK/store $(command -v git) "\$@" | sed 's|$WORK/store|$WORK/repo/.git|g'
END
    chmod +x "$WORK/bin/git"
    mv .git "$WORK/store"
    mkdir -p .git/refs
    ln -s "$WORK/store/index" "$WORK/store/objects" .git
    echo 'ref: refs/heads/.invalid' >.git/HEAD
    git config -f .git/config core.repositoryFormatVersion 1
    git config -f .git/config extensions.refStorage reftable
}

@test "a reftable that git is too old for, and then reads" {
    ! makes_reftable || skip "$(git version) is not too old"
    new_repo
    content
    git tag -a -m x tag HEAD
    git_that_reads_reftable
    assert_refuses 'unknown repository extension' --check-history
    PATH=$WORK/bin:$PATH
    judge_index
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    rejected old.pyc pkg/m.pyc -- --check-history
    rejected old.pyc pkg/m.pyc -- --pre-receive <<<"${pushed//?/0} $pushed refs/heads/new"
}

@test "a reftable, with ids of SHA-1 and of SHA-256" {
    needs_reftable
    for format in sha1 sha256; do
        git init -q --ref-format=reftable --object-format=$format "$WORK/$format"
        cd "$WORK/$format"
        content
        git tag -a -m x tag HEAD
        verdicts
    done
}

@test "a reftable: linked work trees, detached, before the first commit, damaged" {
    needs_reftable
    git init -q --ref-format=reftable repo
    cd repo
    stage
    judge
    assert_judged 1 'error ghost-module empty.pyc' 'error ghost-module new.pyc'
    run_pycguard --check-history
    assert_status 0
    rm empty.pyc new.pyc later.pyc
    git rm -q --cached '*.pyc'
    content
    git worktree add -q -b side ../linked HEAD~1
    cd ../linked
    write other.pyc x
    commit three other.pyc
    rejected other.pyc -- --check-tracked
    rejected other.pyc -- --check-range HEAD~1..HEAD
    rejected other.pyc -- --check-range main..side
    cd ../repo
    git checkout -q --detach
    git update-ref -d refs/heads/main
    rejected old.pyc other.pyc pkg/m.pyc -- --check-history
    for table in .git/reftable/*.ref; do truncate -s 30 "$table"; done
    assert_refuses HEAD --check-staged # of some gits, this is the end
    assert_refuses HEAD --check-history
}

@test "a reftable in a bare repository, guarded by pre-receive" {
    needs_reftable
    git init -q --bare --ref-format=reftable server.git
    "$PYCGUARD" -C server.git --install -q
    git init -q --ref-format=reftable repo
    cd repo
    first_commit
    git push -q ../server.git main
    second_commit
    run git push ../server.git main
    assert_status 1
    assert_output_has pkg/m.pyc
    rm -rf ../server.git/hooks
    git -C ../server.git config --remove-section hook.pycguard-pre-receive || true
    git push -q ../server.git main
    rejected old.pyc pkg/m.pyc -- -C ../server.git --check-history
}

@test "refs elsewhere, as the configuration or the environment names them" {
    mkdir store
    GIT_REFERENCE_BACKEND=reftable://$PWD/store git init -q repo 2>/dev/null
    [[ -e store/reftable ]] || skip "$(git version) keeps refs in the repository"
    cd repo
    content
    judge_index
    judge_commits
    cd "$WORK"
    new_repo other
    first_commit
    first=$(git rev-parse HEAD)
    second_commit
    stage
    git init -q --ref-format=reftable "$WORK/empty"
    mkdir "$WORK/refs"
    cp -R "$WORK/empty/.git/reftable" "$WORK/refs"
    export GIT_REFERENCE_BACKEND=reftable://$WORK/refs
    git update-ref refs/heads/main "$first"
    judge # all that is staged is new to that HEAD
    assert_judged 1 'error ghost-module empty.pyc' 'error ghost-module new.pyc' \
        'error ghost-module old.pyc' 'error bytecode pkg/m.pyc'
    run_pycguard --check-history
    assert_status 0
    run_pycguard --check-tracked -C "$HOME"
    assert_status 2
}

@test "without git, a reftable is exit 2, and not where it was made files of" {
    needs_reftable
    git init -q --ref-format=reftable repo
    cd repo
    content
    local path=$PATH
    PATH=$(path_without git)
    assert_refuses "and cannot run 'git'" --check-history
    PATH=$path
    git refs migrate --ref-format=files || skip "$(git version) migrates no reflogs"
    PATH=$(path_without git)
    rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
}

# --- what git puts in place of objects -------------------------------------------------------------

@test "replacement objects and grafts change nothing" {
    for format in sha1 sha256; do
        git init -q --object-format=$format "$WORK/$format"
        cd "$WORK/$format"
        content
        git replace HEAD HEAD~1
        git rev-parse HEAD >.git/info/grafts
        judge_commits
        judge
        [[ $(jq -r '.findings[] | select(.severity == "warning").path' <<<"$json") == $'old.pyc\npkg/m.pyc' ]]
    done
}
