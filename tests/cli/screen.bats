#!/usr/bin/env bats
# The fast answer to the checks of the index: when it is given, and that it says clean only where what git
# would commit holds nothing to reject. The scripts of the staged check run once more without it (ctest: *.unscreened).

load helper

setup() {
    start_clean
    [[ $(uname) == Linux ]] || skip 'the loader tells what it loads on Linux'
    new_repo
    write pkg/a.py 'x = 1'
    write pkg/b.py 'x = 1'
    write top.py 'x = 1'
    commit start .
}

# A static program loads nothing, so there it cannot be told which way was taken.
is_static() { ldd "$PYCGUARD" 2>&1 | grep -q 'not a dynamic'; }

# The loader writes to a file what it loads: libgit2 only when there was a closer look.
check_and_watch() {
    rm -f "$WORK"/loaded.*
    run --separate-stderr env LD_DEBUG=files LD_DEBUG_OUTPUT="$WORK/loaded" "$PYCGUARD" "$@"
    cat "$WORK"/loaded.* >"$WORK/loaded" || is_static
}

assert_quick() {
    check_and_watch "$@"
    assert_status 0
    assert_no_output
    if grep -q libgit2 "$WORK/loaded"; then fail 'libgit2 was loaded'; fi
}

assert_closer() {
    check_and_watch "$@"
    grep -q libgit2 "$WORK/loaded" || is_static || fail 'libgit2 was not loaded'
}

# Runs both; sets status.
same_as_unscreened() {
    "$UNSCREENED" >"$WORK/expected" 2>"$WORK/expected.err" && expected=0 || expected=$?
    "$PYCGUARD" >"$WORK/actual" 2>"$WORK/actual.err" && status=0 || status=$?
    [[ $status == "$expected" ]] || fail "expected exit status $expected"
    cmp "$WORK/expected" "$WORK/actual"
    cmp "$WORK/expected.err" "$WORK/actual.err"
}

@test "a clean index is passed without libgit2, in each version" {
    for version in 2 3 4; do
        git update-index --index-version "$version"
        assert_quick
    done
    git update-index --index-version 2
    git update-index --skip-worktree top.py # makes it version 3
    assert_quick
    assert_quick --strict -q
    assert_quick -z
}

@test "the index that git names is the one that is looked at" {
    cp .git/index .git/index.lock
    GIT_INDEX_FILE=.git/index.lock assert_quick
    GIT_INDEX_FILE=$PWD/.git/index.lock assert_quick
    mv .git/index.lock .git/next-index-1.lock
    pyc pkg/a.py
    git add -f .
    GIT_INDEX_FILE=.git/next-index-1.lock assert_quick
    assert_closer
    assert_status 1
    mv .git/index .git/index.lock
    cp .git/next-index-1.lock .git/index
    GIT_INDEX_FILE=.git/index.lock assert_closer
    assert_status 1
}

@test "a hook of git itself takes the fast way" {
    write .git/hooks/pre-commit "#!/bin/sh
LD_DEBUG=files LD_DEBUG_OUTPUT='$WORK/loaded' exec '$PYCGUARD'"
    chmod +x .git/hooks/pre-commit
    write top.py 'x = 2'
    git commit -qm staged top.py
    write top.py 'x = 3'
    git commit -qam all
    [[ $(grep -l pcre2 "$WORK"/loaded.* | wc -l) == 2 ]] || is_static || fail 'the hook did not run'
    ! grep -q libgit2 "$WORK"/loaded.* || fail 'libgit2 was loaded'
}

@test "whatever has to be said is said by the closer look" {
    assert_closer -v
    assert_closer --format json
    assert_closer pkg/a.py
    assert_closer --check-tracked -v
}

@test "every tracked file is checked the fast way too" {
    assert_quick --check-tracked
    assert_quick --check-tracked -q
    printf '*.log\n!x.log\n' >"$WORK/lines"
    write "$WORK/reject" '*.log'
    assert_quick --check-tracked --policy "$WORK/reject"
    assert_quick --check-tracked -q --policy "$WORK/lines"
    assert_closer --check-tracked --policy "$WORK/lines" # it warns of the ! line
    assert_stderr_has 'x.log'
    pyc pkg/a.py
    git add -f .
    assert_closer --check-tracked -q
    assert_status 1
}

# As git tells it: the times, the size and the inode staged, and older than the index.
@test "a staged .pycguard counts only as it was staged" {
    write .pycguard '*.log'
    assert_quick # it is not staged
    touch -d '2001-01-01' .pycguard
    git add .pycguard
    assert_quick
    write x.log x
    git add -f x.log
    assert_closer
    assert_status 1
    write .pycguard '*.txt'
    assert_closer
    assert_status 1
    git rm -q --cached x.log
    assert_closer # the lines on disk are not those staged
    assert_status 0
    rm .pycguard
    assert_closer
    assert_status 0
}

@test "a .pycguard as new as the index, touched, linked, in conflict or changed by checkout is looked at closely" {
    stage() {
        git rm -rqf --cached --ignore-unmatch .pycguard
        touch -d '2001-01-01' .pycguard
        git add .pycguard
    }
    write .pycguard '*.log'
    stage
    assert_quick
    touch -d '2030-01-01' .pycguard
    git add .pycguard
    assert_closer # it is younger than the index
    stage
    assert_quick
    touch -d '2001-01-02' .pycguard
    assert_closer
    stage
    cp -p .pycguard copy
    mv copy .pycguard
    assert_closer # another inode
    write .pycguard 'café'
    stage
    assert_closer # an encoding could be at work
    # shellcheck disable=SC2016
    write .pycguard '$Id$'
    stage
    assert_closer
    write .pycguard '*.log'
    stage
    blob=$(git rev-parse :.pycguard)
    git update-index --force-remove .pycguard
    printf '100644 %s 2\t.pycguard\n' "$blob" | git update-index --index-info
    assert_closer
}

# A pipe is read once: whoever reads first must judge.
@test "a policy from a pipe is left to the closer look" {
    write x.log x
    git add -f x.log
    run --separate-stderr "$PYCGUARD" -q --policy <(echo '*.log')
    assert_status 1
}

@test "what a ! line allows is looked at closely" {
    pyc pkg/a.py pkg/a.pyc
    write .pycguard '!a.pyc'
    git add -f .
    assert_closer
    assert_status 0
}

@test "--policy is taken by the screen too" {
    write "$WORK/lines" '*.log'
    assert_quick --policy "$WORK/lines"
    write "$WORK/lines" '/top.py'
    assert_closer --strict --policy "$WORK/lines"
    assert_status 1
    write "$WORK/lines" 'regex:('
    assert_closer --policy "$WORK/lines"
    assert_status 2
}

@test "letters of any case are looked at closely" {
    write pkg/M.PYC x
    git add -f pkg
    assert_closer
    assert_status 0
    git config core.ignoreCase true
    assert_closer
    assert_status 1
}

@test "an index without its checksum, as index.skipHash leaves it, is read" {
    "$PYTHON" -I -c 'data = open(".git/index", "rb").read()
open(".git/index", "wb").write(data[:-20] + bytes(20))'
    git ls-files >/dev/null
    same_as_unscreened
    [[ $status == 0 ]] || fail
}

# git commits entries in whatever order they are.
@test "entries out of order, or twice, hide nothing" {
    pyc pkg/a.py pkg/a.pyc
    git add -f pkg/a.pyc
    # The entries of pkg/a.py, pkg/a.pyc and pkg/b.py are of one length: 62 bytes, the name, and 1 to 8 NULs.
    for order in 021 210 000 111; do
        cp .git/index kept
        "$PYTHON" -I -c 'import hashlib, sys
data = open(".git/index", "rb").read()
entries = [data[12 + 72 * i:84 + 72 * i] for i in range(3)]
body = data[:12] + b"".join(entries[int(i)] for i in sys.argv[1]) + data[228:-20]
open(".git/index", "wb").write(body + hashlib.sha1(body).digest())' "$order"
        for options in -q -v --check-tracked; do
            run "$PYCGUARD" "$options"
            [[ $status == 2 || ($status == 0 && $order == 000 && $options != -v) ]] || fail "order $order, $options"
        done
        mv kept .git/index
    done
}

@test "extensions: what is optional is passed over, all else looked at closely" {
    extension() {
        "$PYTHON" -I -c 'import hashlib, sys
data = open(".git/index", "rb").read()[:-20] + sys.argv[1].encode() + b"\0\0\0\2xx"
open(".git/index", "wb").write(data + hashlib.sha1(data).digest())' "$1"
    }
    cp .git/index whole
    for name in UNTR FSMN EOIE IEOT TREE REUC ABCD; do
        cp whole .git/index
        extension "$name"
        assert_quick
        assert_quick --check-tracked
    done
    for name in link sdir abcd; do
        cp whole .git/index
        extension "$name"
        assert_closer
        same_as_unscreened
    done
}

@test "a resolved conflict does not slow down the commits after it" {
    git switch -qc side
    write top.py 'x = 2'
    commit side top.py
    git switch -q main
    write top.py 'x = 3'
    commit main top.py
    git merge -q side && fail 'no conflict'
    write top.py 'x = 4'
    git add top.py
    grep -q REUC .git/index || fail 'no REUC'
    git commit -qm merged
    assert_quick
}

@test "ids of SHA-256 are passed without libgit2 too" {
    git init -q --object-format=sha256 ../long || skip 'this git knows no SHA-256'
    cd ../long
    write pkg/a.py 'x = 1'
    git add .
    assert_quick
    pyc pkg/a.py
    git add -f .
    run "$PYCGUARD" -q
    assert_status 1
}

# An index is read here, or by git where it is split: of all of it, and of each path by name, both say the same.
same_as_git() {
    git update-index --split-index
    grep -q link .git/index || fail 'not split'
    cp .git/index split
    for args in --check-tracked -v "$@"; do
        git update-index --no-split-index
        # shellcheck disable=SC2086 # words
        "$PYCGUARD" --format json $args >"$WORK/expected" 2>"$WORK/expected.err" && expected=0 || expected=$?
        cp split .git/index
        # shellcheck disable=SC2086
        "$PYCGUARD" --format json $args >"$WORK/actual" 2>"$WORK/actual.err" && status=0 || status=$?
        [[ $status == "$expected" ]] || fail "$args: expected exit status $expected"
        cmp "$WORK/expected" "$WORK/actual"
        cmp "$WORK/expected.err" "$WORK/actual.err"
    done
    git update-index --no-split-index
}

@test "an index read as it is gives what git says of it" {
    pyc pkg/a.py pkg/a.pyc
    pyc pkg/b.py pkg/__pycache__/b.cpython-311.pyc
    pyc pkg/b.py pkg/gone.pyc
    ln -s a.pyc pkg/link.pyc
    git add -f pkg
    blob=$(git rev-parse :pkg/a.pyc)
    commit=$(git rev-parse HEAD)
    {
        for stage in 1 2 3; do printf '100644 %s %s\tboth.pyc\n' "$blob" "$stage"; done
        printf '100644 %s 1\tdeleted.pyc\n' "$blob"
        printf '100644 %s 3\tours_gone.pyc\n' "$blob"
        printf '160000 %s 2\tmodule.pyc\n100644 %s 3\tmodule.pyc\n' "$commit" "$blob"
        printf '160000 %s 0\tvendor.pyc\n' "$commit"
    } | git update-index --index-info
    write pkg/later.pyc x
    git add -fN pkg/later.pyc
    for version in 2 3 4; do
        git update-index --index-version "$version"
        same_as_git both.pyc deleted.pyc ours_gone.pyc module.pyc vendor.pyc pkg pkg/gone.pyc pkg/later.pyc \
            pkg/a.py pkg/none.pyc pk pkg/a.pyc/x .
    done
    git reset -q --hard && git rm -rq --cached .
    same_as_git . pkg
}

@test "a configuration that could move the index that git names is looked at closely" {
    cp .git/config plain
    git config branch.main.remote origin
    git config core.ignoreCase true
    git config branch.worktrees.remote origin
    GIT_INDEX_FILE=.git/index assert_quick
    for text in '[core] worktree = ..' $'[core]\n\tWorkTree = pkg'; do
        { cat plain; printf '%s\n' "$text"; } >.git/config
        GIT_INDEX_FILE=.git/index assert_closer
    done
    cp plain .git/config
    git config extensions.worktreeConfig true
    git config --worktree core.sparseCheckout true
    GIT_INDEX_FILE=.git/index assert_quick
    git config --worktree core.worktree ..
    GIT_INDEX_FILE=.git/index assert_closer
}

@test "what is no repository for git is none for the screen" {
    mkdir -p sub
    pyc pkg/a.py
    git add -f .
    cp -r .git sub/.git
    git -C sub rm -rq --cached .
    (cd sub && assert_quick -q) # git would take it
    for damage in 'rm -r sub/.git/refs' 'rm sub/.git/HEAD' 'echo x >sub/.git/HEAD' 'rm -r sub/.git/objects'; do
        rm -rf sub/.git
        cp -r .git sub/.git
        git -C sub rm -rq --cached .
        eval "$damage"
        (cd sub && assert_closer -q)
    done
}

@test "a repository that is named, linked or not whole is looked at closely" {
    GIT_DIR=.git assert_closer
    GIT_WORK_TREE=. assert_closer
    GIT_OBJECT_DIRECTORY=.git/objects assert_closer
    GIT_COMMON_DIR=.git assert_closer
    GIT_INDEX_FILE=.git/nothing assert_closer
    assert_status 2
    (cd pkg && assert_closer)
    mv .git/refs .git/kept
    assert_closer
    assert_status 2
    mv .git/kept .git/refs
    rm .git/HEAD
    assert_closer
    assert_status 2
}

@test "a repository of someone else's is looked at closely" {
    (($(id -u) == 0)) || skip 'only root can give files away'
    chown 65534 .git
    assert_closer
}

# --- the policy ----------------------------------------------------------------------------------------

# Under negation, a line that ignores case matches less, not more.
@test "a line that matches less when case is ignored lets nothing pass" {
    write .pycguard <<'EOF'
[!a-z]*.key
regex:(^|/)\.env(\.(?!example$)[^/]+)?$
EOF
    write SECRET.key 1
    write sub/.env.Example 1
    git add -f .pycguard SECRET.key
    for options in -q -z --format=json; do
        run "$PYCGUARD" "$options"
        assert_status 1
    done
    run "$PYCGUARD" -q --policy .pycguard
    assert_status 1
    git reset -q SECRET.key
    git add -f sub/.env.Example
    for options in -q -z --format=json; do
        run "$PYCGUARD" "$options"
        assert_status 1
    done
    git config core.ignoreCase true
    run "$PYCGUARD" -q
    assert_status 0
}

@test "random policies get the same answer from the screen and from the closer look" {
    new_repo random
    run "$PYTHON" -I "$BATS_TEST_DIRNAME/screen_random.py" "$PYCGUARD" 1 "${ROUNDS:-2000}"
    assert_status 0
}
