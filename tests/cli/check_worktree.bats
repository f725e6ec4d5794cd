#!/usr/bin/env bats
# --check-worktree: files on disk, whatever git thinks of them. What Python does with each is
# compared in imports.bats; here is which files are looked at, and what is made of the rest.

load helper

# ghost FILE...: bytecode of 3.11 for which there is no source.
ghost() {
    local file
    for file; do
        mkdir -p "$(dirname -- "$file")"
        printf '\xa7\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0code' >"$file"
    done
}

# ghosts FILE...: what is found is a ghost each, and no more.
ghosts() { assert_judged 1 "${@/#/error ghost-module }"; }

# --- which files -------------------------------------------------------------------------------

@test "no repository is needed, and the directory is the current one" {
    ghost pkg/m.pyc top.pyc
    write beside.py ''
    write pkg/beside.py ''
    judge --check-worktree
    ghosts pkg/m.pyc top.pyc
    assert_json '.mode == "worktree" and .checked == 5'
    run_pycguard --check-worktree
    assert_status 1
    assert_output_has '2 misleading bytecode files found on disk'
    eval "$(sed -n '/^Delete/,/^To allow/{//!p;}' <<<"$output")"
    run_pycguard --check-worktree
    assert_status 0
    assert_no_output
}

@test "tracked, untracked and ignored files alike" {
    new_repo
    ghost tracked.pyc
    commit start tracked.pyc
    write .gitignore 'ignored.pyc'
    ghost untracked.pyc ignored.pyc
    judge --check-worktree
    ghosts ignored.pyc tracked.pyc untracked.pyc
}

@test "what is in git and not on disk is not found" {
    new_repo
    ghost gone.pyc
    commit start gone.pyc
    rm gone.pyc
    judge --check-worktree
    assert_judged 0
}

@test "variables of git's that point elsewhere change nothing" {
    ghost a/m.pyc
    GIT_DIR=$WORK/nowhere GIT_WORK_TREE=$WORK/nowhere GIT_INDEX_FILE=$WORK/nowhere judge --check-worktree a
    ghosts a/m.pyc
}

@test "several directories, each shown as it was named" {
    ghost a/m.pyc b/m.pyc c/m.pyc "d e/m.pyc"
    judge --check-worktree a b/ ./c "$WORK/d e" a/../b
    assert_judged 1 "error ghost-module a/m.pyc" "error ghost-module b/m.pyc" "error ghost-module ./c/m.pyc" \
        "error ghost-module $WORK/d e/m.pyc" "error ghost-module a/../b/m.pyc"
    assert_json '.checked == 5 and .findings[3].source == $source' --arg source "$WORK/d e/m.py"
    judge -C a --check-worktree . ../c
    assert_judged 1 "error ghost-module m.pyc" "error ghost-module ../c/m.pyc"
    judge --check-worktree -- a
    ghosts a/m.pyc
}

@test "no such directory, or a file: exit 2, and no report" {
    ghost a/m.pyc
    for dir in nowhere a/m.pyc ''; do
        run_pycguard --check-worktree a "$dir"
        assert_status 2
        assert_no_output
        assert_stderr_is_one_line
    done
}

@test "left out: .git, node_modules, .tox, .nox and virtual environments, at any depth" {
    local dir
    for dir in .git node_modules .tox .nox venv; do ghost "$dir/m.pyc" "pkg/$dir/sub/m.pyc"; done
    write venv/pyvenv.cfg ''
    write pkg/venv/pyvenv.cfg ''
    ghost .github/m.pyc node_modules2/m.pyc tox/m.pyc venv2/m.pyc
    judge --check-worktree
    ghosts .github/m.pyc node_modules2/m.pyc tox/m.pyc venv2/m.pyc

    # Unless named, and then what is left out is left out below it too.
    ghost venv/node_modules/m.pyc venv/lib/m.pyc
    judge --check-worktree .git node_modules .tox .nox venv pkg/venv/sub
    ghosts .git/m.pyc node_modules/m.pyc .tox/m.pyc .nox/m.pyc venv/lib/m.pyc venv/m.pyc pkg/venv/sub/m.pyc
    judge -C venv --check-worktree
    ghosts lib/m.pyc m.pyc
}

@test "left out by content: git directories and environments of any name" {
    git init -q --bare mirror
    mkdir -p conda/conda-meta old/bin old/lib notes/{objects,refs}
    touch old/bin/{activate,python}
    ghost mirror/m.pyc conda/lib/m.pyc old/lib/m.pyc notes/m.pyc bin/m.pyc lib/m.pyc
    judge --check-worktree
    ghosts bin/m.pyc lib/m.pyc notes/m.pyc
    judge --check-worktree mirror conda old
    ghosts mirror/m.pyc conda/lib/m.pyc old/lib/m.pyc
}

@test "a link to a directory is not followed, unless it is named" {
    ghost real/m.pyc
    mkdir tree
    ln -s ../real tree/linked
    ln -s . tree/round
    ln -s tree named
    judge --check-worktree tree
    assert_judged 0
    judge --check-worktree named tree/linked
    ghosts tree/linked/m.pyc
}

@test "a link is followed that Python goes through: to a package elsewhere, or named __pycache__" {
    ghost outside/pkg/sub/m.pyc outside/plain/m.pyc inside/m.pyc
    write outside/pkg/__init__.py ''
    write inside/__init__.py ''
    ln -s . outside/pkg/round
    ln -s ../plain outside/pkg/further
    ghost outside/cache/n.cpython-311.pyc outside/cache/sub/m.pyc
    mkdir -p tree/own
    mv inside tree
    ln -s ../outside/pkg tree/pkg
    ln -s ../outside/plain tree/plain
    ln -s inside tree/twice
    ln -s ../../outside/cache tree/own/__pycache__
    ln -s .. tree/inside/__pycache__
    ln -s ../.. tree/inside/up
    judge --check-worktree tree
    assert_judged 1 'error ghost-module tree/inside/m.pyc' 'error orphaned-cache tree/own/__pycache__/n.cpython-311.pyc' \
        'error ghost-module tree/pkg/sub/m.pyc'
    assert_stderr_has "'tree/own/__pycache__' is a link that leads out of 'tree/', to '$WORK/outside/cache'"
    assert_stderr_has "'tree/pkg' is a link that leads out of 'tree/'"
    [[ $(wc -l <<<"$stderr") == 2 ]] || fail "$stderr"
    run_pycguard --check-worktree -q tree
    [[ -z $stderr ]]
    before=$(find outside | sort)
    run_pycguard --clean tree
    assert_status 1
    assert_output_has 'kept 2 files behind a symbolic link'
    # Named itself, it stands for the caches of the directory that it is in.
    for dir in tree/own/__pycache__ tree/own/__pycache__//; do
        judge --check-worktree "$dir"
        assert_judged 1 'error orphaned-cache tree/own/__pycache__/n.cpython-311.pyc'
        run_pycguard --clean "$dir"
        assert_output_has 'kept 1 file behind a symbolic link'
    done
    cd tree/own
    judge --check-worktree __pycache__
    assert_judged 1 'error orphaned-cache __pycache__/n.cpython-311.pyc'
    cd ../..
    [[ $(find outside | sort) == "$before" ]]
    ln -sfn nowhere tree/own/__pycache__
    assert_refuses "cannot read directory 'tree/own/__pycache__'" --check-worktree tree/own/__pycache__
}

@test "what a report names does what it says, behind a link too" {
    ghost outside/pkg/m.pyc "outside/pkg/it's.pyc" tree/gone.pyc
    write outside/pkg/__init__.py ''
    write tree/main.py ''
    mkdir tree/own
    ghost outside/cache/n.cpython-311.pyc
    ln -s ../outside/pkg tree/pkg
    ln -s ../../outside/cache tree/own/__pycache__
    cp -a . ../again
    for args in '--check-worktree tree' '-C tree --check-worktree'; do
        # shellcheck disable=SC2086 # words
        run_pycguard $args
        eval "$(sed -n '/^Delete/,$p' <<<"$output" | grep '^  ')" >/dev/null || true
        run_pycguard --check-worktree tree
        assert_status 0
        cp -a ../again/. .
    done
    judge --check-worktree tree
    [[ $(jq '.findings | length' <<<"$json") == 4 ]]
    eval "$(jq -r '.findings[].fix' <<<"$json")"
    run_pycguard --check-worktree tree
    assert_status 0
    # More than a report names.
    ghost outside/pkg/{1..6}.pyc outside/pkg/m.pyc
    run_pycguard --check-worktree tree
    assert_output_lacks '--clean --'
    [[ $output == *$'\n\nDelete by hand what is behind a symbolic link, which --clean keeps.' ]] || fail
}

@test "a link to a file is judged as Python reads it" {
    ghost elsewhere/real
    mkdir pkg
    ln -s ../elsewhere/real pkg/ghost.pyc
    ln -s nowhere pkg/dangling.pyc
    ln -s round.pyc pkg/round.pyc
    # The source: a link to a file is one, a link to nothing is none.
    ghost pkg/sourced.pyc pkg/unsourced.pyc
    write elsewhere/text 'x = 1'
    ln -s ../elsewhere/text pkg/sourced.py
    ln -s ../elsewhere/nothing pkg/unsourced.py
    judge --check-worktree
    assert_judged 1 'error ghost-module pkg/ghost.pyc' 'error stale-cache pkg/sourced.pyc' \
        'error ghost-module pkg/unsourced.pyc'
    assert_json '[.findings[].loads] == ["cache", "source", "cache"]'
    cd pkg
    "$PYTHON" -c 'import sourced'
    for module in ghost unsourced; do
        run "$PYTHON" -c "import $module"
        [[ $output != *ModuleNotFoundError* ]]
    done
}

@test "what is no file is not opened: FIFOs, sockets, devices, directories" {
    mkfifo fifo.pyc
    "$PYTHON" -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket.pyc")'
    ln -s fifo.pyc link.pyc
    ln -s /dev/zero endless.pyc
    ((EUID != 0)) || mknod device.pyc c 1 5 || true
    ghost directory.pyc/m.pyc
    # Nor a FIFO in place of a source.
    ghost pkg/m.pyc
    mkfifo pkg/m.py
    run --separate-stderr timeout 10 "$PYCGUARD" --check-worktree --format=json
    assert_status 1
    assert_json '[.findings[] | .rule + " " + .path] ==
        ["ghost-module directory.pyc/m.pyc", "ghost-module pkg/m.pyc"]'
}

@test "names of any bytes" {
    local names=($'new\nline.pyc' "it's.pyc" '-rf.pyc' $'\xff.pyc' '*.pyc')
    ghost "${names[@]/#/./}"
    write beside.py ''
    run_pycguard --check-worktree
    assert_status 1
    assert_no_control_bytes "$output"
    "$PYCGUARD" --check-worktree -z >../found || [[ $? == 1 ]]
    printf '%s\0' '*.pyc' '-rf.pyc' "it's.pyc" $'new\nline.pyc' $'\xff.pyc' >../expected
    sort -z ../found | cmp - <(sort -z ../expected)
    rm ../found ../expected
    # The command fixes it.
    (eval "$(sed -n '/^Delete/,/^To allow/{//!p;}' <<<"$output")")
    run_pycguard --check-worktree
    assert_status 0
}

@test "-z: only what is rejected, with the directory as named" {
    ghost a/m.pyc
    pyc a/honest.py
    "$PYCGUARD" --check-worktree -z a >found || [[ $? == 1 ]]
    printf 'a/m.pyc\0' | cmp - found
}

# --- what cannot be looked at ------------------------------------------------------------------

@test "what may not be read is said; the rest is reported, and the exit status is 2" {
    ghost tree/m.pyc tree/closed/m.pyc tree/unsearchable/m.pyc tree/z.pyc tree/unreadable.pyc
    ghost tree/__pycache__/n.cpython-311.pyc
    write tree/n.py 'x = 1'
    chmod -R go+rX tree
    chmod 0 tree/closed tree/unreadable.pyc tree/n.py
    chmod a=r tree/unsearchable
    as_nobody --check-worktree --format=json tree
    assert_status 2
    assert_json '[.findings[] | select(.rule == "ghost-module") | .path] == ["tree/m.pyc", "tree/z.pyc"]'
    assert_stderr_has "'tree/closed/'"
    assert_stderr_has "'tree/unreadable.pyc'"
    assert_stderr_has "'tree/n.py'"
    assert_stderr_has "'tree/unsearchable/m.pyc'"
    assert_stderr_has '4 paths could not be read'
    chmod -R u+rwX tree
}

@test "a directory that may be passed through but not read is a failure, not nothing" {
    ghost tree/m.pyc
    chmod a=x tree
    as_nobody --check-worktree tree
    assert_status 2
    assert_stderr_has tree
    chmod u+rwX tree
}

@test "files and directories that come and go meanwhile are no failure" {
    mkdir tree
    : >going
    (
        while [[ -e going ]]; do
            mkdir -p tree/{1..20}/__pycache__
            for n in {1..20}; do echo x | tee "tree/$n/"{m.pyc,m.py,__pycache__/m.cpython-311.pyc}; done
            rm -rf tree/*
        done
    ) >/dev/null 2>&1 3>&- &
    churn=$!
    for _ in {1..100}; do
        "$PYCGUARD" -q --check-worktree tree 2>said || [[ $? == 1 ]] || break
    done
    rm going
    wait "$churn"
    [[ ! -s said ]] || fail "$(cat said)"
}

# --- times -------------------------------------------------------------------------------------

# loads LOADS: of the one cache there is.
loads() {
    run_pycguard --check-worktree --format=json
    assert_json '.findings | length == 1 and .[0].loads == $loads' --arg loads "$1"
}

@test "the source's time decides, to the second" {
    write m.py 'x = 1'
    touch -d '2024-01-01 12:00:00.25' m.py
    pyc m.py
    loads cache
    touch -d '2024-01-01 12:00:00.75' m.py
    loads cache
    touch -d '2024-01-01 12:00:01' m.py
    loads source
    touch -d '2024-01-01 11:59:59.999' m.py
    loads source
}

@test "loads is never left to the time of a checkout" {
    new_repo
    for name in kept touched changed; do pyc "$name.py"; done
    touch -d '2001-01-01' touched.py
    echo >>changed.py
    git add -Af
    run_pycguard --check-tracked --format=json
    assert_json '[.findings[].loads] | contains(["cache-if-mtime-kept"])'
    run_pycguard --check-worktree --format=json
    assert_json '[.findings[].loads] == ["source", "cache", "source"]'
}

# --- what counts -------------------------------------------------------------------------------

@test "an honest cache is a note, for programs only" {
    cache=$(pyc pkg/m.py)
    judge --check-worktree
    assert_judged 0 "note bytecode $cache"
    assert_json '.findings[0] | .loads == "cache" and .source_present'
    run_pycguard --check-worktree
    assert_status 0
    assert_no_output
    run_pycguard --check-worktree -v
    assert_status 0
    assert_output_lacks "$cache"
    [[ -z $("$PYCGUARD" --check-worktree -z | tr -d '\0') ]]
}

@test "with --strict an honest cache is rejected" {
    cache=$(pyc pkg/m.py)
    run_pycguard --check-worktree --strict
    assert_status 1
    assert_output_has "$cache"
    judge --check-worktree --strict
    assert_status 1
    assert_output_lacks note
    [[ $("$PYCGUARD" --check-worktree --strict -z | tr '\0' '\n') == "$cache" ]]
}

@test "each way to mislead is an error" {
    ghost ghost.pyc
    orphan=$(pyc orphan.py)
    rm orphan.py
    stale=$(pyc stale.py)
    echo 'y = 2' >>stale.py
    write unchecked.py 'x = 1'
    unchecked=$("$PYTHON" -c 'import py_compile as p
print(p.compile("unchecked.py", invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH))')
    echo 'y = 2' >>unchecked.py
    judge --check-worktree
    assert_judged 1 "error orphaned-cache $orphan" "error stale-cache $stale" \
        "error unchecked-cache $unchecked" 'error ghost-module ghost.pyc'
}

# --- policy ------------------------------------------------------------------------------------

@test ".pycguard at the top of the repository holds below it, from wherever one looks" {
    new_repo
    ghost vendor/m.pyc pkg/m.pyc pkg/vendor/m.pyc
    write .pycguard '!/vendor/*.pyc'
    judge --check-worktree
    ghosts pkg/m.pyc pkg/vendor/m.pyc
    judge --check-worktree vendor
    assert_judged 0
    judge -C pkg --check-worktree . ../vendor
    ghosts m.pyc vendor/m.pyc
    # As it is on disk, staged or not: what is on disk is looked at.
    write .pycguard '!m.pyc'
    judge --check-worktree
    assert_judged 0
    # A linked worktree has a .git that is a file.
    git add .pycguard
    commit start
    git worktree add -q ../linked
    ghost ../linked/sub/m.pyc ../linked/sub/n.pyc
    judge -C ../linked/sub --check-worktree
    ghosts n.pyc
}

@test "without a repository, .pycguard of the directory itself" {
    ghost tree/sub/m.pyc tree/sub/n.pyc other/m.pyc
    write tree/.pycguard '!/sub/m.pyc'
    judge --check-worktree tree other
    ghosts tree/sub/n.pyc other/m.pyc
    judge --check-worktree tree/sub
    ghosts tree/sub/m.pyc tree/sub/n.pyc
}

@test "--policy stands in for .pycguard" {
    ghost m.pyc n.pyc
    write .pycguard '!m.pyc'
    write ../policy '!n.pyc'
    judge --check-worktree --policy ../policy
    ghosts m.pyc
    rm ../policy
}

@test "lines that reject make no file misleading" {
    ghost m.pyc
    write .pycguard '*.txt'
    write notes.txt 'hello'
    judge --check-worktree
    ghosts m.pyc
}

@test "a .pycguard that cannot be used is exit 2" {
    ghost tree/m.pyc
    write tree/.pycguard 'regex:('
    run_pycguard --check-worktree tree
    assert_status 2
    assert_no_output
    assert_stderr_has '.pycguard:1'
    rm tree/.pycguard
    ln -s ../elsewhere tree/.pycguard
    run_pycguard --check-worktree tree
    assert_status 2
    assert_stderr_has 'symbolic link'
}

# --- progress ----------------------------------------------------------------------------------

# on_terminal SECONDS ARG...: prints what reaches a terminal on standard error, where the policy keeps
# the run waiting for so long.
on_terminal() {
    mkfifo "$WORK/policy"
    "$PYTHON" - "$WORK/policy" "$1" "$PYCGUARD" "${@:2}" <<'EOF'
import os, pty, subprocess, sys, time
policy, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
ours, theirs = pty.openpty()
run = subprocess.Popen(command + ["--policy", policy], stdout=subprocess.DEVNULL, stderr=theirs)
os.close(theirs)
with open(policy, "w"):
    time.sleep(seconds)
while True:
    try:
        piece = os.read(ours, 4096)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.write(repr(piece))
run.wait()
EOF
    rm "$WORK/policy"
}

@test "progress on a terminal, after half a second, wiped away at the end" {
    mkdir tree
    touch tree/{1..600}
    shown=$(on_terminal 0.6 --check-worktree tree)
    [[ $shown == *'files looked at ...'*'\r\x1b[K'* ]] || fail "$shown"
    shown=$(on_terminal 0 --check-worktree tree)
    [[ -z $shown ]] || fail "$shown"
    shown=$(on_terminal 0.6 --check-worktree tree -q)
    [[ -z $shown ]] || fail "$shown"
}

@test "what looks at an index, or deletes, shows progress too" {
    new_repo
    mkdir __pycache__
    touch {1..600}.py __pycache__/{1..600}.cpython-313.pyc
    git add -f '*.pyc'
    shown=$(on_terminal 0.6 --check-tracked -v)
    [[ $shown == *'files looked at ...'*'\r\x1b[K'* ]] || fail "$shown"
    shown=$(on_terminal 0.6 --untrack)
    [[ $shown == *'files looked at ...'*'updating the index ...'*'\r\x1b[K'* ]] || fail "$shown"
    shown=$(on_terminal 0.6 --clean --all)
    [[ $shown == *'files '*' ...'*'\r\x1b[K'* ]] || fail "$shown"
    [[ ! -e __pycache__ ]]
}

@test "no progress where standard error is no terminal" {
    mkdir tree
    touch tree/{1..600}
    mkfifo policy
    (sleep 0.6) >policy &
    run_pycguard --check-worktree tree --policy policy
    assert_status 0
    [[ -z $stderr ]] || fail 'expected nothing'
}

@test "a migrations directory that is named, or stood in, is one of migrations" {
    write shop/migrations/__init__.py ''
    pyc shop/migrations/0002_gone.py shop/migrations/0002_gone.pyc
    rm shop/migrations/0002_gone.py
    run_pycguard --check-worktree shop/migrations --format=json
    assert_status 1
    assert_json '.findings[0] | .migration and (.message | contains("Django runs it as migration 0002_gone"))'
    cd shop/migrations
    run_pycguard --check-worktree --format=json
    assert_json '.findings[0] | .migration and .path == "0002_gone.pyc"'
    run_pycguard --explain 0002_gone.pyc --format=json
    assert_json '.migration'
}

@test "threads that share the work change neither what is said nor its order" {
    for i in {1..60}; do
        mkdir -p "p$((i % 7))/q$i/__pycache__" "p$((i % 7))/q$i/__pycache__/__pycache__"
        echo code >"p$((i % 7))/q$i/gone.pyc"
        echo code >"p$((i % 7))/q$i/__pycache__/gone.cpython-311.pyc"
        echo 'x = 1' >"p$((i % 7))/q$i/here.py"
        echo code >"p$((i % 7))/q$i/__pycache__/here.cpython-311.pyc"
    done
    "$PYCGUARD" --check-worktree -z >"$WORK/first" || (($? == 1))
    tr '\0' '\n' <"$WORK/first" >"$WORK/paths"
    [[ $(wc -l <"$WORK/paths") == 120 ]] || fail "$(wc -l <"$WORK/paths") paths"
    LC_ALL=C sort -c "$WORK/paths"
    for i in {1..10}; do
        "$PYCGUARD" --check-worktree -z >"$WORK/again" || (($? == 1))
        cmp "$WORK/first" "$WORK/again"
    done
}
