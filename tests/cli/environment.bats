#!/usr/bin/env bats
# Which repository, which index, from where: as git would have it.

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

@test "GIT_WORK_TREE that is not there, and alternates that are badly quoted, are exit 2" {
    dirty_repo dirty
    GIT_DIR=$PWD/dirty/.git GIT_WORK_TREE=$PWD/nowhere assert_refuses nowhere --check-staged m.pyc
    cd dirty
    mkdir 'other "objects"'
    mv .git/objects/?? 'other "objects"'
    for list in '"other' '"other"objects' '"other \q"'; do
        GIT_ALTERNATE_OBJECT_DIRECTORIES=$list assert_refuses 'cannot read' --check-tracked
    done
    GIT_ALTERNATE_OBJECT_DIRECTORIES=":nowhere:\"$PWD/other \\\"objects\\\"\":" judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
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

# The files and variables that git takes configuration from, since 2.32.
needs_git_config_environment() {
    [[ $(GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=a.b GIT_CONFIG_VALUE_0=c git config a.b) == c && -z $(GIT_CONFIG_GLOBAL=/dev/null git config --global user.name) ]] ||
        skip "$(git version) takes no configuration from GIT_CONFIG_COUNT or GIT_CONFIG_GLOBAL"
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

@test "whom safe.directory trusts: each value in turn, as git's" {
    of_another
    assert_refuses "git config --global --add safe.directory $PWD" --check-tracked
    # trusted VALUE...: and git says the same.
    trusted() {
        local value expected=1 # of git
        git config --global --unset-all safe.directory || true
        for value; do git config --global --add safe.directory "$value"; done
        git rev-parse --git-dir >"$WORK/out" 2>&1 || expected=2
        run_pycguard --check-tracked -q
        [[ $status == "$expected" ]] || echo "$status: $*" >>"$WORK/wrong"
        return $((status == 2))
    }
    trusted "$PWD/" || true # by newer gits
    trusted "$WORK/*" || true
    trusted /elsewhere "$PWD"
    trusted "$PWD" /elsewhere
    trusted '' "$PWD"
    for no in "$PWD-other" "${PWD%?}" "$WORK" "$WORK/other/*" ''; do
        ! trusted "$no" || fail "$no"
    done
    ! trusted "$PWD" '' || fail 'an empty value'
    SUDO_UID=65534 trusted
    ! SUDO_UID=65533 trusted || fail 'another caller of sudo'
    [[ ! -e $WORK/wrong ]] || fail "$(cat "$WORK/wrong")"
    needs_git_config_environment
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD trusted
    [[ ! -e $WORK/wrong ]] || fail "$(cat "$WORK/wrong")"
    printf '[safe]\n\tdirectory = ~/repo\n' >"$WORK/global"
    HOME=$WORK GIT_CONFIG_GLOBAL=$WORK/global run_pycguard --check-tracked -q
    assert_status 1
    printf '[safe]\n\tdirectory\n' >"$WORK/global" # without a value
    GIT_CONFIG_GLOBAL=$WORK/global run_pycguard --check-tracked -q
    assert_status 2
    assert_stderr_is_one_line
}

@test "a repository that GIT_DIR names is read whoever owns it, as git reads it" {
    of_another
    export GIT_DIR=$PWD/.git
    [[ $(git ls-files) == m.pyc ]]
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "core.ignoreCase is what git config says in that environment" {
    new_repo
    write a.py 'x = 1'
    commit one a.py
    write BAD.PYC x
    git add -f BAD.PYC
    git config core.ignoreCase false
    run_pycguard -q
    assert_status 0
    git config extensions.worktreeConfig true
    git config --worktree core.ignoreCase true
    run_pycguard -q
    assert_status 1
    git config --worktree core.ignoreCase maybe
    run_pycguard -q
    assert_status 2
    assert_stderr_has "config value 'maybe'" # bad boolean or, in git 2.30, bad numeric
    git config --worktree --unset core.ignoreCase
    needs_git_config_environment
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.ignorecase GIT_CONFIG_VALUE_0=true run_pycguard -q
    assert_status 1
    GIT_CONFIG_PARAMETERS="'core.ignorecase'='yes'" run_pycguard -q # git -c
    assert_status 1
    git config --unset core.ignoreCase
    git config -f "$WORK/global" core.ignoreCase 1
    GIT_CONFIG_GLOBAL=$WORK/global run_pycguard -q
    assert_status 1
}

@test "not in a repository, in one wording, and a damaged one is not none" {
    mkdir -p plain/sub
    cd plain/sub
    write m.pyc x
    for verb in --check-staged --check-tracked --check-history --untrack --check-ignores; do
        assert_refuses "not a git repository: $PWD (--check-worktree works without one)" $verb
    done
    for part in objects refs HEAD config; do
        mkdir ../.git
        mkdir ../.git/$part
        assert_refuses 'cannot open the repository: not a git repository' --check-tracked
        rm -r ../.git
    done
    mkdir ../.git # an empty one is none
    assert_refuses "not a git repository: $PWD (" --check-tracked
    rmdir ../.git
    echo 'gitdir: nowhere' >../.git
    assert_refuses 'cannot open the repository' --check-tracked
    GIT_CEILING_DIRECTORIES=${PWD%/*} assert_refuses "not a git repository: $PWD (" --check-tracked
}

@test "where there is no git, what libgit2 can tell for certain is enough" {
    new_repo
    write a.py 'x = 1'
    commit one a.py
    write BAD.PYC x
    git add -f BAD.PYC
    git config core.ignoreCase false
    PATH=$(path_without git)
    run_pycguard --check-tracked
    assert_status 0
    run_pycguard --explain BAD.PYC
    assert_status 0
    printf '[core]\n\tignoreCase = true\n' >>.git/config
    run_pycguard --check-tracked
    assert_status 1
    pyc a.py m.pyc >"$WORK/out"
    run_pycguard --clean --all
    [[ ! -e m.pyc && -e BAD.PYC ]]
    GIT_DIR=.git assert_refuses "cannot run 'git'" --check-tracked
    (($(id -u) != 0)) || {
        chown 65534 .git
        [[ $("$PYCGUARD" --check-tracked 2>&1) == *'cannot open the repository'* ]]
    }
    cd ..
    assert_refuses "not a git repository: $PWD (" --check-tracked
}

@test "a libgit2 of another version, or of another layout, is refused before it reads anything" {
    local other=$BUILD_ROOT/tests/other
    [[ -d $other ]] || skip 'libgit2 is linked, or loaded by its path'
    ldd "$PYCGUARD" >/dev/null 2>&1 || skip 'the static program has its own libgit2'
    new_repo
    write m.pyc x
    git add .
    for verb in --check-staged --check-tracked '--check-range HEAD' --check-history '--explain m.pyc' --untrack; do
        # shellcheck disable=SC2086 # a command and its argument
        LD_LIBRARY_PATH=$other assert_refuses 'this pycguard was built for another build of it' $verb
        # shellcheck disable=SC2086
        LD_LIBRARY_PATH=$other OTHER_LAYOUT=1 assert_refuses 'cannot use libgit2 ' $verb
    done
    git ls-files --error-unmatch m.pyc
}
