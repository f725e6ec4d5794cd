#!/usr/bin/env bats
# --untrack: takes out of the index what --check-tracked rejects, and nothing else.

load helper

# A repository that has committed caches: one beside its source, one in __pycache__, and a ghost.
with_caches() {
    new_repo
    pyc pkg/m.py >/dev/null
    pyc pkg/m.py pkg/m.pyc >/dev/null
    pyc app/migrations/0002_old.py app/migrations/0002_old.pyc >/dev/null
    rm app/migrations/0002_old.py
    write app/migrations/0001_initial.py 'x = 1'
    write README text
    commit 'with caches' .
}
caches=(app/migrations/0002_old.pyc pkg/__pycache__/m.cpython-311.pyc pkg/m.pyc)

# The index but for bytecode, with stages, times, sizes and flags, an entry a line.
others() {
    git ls-files --stage --debug -t -v | awk '/^[^ ]/ { if (e) print e; e = $0; next } { e = e $0 } END { print e }' |
        grep -Ev '\.py[co]"?  ctime'
}
# many HEAD TAIL [COUNT]: so many entries.
many() {
    local blob i
    blob=$(git rev-parse :README)
    for ((i = 1; i <= ${3-2000}; i++)); do printf '100644 %s\t%s%d%s\n' "$blob" "$1" "$i" "$2"; done |
        git update-index --index-info
}
run_pycguard_with() { run --separate-stderr env PATH="$1" "$PYCGUARD" "${@:2}"; }
index_sum() { sha256sum <"$(git rev-parse --git-path index)"; }

# untracks: after it there is no bytecode in the index, everything else is as it was to the
# byte, and every file is still on disk.
untracks() {
    local before_others before_files
    before_others=$(others)
    before_files=$(find . -path ./.git -prune -o -print | sort)
    run_pycguard --untrack
    assert_status 0
    [[ $(others) == "$before_others" ]] || fail 'other entries have changed'
    [[ $(find . -path ./.git -prune -o -print | sort) == "$before_files" ]] || fail 'files have changed'
    [[ -z $(git ls-files -z '*.py[co]' | tr '\0' '\n') ]] || fail "still in the index: $(git ls-files '*.py[co]')"
    [[ ! -e $(git rev-parse --git-path index).lock ]] || fail 'the lock is left'
    git fsck --strict
}

@test "a ghost is left on disk, where Python still runs it: how it is deleted; a cache beside its source is none" {
    with_caches
    cd pkg
    run_pycguard --untrack .
    assert_output_lacks 'delete from disk'
    run_pycguard --untrack
    assert_output_has 'Then delete from disk what Python would still run: pycguard -C .. --clean'
    PATH=$(dirname "$PYCGUARD"):$PATH bash -c "$(sed -n 's/^Then delete .*run: //p' <<<"$output")"
    [[ ! -e ../app/migrations/0002_old.pyc && -e m.pyc ]]
}

@test "what is still in the index is not said to be let in by .gitignore" {
    with_caches
    printf '*.pyc\n' >.gitignore
    run_pycguard_with "$PATH" --untrack --dry-run
    [[ $stderr != *'does not ignore'* ]]
    rm .gitignore
    many 'd/m' .pyc 200
    run_pycguard_with "$PATH" --untrack
    [[ $stderr == *'does not ignore 203 of these'* ]] || fail "$stderr"
}

@test "takes out what is rejected, keeps the rest, and says what to commit" {
    with_caches
    caches[1]=$(git ls-files 'pkg/__pycache__/*')
    write README 'edited, and staged'
    git add README
    write pkg/m.py 'edited = True'
    untracks
    assert_output_is "pycguard: stopped tracking 3 files (they stay on disk):
  ${caches[0]}
  ${caches[1]}
  ${caches[2]}
Commit this: git commit -m 'Stop tracking Python bytecode'
Then delete from disk what Python would still run: pycguard --clean"
    [[ $(git diff --cached --name-status) == "M	README
D	${caches[0]}
D	${caches[1]}
D	${caches[2]}" ]] || fail "$(git diff --cached --name-status)"
    [[ $(git diff --name-only) == pkg/m.py ]]

    bash -c "$(sed -n 's/^Commit this: //p' <<<"$output")"
    [[ $(git ls-tree -r --name-only HEAD) != *pyc* ]]
    [[ $(git diff --name-only) == pkg/m.py ]]
}

@test "once more: nothing to do, silently, the index untouched" {
    with_caches
    "$PYCGUARD" --untrack -q
    before=$(index_sum)
    run_pycguard --untrack
    assert_status 0
    assert_no_output
    [[ -z $stderr && $(index_sum) == "$before" ]]
    run_pycguard --untrack -v
    assert_output_is 'pycguard: there is nothing to stop tracking'
    run_pycguard --untrack -n
    assert_status 0
}

@test "a dry run says what it would do, and does not" {
    with_caches
    before=$(index_sum)
    touch .git/index.lock
    run_pycguard --untrack --dry-run
    assert_status 1
    assert_output_has 'would stop tracking 3 files'
    assert_output_has app/migrations/0002_old.pyc
    assert_output_lacks 'Commit this'
    [[ $(index_sum) == "$before" ]]
}

@test "only what is below the paths named, which are relative to the working directory" {
    with_caches
    cd pkg
    "$PYCGUARD" --untrack -q m.pyc
    [[ -z $(git ls-files m.pyc) && -n $(git ls-files __pycache__) ]]
    "$PYCGUARD" --untrack -q ../app/
    [[ -n $(git ls-files __pycache__) && -z $(git ls-files '../app/*.pyc') ]]
    "$PYCGUARD" --untrack -q .
    [[ -z $(git ls-files '*.pyc') ]]
}

@test "a path that is not in the index is named, and nothing is done" {
    with_caches
    before=$(index_sum)
    run_pycguard --untrack pkg/m.pyc pkg/none.pyc
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "'pkg/none.pyc' is not in the index"
    run_pycguard --untrack /
    assert_status 2
    [[ $(index_sum) == "$before" ]]
}

@test "a path that is not rejected stays" {
    with_caches
    before=$(index_sum)
    run_pycguard --untrack README pkg/m.py
    assert_status 0
    assert_no_output
    [[ $(index_sum) == "$before" ]]
}

@test "-z: the paths alone, a NUL after each; other formats are refused" {
    with_caches
    [[ $("$PYCGUARD" --untrack -n -z | tr '\0' '|') == "$(git ls-files -z '*.pyc' | tr '\0' '|')" ]]
    [[ $("$PYCGUARD" --untrack -z 2>/dev/null | tr '\0' '|') == *'|pkg/m.pyc|' ]]
    run_pycguard --untrack --format=json
    assert_status 2
    assert_stderr_is_one_line
}

@test "hundreds are not all listed, but for -v" {
    new_repo
    write README text
    commit start README
    many m .pyc 150
    run_pycguard --untrack -n
    assert_output_has '  and 120 more (-v lists all)'
    run_pycguard --untrack -n -v
    ((${#lines[@]} == 151)) || fail 'expected all'
}

@test "a held lock is named, and nothing is done" {
    with_caches
    before=$(index_sum)
    write .git/index.lock ''
    run_pycguard --untrack
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has .git/index.lock
    assert_no_output
    [[ $(index_sum) == "$before" && -e .git/index.lock ]]
}

@test "before the first commit" {
    new_repo
    pyc m.py >/dev/null
    git add .
    untracks
    assert_output_lacks 'Commit this'
    [[ $(git ls-files) == m.py ]]
}

@test "no index yet" {
    new_repo
    run_pycguard --untrack
    assert_status 0
    [[ ! -e .git/index ]]
}

@test "bytecode that was only staged leaves nothing to commit" {
    new_repo
    commit start
    pyc m.py >/dev/null
    git add .
    untracks
    assert_output_lacks 'Commit this'
}

@test "in a merge: conflicts of bytecode go in every stage, the others stay" {
    new_repo
    write f base
    write m.pyc base
    write deleted.pyc base
    commit base .
    git checkout -qb side
    write f side
    write m.pyc side
    write deleted.pyc side
    write clean.pyc new
    commit side .
    git checkout -q main
    write f main
    write m.pyc main
    rm deleted.pyc
    commit main m.pyc f
    git rm -q deleted.pyc
    commit 'and deleted'
    git merge -q side >/dev/null && fail 'expected a conflict'
    [[ $(git ls-files -u | wc -l) == 8 ]] || fail "$(git ls-files -u)"
    untracks
    assert_output_has 'when everything is resolved: git commit'
    [[ $(git ls-files -u | cut -f2 | sort -u) == f ]]
    write f merged
    git add f
    git commit -q --no-edit
    [[ $(git ls-tree -r --name-only HEAD) == f && $(git rev-parse HEAD^2) == "$(git rev-parse side)" ]]
}

@test "in a linked worktree" {
    with_caches
    git worktree add -q ../linked
    main=$(index_sum)
    cd ../linked
    untracks
    [[ $(cd ../repo && index_sum) == "$main" ]]
}

@test "in a submodule" {
    with_caches
    git clone -q . ../module
    git submodule --quiet add ../module sub
    before=$(index_sum)
    cd sub
    untracks
    [[ $(cd .. && index_sum) == "$before" ]]
}

@test "in a sparse checkout: the flags of what is not checked out are kept" {
    with_caches
    git sparse-checkout set --no-cone app
    git ls-files -t | grep -q '^S pkg/m.py'
    untracks
    git ls-files -t | grep -q '^S pkg/m.py'
}

@test "flags, intent to add and extensions are kept, in any version of the index" {
    with_caches
    for i in 2 4; do
        git reset -q --hard
        git update-index --index-version "$i" --untracked-cache
        git update-index --assume-unchanged README
        git update-index --skip-worktree app/migrations/0001_initial.py
        write new text
        write new.pyc x
        git add -N new
        git status >/dev/null
        grep -qa UNTR .git/index
        untracks
        grep -qa UNTR .git/index
        git diff --name-only | grep -qx new
        rm new
        git update-index --no-assume-unchanged README
        git update-index --no-skip-worktree app/migrations/0001_initial.py
    done
}

@test "an edit within the time stamp of the index is still seen" {
    with_caches
    for _ in {1..5}; do
        git reset -q --hard
        touch -d '2024-01-01 00:00:00' README
        write README one1
        git add README
        # Same size, and the same time: only the content tells.
        write README two2
        touch -r .git/index README
        git update-index -q --refresh || true
        "$PYCGUARD" --untrack -q
        [[ $(git diff --name-only) == README ]] || fail 'the edit is lost'
    done
}

@test "what the policy allows stays; what it keeps out goes" {
    new_repo
    write .pycguard '!kept.pyc
*.so'
    for name in kept.pyc m.pyc lib.so; do write "$name" x; done
    git add -f .
    "$PYCGUARD" --untrack -q
    [[ $(git ls-files) == $'.pycguard\nkept.pyc' ]]
    write ../policy 'kept.pyc'
    run_pycguard --policy ../policy --untrack
    [[ $(git ls-files) == .pycguard ]]
}

@test "GIT_INDEX_FILE is the index" {
    with_caches
    before=$(index_sum)
    cp .git/index other
    GIT_INDEX_FILE=other "$PYCGUARD" --untrack -q
    [[ $(index_sum) == "$before" ]]
    [[ -z $(GIT_INDEX_FILE=other git ls-files '*.pyc') ]]
    cd pkg
    cp ../.git/index ../other
    GIT_INDEX_FILE=other "$PYCGUARD" --untrack -q
    [[ -z $(GIT_INDEX_FILE=$WORK/repo/other git ls-files '*.pyc') ]]
}

@test "GIT_DIR and GIT_WORK_TREE, from elsewhere" {
    with_caches
    cd ..
    mkdir elsewhere
    (cd elsewhere && GIT_DIR=../repo/.git GIT_WORK_TREE=../repo "$PYCGUARD" --untrack -q)
    [[ -z $(git -C repo ls-files '*.pyc') ]]
}

@test "an object that is missing is no hindrance" {
    with_caches
    blob=$(git rev-parse :pkg/m.pyc)
    rm -f ".git/objects/${blob:0:2}/${blob:2}"
    "$PYCGUARD" --untrack -q
    [[ -z $(git ls-files '*.pyc') ]]
}

@test "odd names" {
    new_repo
    names=(' m.pyc' $'new\nline.pyc' $'\xff.pyc' ':(top)m.pyc' ':!x.pyc' '-n.pyc' '*.pyc' '"q".pyc' 'a\b.pyc' '#.pyc' '!x.pyc' $'\xe2\x80\xaem.pyc')
    for name in "${names[@]}"; do
        write "./$name" x
        write "dir $name d/m.py" 'x = 1'
    done
    git add -f .
    others=$(git ls-files '*.py' | wc -l)
    untracks
    [[ $(git ls-files | wc -l) == "$others" ]]
    assert_output_lacks $'\xe2\x80\xae'
}

@test "warns when git would take the files in again, and not when it would not" {
    with_caches
    write .gitignore '__pycache__/'
    git add .gitignore
    run_pycguard --untrack
    assert_status 0
    assert_stderr_is_one_line
    assert_stderr_has 'does not ignore 2 of these'
    assert_stderr_has 'pycguard --add-ignores'
    git reset -q
    "$PYCGUARD" --add-ignores -q
    run_pycguard --untrack
    [[ -z $stderr ]] || fail 'no warning expected'
}

@test "a file that is beyond a link by now is no reason to fail" {
    with_caches
    mv app elsewhere
    ln -s elsewhere app
    run_pycguard --untrack
    assert_status 0
    [[ -z $(git ls-files '*.pyc') ]]
}

@test "the command that a report ends in fixes it, from a subdirectory too" {
    with_caches
    mkdir -p pkg/sub
    cd pkg/sub
    run_pycguard --check-tracked
    assert_status 1
    fix=$(sed -n '/^Stop/,/^Then/{/^ /p}' <<<"$output")
    [[ $fix == *'git -C ../.. rm --cached -f -- '* ]] || fail "no command: $fix"
    sh -c "$fix"
    run_pycguard --check-tracked
    assert_status 0
}

@test "without git it says so, and nothing is done" {
    with_caches
    before=$(index_sum)
    run_pycguard_with "$PWD/nothing" --untrack
    assert_status 2
    assert_stderr_has "cannot run 'git'"
    [[ $(index_sum) == "$before" ]]
}

@test "a repository that may not be written to" {
    with_caches
    before=$(index_sum)
    chmod -R go+rX "$WORK"
    if ((EUID == 0)); then
        # libgit2 looks at nobody's own configuration only.
        chown -R 65534:65534 .
        chmod -R a-w .git
        command -v setpriv >/dev/null || skip 'no setpriv'
        run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$PYCGUARD" --untrack
    else
        chmod -R a-w .git
        run_pycguard --untrack
    fi
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'Permission denied'
    [[ $(index_sum) == "$before" && ! -e .git/index.lock ]]
}

@test "a full disk leaves the old index" {
    ((EUID == 0)) || skip 'only root can mount'
    mkdir small
    mount -t tmpfs -o size=4m none small 2>/dev/null || skip 'no tmpfs to be mounted here'
    cd small
    with_caches
    many directory/with/a/long/name/module .py
    before=$(index_sum)
    cat /dev/zero >../filler 2>/dev/null || true
    run_pycguard --untrack
    after=$(index_sum)
    locked=$(ls .git/*.lock 2>/dev/null) || true
    rm ../filler
    cd "$WORK"
    umount small
    assert_status 2
    assert_stderr_is_one_line
    [[ $after == "$before" && -z $locked ]]
}

@test "two runs at once: each ends well or finds the lock, and together they do it" {
    with_caches
    many m .pyc
    cp .git/index "$WORK/index"
    for _ in {1..6}; do
        cp "$WORK/index" .git/index
        "$PYCGUARD" --untrack -q 2>"$WORK/first" &
        status=0
        "$PYCGUARD" --untrack -q 2>"$WORK/second" || status=$?
        first=0
        wait $! || first=$?
        ((status == 0 || first == 0)) || fail "both failed: $(cat "$WORK"/first "$WORK"/second)"
        cat "$WORK/first" "$WORK/second" | grep -v 'index.lock' && fail 'other complaints'
        [[ -z $(git ls-files '*.pyc') && ! -e .git/index.lock ]]
    done
}
