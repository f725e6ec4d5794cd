#!/usr/bin/env bats
# A repository made to harm: what it holds is never run, never believed, and never waited for without
# end; and what git takes from it, pycguard sees.

load helper
load hooks

# Made of bytes, for git mktree refuses what git read-tree takes: object TYPE prints the id of what is
# on standard input; entry MODE NAME ID is one entry of a tree.
object() { git hash-object -t "$1" -w --stdin --literally; }
entry() {
    printf '%s %s\0' "$1" "$2"
    # shellcheck disable=SC2001,SC2059
    printf "$(sed 's/../\\x&/g' <<<"$3")"
}

# commit_of TREE: makes it main's only commit.
commit_of() { git update-ref refs/heads/main "$(git commit-tree -m x "$1")"; }

# --- trees ------------------------------------------------------------------------------------------

@test "a directory of a mode that git does not write is looked into" {
    new_repo
    blob=$(object blob <<<x)
    below=$(entry 100644 m.pyc "$blob" | object tree)
    for mode in 40755 040000; do
        commit_of "$(entry "$mode" d "$below" | object tree)"
        [[ $(git ls-tree -r --name-only main) == d/m.pyc ]]
        judge --check-range main
        assert_judged 1 'error ghost-module d/m.pyc'
    done
}

@test "a file of a mode that git does not write is one, and what git takes for a submodule is none" {
    new_repo
    blob=$(object blob <<<x)
    for mode in 100600 107777; do
        commit_of "$(entry "$mode" m.pyc "$blob" | object tree)"
        judge --check-range main
        assert_judged 1 'error ghost-module m.pyc'
        git read-tree main
        judge --strict
        assert_judged 1 'warning ghost-module m.pyc'
        judge
        assert_judged 0 'warning ghost-module m.pyc'
    done
    for mode in 0 140000 644; do
        commit_of "$(entry "$mode" m.pyc "$blob" | object tree)"
        [[ $(git ls-tree main) == 160000\ * ]]
        judge --check-range main
        assert_judged 0
    done
}

@test "a policy out of order in its tree, which git does not find, allows nothing in the commits after it" {
    new_repo
    blob=$(object blob <<<x)
    policy=$(object blob <<<'!*.pyc')
    first=$({ entry 100644 z.py "$blob" && entry 100644 .pycguard "$policy"; } | object tree)
    second=$(entry 100644 m.pyc "$blob" | object tree)
    first=$(git commit-tree -m x "$first")
    git update-ref refs/heads/main "$(git commit-tree -m x -p "$first" "$second")"
    run git rev-parse --verify "$first:.pycguard"
    [[ $status != 0 ]]
    judge --check-range main
    assert_judged 1 'error ghost-module m.pyc'
}

@test "a name with a slash in it is a path" {
    new_repo
    blob=$(object blob <<<x)
    below=$(entry 100644 b "$blob" | object tree)
    commit_of "$(entry 100644 a/__pycache__/b "$blob" | object tree)"
    judge --check-range main
    assert_judged 1 'error bytecode a/__pycache__/b'
    commit_of "$(entry 40000 a/__pycache__ "$below" | object tree)"
    judge --check-range main
    assert_judged 1 'error bytecode a/__pycache__/b'
}

@test "entries out of order, or twice, hide nothing" {
    new_repo
    blob=$(object blob <<<x)
    commit_of "$({ entry 100644 z.py "$blob"; entry 100644 m.pyc "$blob"; entry 100644 a.py "$blob"; } | object tree)"
    judge --check-range main
    assert_judged 1 'error ghost-module m.pyc'
    below=$(entry 100644 n.pyc "$blob" | object tree)
    commit_of "$({ entry 100644 d "$blob"; entry 40000 d "$below"; } | object tree)"
    judge --check-range main
    assert_judged 1 'error ghost-module d/n.pyc'
}

@test "a tree that is damaged is exit 2" {
    new_repo
    blob=$(object blob <<<x)
    for tree in "$(printf '100644 m.pyc' | object tree)" "$(entry 9 m.pyc "$blob" | object tree)" \
        "$(entry 100644 '' "$blob" | object tree)" "$(entry 777777777777 m.pyc "$blob" | object tree)"; do
        commit_of "$tree"
        assert_refuses "$tree" --check-range main
        assert_refuses 'pycguard: ' --check-history
    done
}

# --- what costs much --------------------------------------------------------------------------------

# bounded ARG...: as run_pycguard, in at most 20 seconds and 2 GB of memory. The sanitizers need more.
bounded() {
    run --separate-stderr bash -c '[[ -n ${ASAN_OPTIONS-} ]] || ulimit -v 2000000; exec timeout 20 "$0" "$@"' \
        "$PYCGUARD" "$@"
}

@test "a regular expression that explodes is exit 2, naming its line" {
    new_repo
    write "$(printf 'a%.0s' {1..60})" x
    git add .
    for expression in '^(([a-z])+.)+[A-Z]([a-z])+$' '(?R)' '((a{1,100}){1,100}){1,100}' \
        '(*NO_JIT)^(([a-z])+.)+[A-Z]([a-z])+$' '(*LIMIT_MATCH=4294967295)a'; do
        printf '# first\nregex:%s\n' "$expression" >.pycguard
        git add .pycguard
        for verb in --check-staged --check-tracked; do
            bounded "$verb"
            assert_status 2
            assert_no_output
            assert_stderr_is_one_line
            assert_stderr_has '.pycguard:2'
        done
    done
}

@test "as many patterns as there may be are taken, and more are refused" {
    new_repo
    write m.py x
    seq -f 'dir/*x%.0f?.so' 10000 >.pycguard
    git add .
    bounded --check-tracked
    assert_status 0
    seq -f '*x%.0f*y' 1000000 >.pycguard
    git add .
    for verb in --check-staged --check-tracked --check-worktree; do
        bounded "$verb"
        assert_status 2
        assert_no_output
        assert_stderr_is_one_line
        assert_stderr_has "policy '"
    done
    seq -f 'x%.0f' 20000 >.pycguard
    git add .
    bounded
    assert_status 2
    assert_stderr_has '.pycguard:10001:'
}

@test "of a cache of 4 GiB the header is read, and no source of 4 GiB" {
    write m.py 'x = 1'
    cache=$(pyc m.py)
    pyc n.py n.pyc
    rm n.py
    truncate -s 4G "$cache" n.pyc
    bounded --check-worktree
    assert_status 1
    assert_output_has n.pyc
    assert_output_lacks "$cache"
    bounded --explain "$cache"
    assert_status 0
    truncate -s 4G m.py # another size than in the header, modulo 2^32
    bounded --check-worktree --format=json
    assert_status 1
    assert_json '[.findings[].rule] | sort == ["ghost-module", "stale-cache"]'
    "$PYTHON" -I -c 'import py_compile, sys
py_compile.compile("o.py", invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, doraise=True)' \
        "$(write o.py y)"
    truncate -s 4G o.py
    bounded --check-worktree
    assert_status 2
    assert_stderr_has "'o.py'"
}

@test "a blob of 4 GiB is judged, and not held in memory" {
    new_repo
    write m.py 'x = 1'
    cache=$(pyc m.py)
    git add -f m.py "$cache"
    # Loose objects that say so and hold the first bytes of it.
    for path in m.py "$cache"; do
        id=$(git rev-parse ":$path")
        chmod u+w ".git/objects/${id:0:2}/${id:2}"
        "$PYTHON" -I -c 'import sys, zlib
content = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(zlib.compress(b"blob %d\0" % 2**32 + content + bytes(1 << 16)))' \
            "$path" ".git/objects/${id:0:2}/${id:2}"
        for verb in --check-staged --check-tracked; do
            bounded "$verb" --format=json
            assert_status 1
            assert_json '.findings[0].rule | IN("bytecode", "stale-cache")'
        done
    done
}

@test "a path of 64 KiB is a path, in the index and in a tree" {
    new_repo
    blob=$(object blob <<<x)
    path=$(printf 'd/%.0s' {1..2000})$(printf 'a%.0s' {1..61000}).pyc
    printf '100644 %s\t%s\0' "$blob" "$path" | git update-index -z --index-info
    name=$(printf 'a%.0s' {1..65000}).pyc
    commit_of "$(entry 100644 "$name" "$blob" | object tree)"
    for arguments in --check-staged --check-tracked '--check-range main' --check-history; do
        for format in human json sarif github gitlab; do
            # shellcheck disable=SC2086
            bounded $arguments --format="$format"
            assert_status 1
            [[ $stderr != *'cannot'* ]] || fail
            ((${#output} > 60000)) || fail "$arguments --format=$format"
        done
    done
}

@test "directories thousands of levels deep end in a verdict or a refusal" {
    new_repo
    # Written as files: git itself takes a while for each.
    "$PYTHON" -I -c 'import hashlib, os, zlib
def write(kind, body):
    data = b"%s %d\0%s" % (kind, len(body), body)
    name = hashlib.sha1(data).hexdigest()
    os.makedirs(".git/objects/" + name[:2], exist_ok=True)
    open(".git/objects/%s/%s" % (name[:2], name[2:]), "wb").write(zlib.compress(data, 0))
    return bytes.fromhex(name)
tree = write(b"tree", b"100644 m.pyc\0" + write(b"blob", b"x"))
for level in range(2100):
    if level == 2000:
        print(tree.hex())
    tree = write(b"tree", b"40000 d\0" + tree)
print(tree.hex())' >trees
    { read -r shallow; read -r deep; } <trees
    rm trees
    commit_of "$shallow"
    bounded --check-range main
    assert_status 1
    commit_of "$deep"
    for arguments in '--check-range main' --check-history; do
        # shellcheck disable=SC2086
        bounded $arguments
        assert_status 2
        assert_stderr_has 'more than 2048 levels deep'
    done
    bounded
    assert_status 0
    "$PYTHON" -I -c 'import os
for _ in range(2100):
    os.mkdir("d")
    os.chdir("d")
open("m.pyc", "w")'
    ulimit -S -n "$(ulimit -H -n)"
    for verb in --check-worktree '-n --clean'; do
        # shellcheck disable=SC2086
        bounded $verb
        assert_status 2
        assert_stderr_has 'cannot read directory'
    done
    rm -rf d
}

# --- what is not a file -----------------------------------------------------------------------------

# in_a_repository COMMANDS VERB...: what the verb does after the commands, in a repository of its own;
# in the background, for some wait for seconds.
in_a_repository() {
    (
        id=$BASHPID # in a redirection of `timeout` it would be another's
        new_repo "$WORK/case-$id"
        write m.py 'x = 1'
        write Dockerfile 'FROM scratch'
        commit start .
        pyc m.py m.pyc >pyc.log
        git add -f m.pyc
        eval "$1"
        status=0
        timeout 35 "$PYCGUARD" "${@:2}" >"$WORK/out-$id" 2>"$WORK/err-$id" </dev/null || status=$?
        read -r lines < <(wc -l <"$WORK/err-$id")
        # A command that fixes says what it comes upon as it goes.
        if [[ $status != 2 || $lines == 0 || ($2 == --check-* && (-s $WORK/out-$id || $lines != 1)) ]]; then
            echo "$1: $*: exit status $status: $(<"$WORK/err-$id")" >>"$WORK/failed"
        fi
    ) &
}

@test "a FIFO where a file should be is exit 2, and no wait without end" {
    fifo() { rm -rf "$1" && mkfifo "$1"; }
    object_file() { git rev-parse "$1" | sed 's|^..|.git/objects/&/|'; }
    in_a_repository 'fifo .git/config' --check-staged
    in_a_repository 'fifo included; git config include.path ../included' --check-staged
    in_a_repository 'fifo included; git config include.path ../included' --check-range HEAD
    in_a_repository 'fifo .git/refs/heads/main' --check-staged
    in_a_repository 'fifo .git/packed-refs' --check-history
    in_a_repository 'fifo .git/MERGE_HEAD' --check-staged
    in_a_repository 'fifo .git/shallow' --check-range HEAD
    in_a_repository 'fifo .git/objects/info/alternates' --check-tracked
    in_a_repository 'fifo "$(object_file :m.pyc)"' --check-tracked
    in_a_repository 'fifo "$(object_file "HEAD^{tree}")"' --check-history
    in_a_repository 'fifo .git/info/exclude' --check-ignores
    in_a_repository 'fifo .gitignore' --check-ignores
    in_a_repository 'fifo ignore; git config core.excludesFile "$PWD/ignore"' --untrack
    in_a_repository 'fifo .dockerignore' --check-ignores
    in_a_repository 'fifo .git/index' --check-staged
    in_a_repository 'fifo .pycguard' --check-worktree
    in_a_repository 'fifo .pycguard' --clean -n
    wait
    [[ ! -e $WORK/failed ]] || fail "$(<"$WORK/failed")"
}

@test "no refusal waits for its hint" {
    new_repo
    write n.pyc x
    git add -f n.pyc
    mkfifo "$WORK/ignore"
    git config core.excludesFile "$WORK/ignore"
    for command in --check-staged --check-tracked '--explain n.pyc'; do
        # shellcheck disable=SC2086
        run --separate-stderr timeout 8 "$PYCGUARD" $command
        [[ $command == --explain* ]] || assert_status 1
        assert_output_has n.pyc
        assert_output_lacks --add-ignores
    done
}

@test "a device or a socket where a file should be is exit 2" {
    in_a_repository 'ln -sf /dev/zero .git/index' --check-tracked
    in_a_repository 'ln -sf /dev/zero .pycguard' --check-worktree
    in_a_repository 'rm -f .git/index; "$PYTHON" -I -c "import socket
socket.socket(socket.AF_UNIX).bind(\".git/index\")"' --check-staged
    in_a_repository '"$PYTHON" -I -c "import socket
socket.socket(socket.AF_UNIX).bind(\".pycguard\")"' --check-worktree
    wait
    [[ ! -e $WORK/failed ]] || fail "$(<"$WORK/failed")"
}

@test "caches and sources that are no files are passed over on disk" {
    mkdir __pycache__
    mkfifo m.py n.pyc __pycache__/m.cpython-313.pyc
    ln -s /dev/zero o.pyc
    ln -s /dev/zero __pycache__/o.cpython-313.pyc
    "$PYTHON" -I -c 'import socket
socket.socket(socket.AF_UNIX).bind("p.pyc")'
    bounded --check-worktree
    assert_status 0
    bounded --clean --all
    assert_status 0
    [[ -p n.pyc && -L o.pyc && -S p.pyc ]]
    bounded --explain n.pyc
    bounded --explain o.pyc
}

@test "a hook that is no file is neither waited for nor lost" {
    new_repo
    mkfifo .git/hooks/pre-commit
    bounded --status
    bounded --install
    assert_status 2
    assert_stderr_is_one_line
    [[ -p .git/hooks/pre-commit ]]
}

# --- links ------------------------------------------------------------------------------------------

@test "links in circles and out of the tree are not followed" {
    mkdir outside
    pyc outside/m.py outside/lie.pyc
    new_repo
    ln -s . here
    ln -s ../outside out
    ln -s a b
    ln -s b a
    ln -s m.py m.py
    ln -s /etc/passwd n.py
    mkdir -p pkg/__pycache__
    ln -s .. pkg/__pycache__/up
    pyc x.py m.pyc
    cp m.pyc n.pyc
    cp m.pyc pkg/__pycache__/m.cpython-311.pyc
    ln -s ../../../outside/lie.pyc pkg/__pycache__/lie.pyc
    before=$(cksum ../outside/*)
    git add -f .
    for verb in --check-staged --check-tracked --check-worktree '-n --clean --all' --check-ignores '--explain m.pyc'; do
        # shellcheck disable=SC2086
        bounded $verb
        [[ $status == [01] && $output$stderr != *outside* && $output$stderr != *here/* ]] || fail "$verb"
    done
    bounded --clean --all
    [[ $(cksum ../outside/*) == "$before" && -L out && -L here ]] || fail
}

# --- names ------------------------------------------------------------------------------------------

@test "no name in a repository is a command to a terminal or a CI runner, in any format" {
    new_repo
    blob=$(object blob <<<x)
    for name in '::error::a' $'\n::error file=x::b' '##[group]c' '##vso[task.setvariable]d' $'\e[2J\e]0;t\ae' \
        $'\xc2\x9b31mf' $'\xe2\x80\xaeg' $'\r\nh' '::stop-commands::i' '%0A::error::j' '::add-mask::k'; do
        printf '100644 %s\t%s.pyc\0' "$blob" "$name"
        printf '100644 %s\t::group::%s/x\0' "$blob" "$name"
    done | git update-index -z --index-info
    printf '::warning::*x\n##[error]*\n!::debug::y\n' >.pycguard
    git add .pycguard
    git commit -qm $'::error::subject \e[31m ##[error]'
    for arguments in --check-tracked '--check-range HEAD' --check-history '--check-staged -v --strict'; do
        for format in human json sarif github gitlab; do
            # shellcheck disable=SC2086
            run_pycguard $arguments --format="$format" --color=never
            assert_status 1
            assert_no_control_bytes "$output$stderr"
            # GitHub's runner takes the first command of a line, and that is ours.
            [[ $format == github || ! $output$stderr =~ '##'(\[|vso) ]] || fail "$arguments --format=$format"
            run ! grep -vE '^::(error|warning|notice) file=[^:,]*,title=pycguard [a-z-]*::' <(grep '^[[:space:]]*::' <<<"$output")
        done
    done
}
