#!/usr/bin/env bats
# Every kind of repository that git makes gives the same verdicts, whoever reads it: libgit2, or git
# where libgit2 refuses. (ctest runs other scripts once more in repositories of SHA-256 and with split
# indexes: helper.bash, REPOSITORIES.)

load helper

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
everything() { find "$(git rev-parse --path-format=absolute --git-common-dir)" -type f -exec sha256sum {} + | sort; }

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
    local head zero
    head=$(git rev-parse HEAD)
    zero=${head//?/0}
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    rejected old.pyc pkg/m.pyc -- --check-history
    rejected old.pyc pkg/m.pyc -- --pre-push origin somewhere <<<"refs/heads/main $head refs/heads/main $zero"
    rejected old.pyc pkg/m.pyc -- --pre-receive <<<"$head $pushed refs/heads/main"
}
mend() {
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
    mend
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

@test "a damaged index is exit 2, whatever else it is" {
    new_repo
    content
    git update-index --split-index
    "$PYTHON" -I -c 'data = bytearray(open(".git/index", "rb").read())
data[-30] ^= 1
open(".git/index", "wb").write(data)'
    assert_refuses "cannot read index '$PWD/.git/index'" --check-tracked
    rm .git/sharedindex.*
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

# --- objects and refs ------------------------------------------------------------------------------

@test "ids of SHA-256" {
    git init -q --object-format=sha256 repo
    cd repo
    content
    verdicts
}

@test "ids of SHA-256, packed, with tags and linked work trees, in a sparse index" {
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
    run --separate-stderr env "GITHEAD_$(git rev-parse theirs)=theirs" "$PYCGUARD" --format=json
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
    assert_refuses "unknown revision 'nowhere'" --check-range nowhere..HEAD
    echo damaged >.git/refs/heads/damaged
    assert_refuses 'cannot list the refs' --check-history
    rm ".git/objects/$(git rev-parse 'HEAD^{tree}' | sed 's|..|&/|')"
    assert_refuses 'cannot read tree' --check-range HEAD~1..HEAD
}

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

@test "refs that are no files, as reftable's" {
    new_repo
    content
    git tag -a -m x tag HEAD
    git_that_reads_reftable
    assert_refuses 'git refs migrate --ref-format=files' --check-history
    PATH=$WORK/bin:$PATH
    judge_index
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    rejected old.pyc pkg/m.pyc -- --check-history
    rejected old.pyc pkg/m.pyc -- --pre-receive <<<"${pushed//?/0} $pushed refs/heads/new"
}

@test "replacement objects and grafts change nothing" {
    new_repo
    content
    git replace HEAD HEAD~1
    git rev-parse HEAD >.git/info/grafts
    judge_commits
    judge
    [[ $(jq -r '.findings[] | select(.severity == "warning").path' <<<"$json") == $'old.pyc\npkg/m.pyc' ]]
    cd "$WORK"
    git init -q --object-format=sha256 other
    cd other
    content
    git replace HEAD HEAD~1
    judge_commits
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
        git read-tree HEAD
        git config remote.origin.url ssh://nowhere/from
        git config core.sshCommand "$WORK/trap"
        assert_refuses 'cannot read object' --check-tracked
        assert_refuses 'cannot read' --check-history
        assert_not_sprung
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
    git config core.repositoryFormatVersion 1
    git config extensions.relativeWorktrees true
    judge_index
    rejected old.pyc pkg/m.pyc -- --check-range HEAD~1..HEAD
    cd ../repo
    rejected old.pyc pkg/m.pyc -- --check-history
}

# --- what is in the way ----------------------------------------------------------------------------

# lifted COMMAND...: without git it is exit 2, with the command, which does lift it.
lifted() {
    local path=$PATH
    PATH=$(path_without git)
    assert_refuses "$*" --check-tracked
    PATH=$path
    "$@"
    PATH=$(path_without git)
    rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
    PATH=$path
}

@test "without git, exit 2 says what git would lift" {
    new_repo
    content
    git update-index --split-index
    lifted git update-index --no-split-index
    git sparse-checkout set --cone --sparse-index in
    lifted git sparse-checkout reapply --no-sparse-index
    git sparse-checkout disable
    cd "$WORK"
    git init -q --object-format=sha256 other
    cd other
    content
    PATH=$(path_without git)
    assert_refuses "cannot run 'git'"
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
    git config --global safe.directory "$PWD"
    rejected empty.pyc new.pyc old.pyc pkg/m.pyc -- --check-tracked
}
