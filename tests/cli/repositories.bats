#!/usr/bin/env bats
# Every kind of index, clone and work tree gives the same verdicts, whoever reads it: libgit2, or git
# where libgit2 refuses. (ctest runs other scripts once more in repositories of SHA-256 and with split
# indexes: helper.bash, REPOSITORIES.) Other objects and refs: object_formats.bats.

load helper
load verdicts

# --- the index -------------------------------------------------------------------------------------

@test "an index of each version" {
    new_repo
    content
    for version in 2 3 4; do
        git update-index --index-version "$version"
        judge_index
    done
    verdicts
}

@test "a split index" {
    new_repo
    write in/gone.py 'x = 1'
    git add in
    git update-index --split-index
    content
    git rm -q --cached in/gone.py
    [[ -n $(find .git -name 'sharedindex.*') ]]
    verdicts
}

@test "a sparse index, in cones" {
    needs_sparse_index
    new_repo
    content
    write in/kept.py 'x = 2' # git has no tree of it
    git add in
    git sparse-checkout set --cone --sparse-index in
    [[ $(git ls-files --sparse pkg) == pkg/ ]]
    verdicts
}

@test "a sparse checkout without cones" {
    new_repo
    content
    git sparse-checkout set --no-cone '/*' '!/pkg/'
    [[ ! -e pkg ]]
    verdicts
}

@test "an index without checksum" {
    new_repo
    content
    without_checksum
    verdicts
}

@test "an index with an untracked cache and a file system monitor that is a program" {
    new_repo
    trap_program
    content
    git update-index --untracked-cache
    git config core.fsmonitor "$WORK/trap"
    git update-index --fsmonitor
    git update-index --split-index
    git status --short >/dev/null
    rm -f "$WORK/sprung"
    judge_index
    judge_commits
    run_pycguard --check-ignores -q
    run_pycguard --untrack
    assert_status 0
    assert_not_sprung
}

# conflict: old.pyc is in conflict, ours.pyc only our side's, theirs.pyc only theirs, gone.pyc no side's.
conflict() {
    local blob path
    content
    blob=$(git rev-parse :old.pyc)
    {
        for path in old ours theirs gone; do printf '0 %s\t%s.pyc\n' "${blob//?/0}" "$path"; done
        printf '100644 %s %d\told.pyc\n' "$blob" 1 "$blob" 2 "$blob" 3
        printf '100644 %s %d\tours.pyc\n' "$blob" 1 "$blob" 2
        printf '100644 %s %d\ttheirs.pyc\n' "$blob" 1 "$blob" 3
        printf '100644 %s 1\tgone.pyc\n' "$blob"
        printf '160000 %s\tsub.pyc\n' "$(git rev-parse HEAD)"
    } | git update-index --index-info
}

@test "entries in conflict and gitlinks, by each reader" {
    for kind in plain split sha256; do
        rm -rf "$WORK/repo"
        cd "$WORK"
        if [[ $kind == sha256 ]]; then git init -q --object-format=sha256 repo; else git init -q repo; fi
        cd repo
        conflict
        if [[ $kind == split ]]; then git update-index --split-index; fi
        rejected empty.pyc new.pyc old.pyc ours.pyc pkg/m.pyc theirs.pyc -- --check-tracked
        judge --check-staged sub.pyc
        [[ $status == 1 ]] || fail "$kind"
        assert_refuses 'is not in the index' --check-staged nowhere.pyc
    done
}

@test "names of any bytes, by each reader" {
    local names=($'a\tb "quoted"\\.pyc' $'a\nb.pyc' $'\xc3\xa9.pyc' $'\xff\xfe.pyc')
    for kind in plain split sha256; do
        rm -rf "$WORK/repo"
        cd "$WORK"
        if [[ $kind == sha256 ]]; then git init -q --object-format=sha256 repo; else git init -q repo; fi
        cd repo
        git config core.precomposeUnicode true
        for name in "${names[@]}" $'e\xcc\x81.pyc'; do write "$name" x; done
        write .pycguard $'!e\xcc\x81.pyc' # the same character, other bytes
        git add -f .
        if [[ $kind == split ]]; then git update-index --split-index; fi
        rejected "${names[@]}" -- --check-staged
    done
}

@test "an index that lacks a part is exit 2, whatever it is" {
    new_repo
    content
    git update-index --split-index
    rm .git/sharedindex.*
    assert_refuses "cannot read index '$PWD/.git/index'" --check-tracked
    git init -q --object-format=sha256 "$WORK/other"
    cd "$WORK/other"
    content
    truncate -s 200 .git/index
    assert_refuses "cannot read index '$PWD/.git/index'" --check-tracked
    : >.git/index
    assert_refuses "cannot read index '$PWD/.git/index'" --check-tracked
}

@test "a split index whose other half is gone is exit 2" {
    new_repo
    content
    git update-index --split-index
    rm .git/sharedindex.*
    assert_refuses "cannot read index '$PWD/.git/index'" --check-tracked
}

# --- clones and work trees -------------------------------------------------------------------------

@test "a partial clone fetches nothing, by either reader" {
    trap_program
    for format in sha1 sha256; do
        cd "$WORK"
        git init -q --object-format=$format "from-$format"
        cd "from-$format"
        content
        git config uploadpack.allowFilter true
        cd ..
        git clone -q --no-checkout --filter=blob:none "file://$PWD/from-$format" "to-$format"
        cd "to-$format"
        git ls-tree -r HEAD | git update-index --index-info # git 2.30 would fetch for read-tree
        git config remote.origin.url ssh://nowhere/from
        git config core.sshCommand "$WORK/trap"
        assert_refuses 'cannot read object' --check-tracked
        assert_stderr_has '(a partial clone leaves objects out; to have them all: git fetch --refetch --no-filter)'
        assert_refuses 'cannot tell how large the files of the history are' --check-history
        assert_not_sprung
        git config remote.origin.url "file://$WORK/from-$format"
        # git before 2.36 cannot.
        git fetch -q --refetch --no-filter 2>/dev/null || continue
        mv "$WORK/from-$format" "$WORK/gone"
        rejected old.pyc pkg/m.pyc -- --check-tracked
        rejected old.pyc pkg/m.pyc -- --check-history
        rm -rf "$WORK/gone"
    done
}

@test "a clone with alternates, packed, with its git directory elsewhere, and detached" {
    new_repo from
    first_commit
    second_commit
    cd ..
    git clone -q --shared --separate-git-dir="$WORK/elsewhere.git" from repo
    cd repo
    git repack -q -a -d -l
    git checkout -q --detach
    stage
    judge_index
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    rejected old.pyc pkg/m.pyc -- --check-history
}

@test "a linked work tree whose ways are relative" {
    new_repo
    first_commit
    second_commit
    git worktree add -q -b side ../linked
    cd ../linked
    stage
    echo 'gitdir: ../repo/.git/worktrees/linked' >.git
    echo '../../../../linked/.git' >../repo/.git/worktrees/linked/gitdir
    # libgit2 1.1 cannot be told that it does not matter.
    if [[ $("$PYCGUARD" --version) != *'libgit2 1.1.'* ]]; then
        git config core.repositoryFormatVersion 1
        git config extensions.relativeWorktrees true
        if ! git rev-parse --git-dir >"$WORK/out" 2>&1; then # git is too old
            assert_refuses 'cannot open the repository: unknown repository extension' --check-tracked
            git config -f ../repo/.git/config --unset extensions.relativeWorktrees
        fi
    fi
    judge_index
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    cd ../repo
    rejected old.pyc pkg/m.pyc -- --check-history
}

@test "the features of many files, and a relative linked work tree, as git makes them" {
    git -c feature.manyFiles=true init -q repo
    cd repo
    git config feature.manyFiles true
    content
    verdicts
    git worktree add -q --relative-paths -b side ../linked 2>/dev/null || skip "$(git version) knows no relative work trees"
    [[ $(<../linked/.git) == 'gitdir: ../repo/.git/worktrees/linked' && $(git config extensions.relativeWorktrees) == true ]]
    cd ../linked
    write other.pyc x
    git add -f other.pyc
    judge
    assert_judged 1 'warning ghost-module old.pyc' 'error ghost-module other.pyc' 'warning bytecode pkg/m.pyc'
    "$PYCGUARD" --untrack -q
    rejected old.pyc pkg/m.pyc -- --check-history
}

# --- what is in the way ----------------------------------------------------------------------------

@test "without git, exit 2 says that git is needed" {
    new_repo
    content
    git update-index --split-index
    PATH=$(path_without git) assert_refuses "cannot run 'git'" --check-tracked
    git update-index --no-split-index
    PATH=$(path_without git) rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
    cd "$WORK"
    git init -q --object-format=sha256 other
    cd other
    content
    PATH=$(path_without git) assert_refuses "cannot run 'git'"
}

@test "an extension that nobody knows is exit 2" {
    new_repo
    content
    git config core.repositoryFormatVersion 1
    git config extensions.neverHeardOf true
    assert_refuses neverheardof --check-tracked
}

@test "whose repository it is, is git's rule there too" {
    (($(id -u) == 0)) || skip 'only root can give a repository away'
    git init -q --object-format=sha256 repo
    cd repo
    content
    chown -R 65534 .
    git config --global --unset-all safe.directory
    assert_refuses 'dubious ownership' --check-tracked
    assert_stderr_has "git config --global --add safe.directory $PWD"
    git config --global safe.directory "$PWD"
    rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
}
