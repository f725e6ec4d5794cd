#!/usr/bin/env bats
# What cannot be looked at is exit 2 with one line that says why, and never a pass. And a check
# changes nothing.

load helper

# dirty_repo: m.py in HEAD, and its bytecode staged, so that a pass would be wrong.
dirty_repo() {
    new_repo
    write m.py 'x = 1'
    commit start m.py
    cache=$(pyc m.py)
    git add -f "$cache"
}

# never_a_pass ARG...: exit status 2 and one line, for both checks.
never_a_pass() {
    assert_refuses "$1" --check-staged
    assert_refuses "$1" --check-tracked
}

# as_nobody COMMAND...: as a user without special rights: if we are root as another, to whom
# open_to_nobody has shown $WORK.
as_nobody() {
    if (($(id -u))); then "$@"; else setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi
}

open_to_nobody() {
    (($(id -u))) || command -v setpriv >/dev/null || skip 'root, and no setpriv'
    git config --global safe.directory "$WORK/repo"
    chmod -R go+rX "$WORK"
}

remove_object() { rm -f ".git/objects/${1:0:2}/${1:2}"; }

# --- the index -------------------------------------------------------------------------------------

@test "an empty index file is exit 2" {
    dirty_repo
    : >.git/index
    never_a_pass "index '$PWD/.git/index'"
}

@test "an index of zero bytes is exit 2" {
    dirty_repo
    for size in 1 12 32 1000 100000; do
        head -c "$size" /dev/zero >.git/index
        assert_refuses "index '$PWD/.git/index'"
    done
}

@test "an index that is no index is exit 2" {
    dirty_repo
    write .git/index 'this is some text that is longer than the header of an index'
    never_a_pass "index '$PWD/.git/index'"
}

# refused_or_as_git_has_it NAME: what is not refused, git commits, and it is no bytecode.
refused_or_as_git_has_it() {
    if "$PYCGUARD" >out 2>err; then
        git ls-files --stage >listed 2>&1 || fail "a pass $1, where git fails"
        ! grep -q '\.pyc$' listed || fail "a pass $1"
    elif (($? == 2)); then
        [[ ! -s out && $(wc -l <err) == 1 && $(<err) == "pycguard: "* ]] || fail "$1: $(<err)"
    fi
}

@test "an index cut short is no pass, wherever it is cut" {
    dirty_repo
    write pkg/a.py x
    write pkg/b.py x
    git add pkg
    git write-tree >/dev/null
    cp .git/index whole
    size=$(wc -c <whole)
    for length in 1 4 8 11 12 13 20 31 32 33 73 74 $((size / 3)) $((size / 2)) $((size - 40)) $((size - 21)) \
        $((size - 20)) $((size - 19)) $((size - 1)) $((RANDOM % size + 1)) $((RANDOM % size + 1)); do
        ((length < size)) || continue
        head -c "$length" whole >.git/index
        refused_or_as_git_has_it "at $length bytes"
    done
}

@test "an index with one bit changed is no pass, wherever it is" {
    dirty_repo
    cp .git/index whole
    size=$(wc -c <whole)
    for at in 0 3 4 7 8 11 12 52 72 74 80 $((size / 2)) $((size - 21)) $((size - 20)) $((size - 1)) \
        $((RANDOM % size)); do
        "$PYTHON" -I -c 'import sys
data = bytearray(open("whole", "rb").read())
data[int(sys.argv[1])] ^= 1
open(".git/index", "wb").write(data)' "$at"
        refused_or_as_git_has_it "with byte $at changed"
    done
}

@test "an index with bytes after its end is no pass" {
    dirty_repo
    echo more >>.git/index
    refused_or_as_git_has_it 'with more'
}

@test "an index out of order, with a good checksum, is never a pass" {
    new_repo
    write a.pyc x
    write b.py x
    git add -f a.pyc b.py
    "$PYTHON" -I -c 'import hashlib
data = open(".git/index", "rb").read()
# Two entries of the same length: 62 bytes, the name, and 1 to 8 NULs.
first, second = data[12:84], data[84:156]
body = data[:12] + second + first
open(".git/index", "wb").write(body + hashlib.sha1(body).digest())'
    assert_refuses 'entries out of order'
}

@test "an index that is a directory is exit 2" {
    dirty_repo
    rm .git/index
    mkdir .git/index
    never_a_pass "index '$PWD/.git/index'"
}

@test "an index that is a pipe does not hang" {
    dirty_repo
    rm .git/index
    mkfifo .git/index
    run --separate-stderr timeout 5 "$PYCGUARD"
    assert_status 2
    assert_stderr_is_one_line
}

@test "an index that may not be read is exit 2" {
    dirty_repo
    binary=$WORK/pycguard
    cp "$PYCGUARD" "$binary"
    open_to_nobody
    run --separate-stderr as_nobody "$binary"
    assert_status 1
    chmod 0 .git/index
    run --separate-stderr as_nobody "$binary"
    assert_status 2
    assert_no_output
    assert_stderr_is_one_line
    assert_stderr_has "index '$PWD/.git/index': Permission denied"
}

# --- objects and references ------------------------------------------------------------------------

@test "a cache whose object is missing is exit 2, naming it" {
    dirty_repo
    remove_object "$(git rev-parse ":$cache")"
    never_a_pass "cannot read '$cache'"
}

@test "a cache whose object is corrupt is exit 2" {
    dirty_repo
    object=$(git rev-parse ":$cache")
    file=.git/objects/${object:0:2}/${object:2}
    chmod +w "$file"
    echo garbage >"$file"
    never_a_pass "cannot read '$cache'"
    : >"$file"
    never_a_pass "cannot read '$cache'"
}

@test "an object that is cut short is exit 2, though libgit2 up to 1.9 would read it for ever" {
    dirty_repo
    object=$(git rev-parse ":$cache")
    file=.git/objects/${object:0:2}/${object:2}
    chmod +w "$file"
    truncate -s $(($(wc -c <"$file") / 2)) "$file"
    assert_refuses 'cannot read ' --check-tracked
    [[ $stderr == *'a damaged object'* || $stderr == *'premature end'* ]] || fail 'expected the reason'
}

@test "a HEAD whose object is missing is no unborn branch" {
    dirty_repo
    commit 'before the hook'
    remove_object "$(git rev-parse HEAD)"
    assert_refuses 'HEAD' --check-history HEAD
    assert_refuses "'HEAD'" --explain m.py
}

@test "a HEAD whose object is missing is not without a policy" {
    dirty_repo
    git tag base
    write .pycguard '*.dat'
    commit policy .pycguard
    object=$(git rev-parse HEAD)
    remove_object "$object"
    assert_refuses "$object" --check-history base
}

@test "a source whose object is missing is exit 2, if it is needed" {
    dirty_repo
    object=$(git rev-parse :m.py)
    remove_object "$object"
    never_a_pass "cannot read 'm.py'"
    git rm -q --cached "$cache"
    judge --check-tracked
    assert_judged 0
}

@test "a HEAD that is garbage is exit 2" {
    dirty_repo
    echo garbage >.git/HEAD
    assert_refuses 'pycguard: cannot '
    : >.git/HEAD
    assert_refuses 'pycguard: cannot '
    rm .git/HEAD
    assert_refuses 'pycguard: cannot '
}

@test "a branch that is garbage, or cut short, is exit 2" {
    dirty_repo
    commit 'before the hook'
    head=$(git rev-parse HEAD)
    for content in garbage "${head:0:20}" '' "$(printf '0%.0s' {1..40})"; do
        printf '%s' "$content" >.git/refs/heads/main
        assert_refuses 'pycguard: cannot read '
    done
}

@test "a HEAD whose commit, tree or subtree is missing is exit 2" {
    dirty_repo
    mkdir -p pkg
    pyc pkg/n.py pkg/n.pyc
    commit 'before the hook' pkg
    for object in HEAD 'HEAD^{tree}' HEAD:pkg; do
        id=$(git rev-parse "$object")
        mv ".git/objects/${id:0:2}/${id:2}" kept
        assert_refuses "$id"
        mv kept ".git/objects/${id:0:2}/${id:2}"
    done
    judge
    assert_status 0
}

@test "an object of another type than it should be, or a tag that is damaged, is exit 2" {
    dirty_repo
    git update-index --add --cacheinfo "100644,$(git rev-parse 'HEAD^{tree}'),n.pyc"
    never_a_pass 'is not a blob'
    git update-index --force-remove n.pyc
    assert_refuses 'is not a commit' --check-range 'HEAD^{tree}'
    assert_refuses 'is not a commit' --check-range HEAD:m.py..HEAD
    assert_refuses 'is not a commit' --explain 'HEAD^{tree}:m.py'
    for tag in '' 'object' 'object 1234\n' "object $(git rev-parse HEAD)" "object $(git rev-parse HEAD)x\n" \
        "objekt $(git rev-parse HEAD)\n"; do
        printf %b "$tag" | git hash-object -t tag -w --literally --stdin >.git/refs/tags/bad
        assert_refuses 'cannot ' --check-history
        assert_refuses 'cannot ' --check-range bad
    done
}

@test "a policy that is too large is exit 2, staged and named" {
    dirty_repo
    yes '!*.pyc' | head -c 1100000 >.pycguard
    git add .pycguard
    never_a_pass 'too large'
    git rm -q --cached .pycguard
    assert_refuses 'too large' --check-tracked --policy .pycguard
}

@test "a MERGE_HEAD that is garbage, or of a missing commit, is exit 2" {
    dirty_repo
    local head
    head=$(git rev-parse HEAD)
    for content in garbage '' "$(printf '1%.0s' {1..40})" "${head}x" "$head\\0" "$head\\0$head" "$head\\n"; do
        printf '%b\n' "$content" >.git/MERGE_HEAD
        assert_refuses 'pycguard: cannot read '
    done
}

@test "a configuration that cannot be read is exit 2" {
    dirty_repo
    echo '[core' >>.git/config
    never_a_pass 'pycguard: cannot '
}

# --- no repository ---------------------------------------------------------------------------------

@test "no repository is exit 2" {
    export GIT_CEILING_DIRECTORIES=$WORK
    mkdir plain
    cd plain
    never_a_pass 'repository'
}

@test "a .git that leads nowhere is exit 2" {
    export GIT_CEILING_DIRECTORIES=$WORK
    mkdir plain
    cd plain
    write .git 'gitdir: ../nowhere'
    never_a_pass 'repository'
    rm .git
    mkdir .git
    never_a_pass 'repository'
}

@test "a repository of a later format is exit 2" {
    dirty_repo
    git config core.repositoryFormatVersion 7
    never_a_pass 'repository'
    printf '%s\n' '[core]' 'repositoryFormatVersion = 1' '[extensions]' 'unheardOf = true' >.git/config
    never_a_pass 'repository'
}

# --- output ----------------------------------------------------------------------------------------

@test "output that cannot be written is exit 2" {
    [[ -e /dev/full ]] || skip 'no /dev/full'
    dirty_repo
    for options in '' -z --format=json -v '--check-tracked -z' --help --version; do
        # shellcheck disable=SC2086
        run --separate-stderr bash -c '"$0" "$@" >/dev/full' "$PYCGUARD" $options
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has 'cannot write to standard output: No space left on device'
    done
    git rm -q --cached "$cache"
    run --separate-stderr bash -c '"$0" -v >/dev/full' "$PYCGUARD"
    assert_status 2
    run --separate-stderr bash -c '"$0" --format=json >/dev/full' "$PYCGUARD"
    assert_status 2
}

@test "output that is closed is exit 2" {
    dirty_repo
    for options in '' -z --format=json; do
        # shellcheck disable=SC2086
        run --separate-stderr bash -c '"$0" "$@" >&-' "$PYCGUARD" $options
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has 'cannot write to standard output'
    done
}

@test "a closed standard error or input changes no verdict" {
    dirty_repo
    run bash -c '"$0" 2>&-' "$PYCGUARD"
    assert_status 1
    assert_output_has "$cache"
    run bash -c '"$0" <&- 2>&-' "$PYCGUARD"
    assert_status 1
    : >.git/index
    run bash -c '"$0" <&- >&- 2>&-' "$PYCGUARD"
    assert_status 2
    [[ ! -s .git/index ]]
}

@test "a reader that leaves early is no pass" {
    dirty_repo
    run bash -c 'set -o pipefail; { sleep 0.2; "$0"; } | true' "$PYCGUARD"
    [[ $status != 0 ]] || fail
}

# --- usage -----------------------------------------------------------------------------------------

@test "bad usage is exit 2, naming what is wrong" {
    dirty_repo
    assert_refuses "'--frobnicate'" --frobnicate
    assert_refuses "'-y'" -y
    assert_refuses "'-y'" -qy
    assert_refuses '--check-staged and --check-tracked' --check-staged --check-tracked
    assert_refuses '--check-tracked and --check-staged' --check-tracked --check-staged
    assert_refuses "not 'yaml'" --format=yaml
    assert_refuses "not ''" --format=
    assert_refuses "not 'JSON'" --format JSON
    assert_refuses "not 'sometimes'" --color=sometimes
    assert_refuses "'--format'" --format
    assert_refuses "'--policy'" --check-tracked --policy
    assert_refuses "'-C'" -C
    assert_refuses "'--strict=yes'" --strict=yes
    assert_refuses "'--check-staged=x'" --check-staged=x
    assert_refuses "'--check'" --check
    assert_refuses 'm.py' --status m.py
}

@test "a verb may be given twice" {
    dirty_repo
    judge --check-tracked --check-tracked
    assert_judged 1 "error bytecode $cache"
}

@test "--help and --version are exit 0 and look at nothing" {
    export GIT_CEILING_DIRECTORIES=$WORK
    for option in --help -h; do
        run_pycguard "$option"
        assert_status 0
        assert_output_has --check-staged
        assert_output_has --check-tracked
    done
    run_pycguard --version
    assert_status 0
    [[ $output =~ ^pycguard\ [0-9.]+\ \(libgit2\ [0-9.]+,\ PCRE2\ [0-9.]+\)$ ]] || fail
}

# --- a check changes nothing -----------------------------------------------------------------------

# Every file and directory, its content, mode and time of change.
listing() { tar -C "$WORK/repo" -cf - . | cksum; }

@test "a check writes nothing, neither to .git nor to the work tree" {
    dirty_repo
    commit 'before the hook'
    write n.py x
    write n.pyc x
    write .pycguard '*.log'
    git add -f n.py n.pyc .pycguard
    write m.py 'changed on disk'
    touch -d '2001-01-01' n.py # so that a refresh would write the index
    before=$(listing)
    for arguments in '' --check-tracked -z -v --format=json --strict '--check-staged n.pyc' \
        '--policy nowhere' --help; do
        # shellcheck disable=SC2086
        run "$PYCGUARD" $arguments
    done
    [[ $(listing) == "$before" ]] || fail 'something has changed'
}

@test "a check of a repository that is broken writes nothing" {
    dirty_repo
    : >.git/index
    before=$(listing)
    run "$PYCGUARD"
    assert_status 2
    [[ $(listing) == "$before" ]] || fail 'something has changed'
}

@test "a check needs no lock, and leaves one alone" {
    dirty_repo
    : >.git/index.lock
    : >.git/HEAD.lock
    : >.git/config.lock
    judge
    assert_judged 1 "error bytecode $cache"
    judge --check-tracked
    assert_judged 1 "error bytecode $cache"
    [[ -e .git/index.lock && -e .git/HEAD.lock && -e .git/config.lock ]]
}

@test "a check works where it may not write" {
    dirty_repo
    cp "$PYCGUARD" "$WORK/pycguard"
    open_to_nobody
    chmod -R a-w .
    run --separate-stderr as_nobody "$WORK/pycguard" -z
    assert_status 1
    [[ -z $stderr ]] || fail
}

@test "a check runs no program that the repository names" {
    dirty_repo
    write "$WORK/trap" '#!/bin/sh
touch "$0.sprung"'
    chmod +x "$WORK/trap"
    git config core.fsmonitor "$WORK/trap"
    git config diff.external "$WORK/trap"
    git config core.pager "$WORK/trap"
    git config core.sshCommand "$WORK/trap"
    git config filter.trap.clean "$WORK/trap"
    git config filter.trap.process "$WORK/trap"
    write .gitattributes '* filter=trap diff=trap'
    write .git/info/attributes '* filter=trap'
    judge --strict
    assert_judged 1 "error bytecode $cache"
    judge --check-tracked
    assert_judged 1 "error bytecode $cache"
    [[ ! -e $WORK/trap.sprung ]]
}
