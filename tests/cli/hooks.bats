#!/usr/bin/env bats
# --install, --uninstall, --status: what is there before and after, byte for byte.

load helper
load hooks

@test "a commit of bytecode is refused after --install, twice, and let through after --uninstall" {
    new_repo
    listing .git >"$WORK/before"
    run_pycguard --install
    assert_status 0
    assert_output_is "installed $PWD/.git/hooks/pre-commit
installed $PWD/.git/hooks/pre-merge-commit"
    listing .git >"$WORK/installed"
    inode=$(stat -c '%i %z' .git/hooks/pre-commit)
    run_pycguard --install
    assert_status 0
    assert_output_is 'nothing to do: the hooks are installed'
    listing .git | diff "$WORK/installed" -
    [[ $inode == "$(stat -c '%i %z' .git/hooks/pre-commit)" ]]

    local path=$PATH
    PATH=$(path_without)
    git commit -q --allow-empty -m 'nothing in it'
    assert_guarded
    PATH=$path

    rm -rf .git && git init -q && "$PYCGUARD" --install -q
    run_pycguard --uninstall
    assert_status 0
    assert_output_is "removed $PWD/.git/hooks/pre-commit
removed $PWD/.git/hooks/pre-merge-commit"
    listing .git | diff "$WORK/before" -
    run_pycguard --uninstall
    assert_status 0
    assert_output_is "nothing to do: pycguard has no hook here"
    assert_unguarded
}

@test "a merge without conflict is refused when it makes an orphan" {
    new_repo
    side_without_source
    commit 'with a cache' "$(pyc m.py)"
    "$PYCGUARD" --install -q
    run git merge --no-edit side
    assert_status 1
    assert_output_has __pycache__/m.
    git merge --abort
    "$PYCGUARD" --uninstall -q
    git merge -q --no-edit side
}

@test "--dry-run says what would be done, changes nothing, and exits 1 if there is something to do" {
    new_repo
    script .git/hooks/pre-commit
    listing . >"$WORK/before"
    run_pycguard --install --dry-run
    assert_status 1
    assert_output_has "would keep $PWD/.git/hooks/pre-commit, which runs first, as $PWD/.git/hooks/pre-commit.before-pycguard"
    assert_output_has "would install $PWD/.git/hooks/pre-commit"
    listing . | diff "$WORK/before" -
    run_pycguard --uninstall -n
    assert_status 0
    "$PYCGUARD" --install -q
    run_pycguard --install -n
    assert_status 0
    listing . >"$WORK/before"
    run_pycguard --uninstall -n
    assert_status 1
    assert_output_has "would put back $PWD/.git/hooks/pre-commit from "
    listing . | diff "$WORK/before" -
}

@test "-z writes the paths alone, a NUL after each; -q writes nothing" {
    new_repo
    "$PYCGUARD" --install -z -n | tr '\0' '|' >"$WORK/out" || true
    [[ $(<"$WORK/out") == "$PWD/.git/hooks/pre-commit|$PWD/.git/hooks/pre-merge-commit|" ]]
    for verb in --status --install --status --uninstall; do
        run_pycguard -q "$verb"
        assert_no_output
        [[ -z $stderr ]]
    done
}

@test "a hooks directory that was not there is made, and goes again" {
    git init -q --template= repo
    cd repo
    git config core.hooksPath '.not there/yet'
    listing . >"$WORK/before"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --install -q --hook pre-push
    [[ -x '.not there/yet/pre-commit' && -x '.not there/yet/pre-push' ]]
    "$PYCGUARD" --uninstall -q --hook pre-commit
    [[ ! -e '.not there/yet/pre-commit' && -x '.not there/yet/pre-push' ]]
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing . | diff "$WORK/before" -
    git config core.hooksPath "$PWD/made"
    listing . >"$WORK/before"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing . | diff "$WORK/before" -
    git config core.hooksPath .git/hooks
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    [[ -d .git/hooks ]]

    rmdir .git/hooks
    git config --unset core.hooksPath
    "$PYCGUARD" --install -q
    [[ -d .git/hooks ]]
    "$PYCGUARD" --uninstall -q
    listing . >"$WORK/before"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing . | diff "$WORK/before" -
}

@test "no directory is removed that a link leads to, or that is beside the repository" {
    new_repo
    mkdir -p behind/inside ../behind ../repository-of-another
    ln -s "$WORK/behind" link
    ln -s behind inner
    find "$WORK" -type d >"$HOME/before"
    for value in link inner inner/inside "$PWD/inner/inside" "$WORK/repository-of-another"; do
        "$PYCGUARD" --uninstall -q
        git config core.hooksPath "$value"
        "$PYCGUARD" --install -q
        [[ -x $value/pre-commit ]]
        "$PYCGUARD" --uninstall -q
        git config --unset core.hooksPath
    done
    find "$WORK" -type d | diff "$HOME/before" -
}

@test "a directory that was made for a hook that could not be written goes, and no other" {
    new_repo
    write there/file text
    git config core.hooksPath there/made/twice
    listing . >"$WORK/before"
    [[ $( (ulimit -f 0 && exec "$PYCGUARD" --install) 2>&1 | cat) == "pycguard: cannot "*"File too large" ]]
    listing . | diff "$WORK/before" -
}

# assert_where_git_looks [ARG...]: the file that git names is the one that --install writes.
assert_where_git_looks() {
    local path
    path=$(git rev-parse --git-path hooks/pre-commit)
    [[ ! -e $path ]] || fail "there already: $path"
    "$PYCGUARD" --install -q "$@"
    [[ -x $path ]] || fail "not installed: $path"
    assert_guarded
    run_pycguard --status
    assert_status 0
    "$PYCGUARD" --uninstall -q "$@"
    [[ ! -e $path ]] || fail "not uninstalled: $path"
}

@test "the hook is where git looks" {
    new_repo
    commit start
    assert_where_git_looks
    mkdir -p sub/dir && cd sub/dir
    assert_where_git_looks
    cd ../..
    git worktree add -q "$WORK/linked"
    (cd "$WORK/linked" && assert_where_git_looks)
    # shellcheck disable=SC2088 # git expands it
    for value in ours ./ours/too "$WORK/elsewhere/h" "$HOME/h" '~/h'; do
        git config core.hooksPath "$value"
        assert_where_git_looks
        [[ $value != ours ]] || (cd sub/dir && assert_where_git_looks)
        [[ $value != ours ]] || (cd "$WORK/linked" && assert_where_git_looks)
    done
    (cd / && GIT_DIR=$WORK/repo/.git GIT_WORK_TREE=$WORK/repo "$PYCGUARD" --install -q)
    [[ -x $HOME/h/pre-commit ]]
    (cd / && "$PYCGUARD" -C "$WORK/repo" --uninstall -q)
    git config --unset core.hooksPath

    write "$WORK/included" $'[core]\n hooksPath = from-include'
    git config include.path "$WORK/included"
    assert_where_git_looks
    [[ ! -e from-include/pre-commit ]]
    git config --unset include.path

    git config extensions.worktreeConfig true
    git -C "$WORK/linked" config --worktree core.hooksPath of-this-worktree
    assert_where_git_looks
    (cd "$WORK/linked" && assert_where_git_looks)
    [[ ! -e of-this-worktree/pre-commit && ! -e $WORK/linked/of-this-worktree/pre-commit ]]
}

@test "linked worktrees share the hook, and a submodule has its own" {
    new_repo
    commit start
    git worktree add -q "$WORK/linked"
    (cd "$WORK/linked" && "$PYCGUARD" --install -q)
    assert_guarded
    (cd "$WORK/linked" && assert_guarded)
    (cd "$WORK/linked" && "$PYCGUARD" --uninstall -q)
    git init -q "$WORK/lib"
    (cd "$WORK/lib" && commit start)
    git submodule --quiet add "$WORK/lib" 'sub module'
    cd 'sub module'
    "$PYCGUARD" --install -q
    [[ -x ../.git/modules/'sub module'/hooks/pre-commit && ! -e ../.git/hooks/pre-commit ]]
    assert_guarded
}

# assert_unguarded [TREE...]: the work trees that --status says are not guarded.
assert_unguarded() {
    run_pycguard --status
    local told
    told=$(sed -n 's/^not guarded: the linked work tree \(.*\) has no hook, because core.hooksPath is relative: .*/\1/p' <<<"$output")
    [[ $told == "$(printf '%s\n' "$@")" ]] || fail "expected: $*"
}

@test "work trees that a relative core.hooksPath leaves without a hook are told" {
    new_repo
    commit start
    git worktree add -q -b beside "$WORK/beside"
    git worktree add -q -b inside inside
    assert_unguarded
    git config core.hooksPath hooks-here
    "$PYCGUARD" --install -q
    assert_unguarded "$WORK/beside" "$WORK/repo/inside"
    (cd "$WORK/beside" && "$PYCGUARD" --install -q)
    assert_unguarded "$WORK/repo/inside"
    (cd inside && "$PYCGUARD" --install -q && assert_unguarded)
    "$PYCGUARD" --uninstall -q
    (cd inside && assert_unguarded "$WORK/repo")
    (cd inside && git config extensions.worktreeConfig true && git config --worktree core.hooksPath ../of-one && assert_unguarded)

    git init -q --bare "$WORK/bare"
    git push -q "$WORK/bare" HEAD:refs/heads/main
    cd "$WORK/bare"
    git config core.hooksPath hooks-here
    git worktree add -q "$WORK/of-bare" main
    (cd "$WORK/of-bare" && "$PYCGUARD" --install -q && assert_unguarded)
}

@test "no work tree, no index, no object: --install needs but the repository" {
    new_repo
    write .git/index garbage
    "$PYCGUARD" --install -q
    git init -q --object-format=sha256 "$WORK/sha256"
    "$PYCGUARD" -C "$WORK/sha256" --install -q
    [[ -x $WORK/sha256/.git/hooks/pre-commit ]]
    cd "$WORK"
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'not a git repository'
}

@test "a core.hooksPath that is not the repository's own is refused, with scope, value and remedies" {
    new_repo
    local -a run=(env GIT_CONFIG_NOSYSTEM=0 GIT_CONFIG_SYSTEM="$WORK/system")
    write "$WORK/system" ''
    assert_refused() {
        run --separate-stderr "${run[@]}" "$PYCGUARD" --install
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has "core.hooksPath is '$WORK/every body'"
        assert_stderr_has "in git's $1 configuration"
        [[ $1 == command ]] || assert_stderr_has "git config --$1 --unset core.hooksPath"
        local own=$PWD/.git/hooks
        [[ $own != *' '* ]] || own="'$own'"
        assert_stderr_has "git config core.hooksPath $own"
        assert_stderr_has --force
        [[ ! -e "$WORK/every body" && ! -e .git/hooks/pre-commit ]]
        run --separate-stderr "${run[@]}" "$PYCGUARD" --status
        assert_status 1
        assert_output_has "as core.hooksPath in its $1 configuration says"
    }
    git config --file "$WORK/system" core.hooksPath "$WORK/every body"
    # Neither variable is known to git before 2.32.
    [[ $("${run[@]}" git config --system core.hooksPath) != "$WORK/every body" ]] || assert_refused system
    : >"$WORK/system"
    git config --global core.hooksPath "$WORK/every body"
    assert_refused global
    git config --global --unset core.hooksPath
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0="$WORK/every body"
    [[ $(git config core.hooksPath) != "$WORK/every body" ]] || assert_refused command
    unset GIT_CONFIG_COUNT

    # Each remedy.
    git config --global core.hooksPath "$WORK/every body"
    assert_where_git_looks --force
    [[ ! -e "$WORK/every body/pre-commit" ]]
    "$PYCGUARD" --install -q --force
    run_pycguard --uninstall
    assert_status 2
    assert_stderr_has --force
    [[ -x "$WORK/every body/pre-commit" ]]
    "$PYCGUARD" --uninstall -q --force
    git config core.hooksPath "$PWD/.git/hooks"
    assert_where_git_looks
    git config --unset core.hooksPath
    git config --global --unset core.hooksPath
    assert_where_git_looks
}

@test "core.hooksPath set to nothing is refused" {
    new_repo
    git config core.hooksPath ''
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
}

@test "hooks left behind by a later core.hooksPath are told, and uninstalled too" {
    new_repo
    listing .git/hooks >"$WORK/before"
    "$PYCGUARD" --install -q
    git config core.hooksPath elsewhere
    run_pycguard --status
    assert_status 1
    assert_output_has "pre-commit: installed where git does not look: $PWD/.git/hooks/pre-commit"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
    [[ ! -e elsewhere/pre-commit ]]
}

@test "the path in the hook is the one that an upgrade keeps: the link on PATH" {
    mkdir cellar bin
    cp "$PYCGUARD" cellar/pycguard
    ln -s ../cellar/pycguard bin/pycguard
    new_repo
    PATH=$WORK/bin:$PATH pycguard --install -q
    grep -qxF "installed='$WORK/bin/pycguard' # filled in by --install" .git/hooks/pre-commit
    cd ../bin
    ./pycguard -C ../repo --install -q
    grep -qxF "installed='$WORK/cellar/pycguard' # filled in by --install" ../repo/.git/hooks/pre-commit
}

@test "paths may hold blanks, quotes, line ends and bytes that are not UTF-8" {
    odd=$'it\'s "odd"\n $(touch pwned) `x` \\ \xff'
    mkdir -p "$WORK/$odd/bin"
    cp "$PYCGUARD" "$WORK/$odd/bin/pycguard"
    new_repo "$WORK/$odd/repo"
    script .git/hooks/pre-commit
    listing .git/hooks >"$WORK/before"
    "$WORK/$odd/bin/pycguard" --install -q
    assert_guarded
    assert_output_has 'earlier pre-commit:'
    run_pycguard --status
    assert_status 0
    [[ $output != *$'\n $('* ]]
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -

    git config core.hooksPath $'odd\n hooks\xff\n'
    "$WORK/$odd/bin/pycguard" --install -q
    script $'odd\n hooks\xff\n/pre-commit.before-pycguard'
    assert_guarded
    assert_output_has 'earlier pre-commit:'
    [[ -z $(find "$WORK" -name pwned) ]]
}

@test "--status tells each hook, who else owns it, and what is not executable" {
    new_repo
    run_pycguard --status
    assert_status 1
    assert_output_is "pre-commit: not installed
pre-merge-commit: not installed
git looks for hooks in $PWD/.git/hooks
git runs no hook before the commits of revert, cherry-pick, rebase and am (--check-range checks these)"
    script .git/hooks/pre-commit '# LEFTHOOK'
    run_pycguard --status
    assert_output_has "pre-commit: not installed; there is another hook: $PWD/.git/hooks/pre-commit (lefthook's)"
    "$PYCGUARD" --install -q --force
    run_pycguard --status
    assert_status 0
    assert_output_has "after $PWD/.git/hooks/pre-commit.before-pycguard (lefthook's)"
    run_pycguard --status --hook pre-push
    assert_status 1
    assert_output_has 'pre-push: not installed'
    chmod -x .git/hooks/pre-merge-commit
    run_pycguard --status
    assert_status 1
    assert_output_has 'git does not run it'
    "$PYCGUARD" --install -q
    run_pycguard --status
    assert_status 0
}

# --- faults ------------------------------------------------------------------------------------

# restart: the repository as it was, with an earlier pre-commit and none for merges.
restart() {
    rm -rf .git/hooks
    cp -a "$WORK/hooks" .git/hooks
}

# Each hook is the old one or the new one, and the old one is there in either case.
assert_old_or_new() {
    local hook=.git/hooks/pre-commit merge=.git/hooks/pre-merge-commit
    [[ -x $hook ]] || fail "$1: no pre-commit"
    cmp -s $hook "$WORK/hooks/pre-commit" || {
        cmp $hook "$WORK/new/pre-commit" && cmp $hook.before-pycguard "$WORK/hooks/pre-commit"
    } || fail "$1: pre-commit is neither the old nor the new one"
    [[ ! -e $merge ]] || cmp $merge "$WORK/new/pre-merge-commit" || fail "$1: pre-merge-commit"
}

assert_done() {
    "$PYCGUARD" --install -q || fail "$1: cannot go on"
    diff <(listing .git/hooks) "$WORK/new.listing" || fail "$1: --install afterwards"
}

assert_undone() {
    "$PYCGUARD" --uninstall -q || fail "$1: cannot go back"
    diff <(listing .git/hooks) "$WORK/hooks.listing" || fail "$1: --uninstall afterwards"
}

prepare_for_kills() {
    new_repo
    rm -f .git/hooks/*
    script .git/hooks/pre-commit
    write .git/hooks/lib x
    cp -a .git/hooks "$WORK/hooks"
    listing .git/hooks >"$WORK/hooks.listing"
    "$PYCGUARD" --install -q
    cp -a .git/hooks "$WORK/new"
    listing .git/hooks >"$WORK/new.listing"
}

@test "--status runs nothing that a hook names, and says when that is gone, or no program" {
    new_repo
    mkdir "$WORK/bin"
    cp "$PYCGUARD" "$WORK/bin/pycguard"
    "$WORK/bin/pycguard" --install -q
    printf '#!/bin/sh\ntouch "%s/ran"' "$WORK" >"$WORK/bin/pycguard"
    sed "s|^installed=.*|installed='$WORK/bin/pycguard'|; \$d" .git/hooks/pre-commit >edited
    cat edited >.git/hooks/pre-merge-commit
    for verb in --status --install --uninstall; do
        PATH=$(path_without) run_pycguard $verb
        [[ ! -e $WORK/ran ]] || fail "$verb ran it"
    done
    "$PYCGUARD" --uninstall -q --force
    "$WORK/bin/pycguard"
    cp "$PYCGUARD" "$WORK/bin/pycguard"
    "$WORK/bin/pycguard" --install -q
    PATH=$(path_without)
    for text in '' '\n' '\n\n \n' '\0\0\0\0\0' '# a comment\n' 'exit 0\n' '\n#!/bin/sh\n'; do
        # shellcheck disable=SC2059
        printf "$text" >"$WORK/bin/pycguard"
        run_pycguard --status
        assert_status 1
        assert_output_has 'which is gone, so it blocks'
        run git commit --allow-empty -m 'no program'
        assert_status 1
        assert_output_has 'not found'
        cp "$WORK/bin/pycguard" "$PATH/"
        rm "$WORK/bin/pycguard"
        run git commit --allow-empty -m 'nor one on PATH'
        assert_status 1
        assert_output_has 'not found'
        rm "$PATH/pycguard"
        touch "$WORK/bin/pycguard" && chmod +x "$WORK/bin/pycguard"
    done
    rm "$WORK/bin/pycguard"
    run_pycguard --status
    assert_status 1
    assert_output_has 'which is gone, so it blocks'
}

@test "a pycguard of the repository is not run by way of a PATH that names no place" {
    new_repo
    write pycguard $'#!/bin/sh\ntouch ran'
    chmod +x pycguard
    "$PYCGUARD" --install -q
    sed -i "s|^installed=.*|installed='/nowhere/pycguard'|" .git/hooks/pre-commit
    for path in ":$(path_without)" ".:$(path_without)" "$(path_without):"; do
        PATH=$path run git commit --allow-empty -m x
        assert_status 1
        PATH=$path run_pycguard --status
        assert_status 1
        [[ ! -e ran ]] || fail "it ran by PATH=$path"
    done
}

@test "a directory where the hook was, and a hooks directory named with slashes at its end" {
    new_repo
    script .git/hooks/pre-commit
    "$PYCGUARD" --install -q
    rm .git/hooks/pre-commit
    mkdir .git/hooks/pre-commit
    run_pycguard --uninstall
    assert_stderr_has 'something else is in its place now'
    git config core.hooksPath made/later//
    "$PYCGUARD" --install -q
    [[ -x made/later/pre-commit ]]
    assert_guarded
}

@test "killed at any moment, each hook is the old one or the new one, and the next run goes on" {
    prepare_for_kills
    for ((i = 0; i < ${ROUNDS:-150}; i++)); do
        verb=--install
        ((RANDOM % 2)) || verb=--uninstall
        "$PYCGUARD" -q $verb 2>/dev/null &
        sleep "0.0$((RANDOM % 40 + 10))"
        kill -9 $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        assert_old_or_new "$verb, $i"
        ((i % 20 != 7)) || assert_done "$verb, $i"
        ((i % 20 != 17)) || assert_undone "$verb, $i"
    done
}

@test "killed at each of its changes in turn" {
    strace -o /dev/null true 2>/dev/null || skip 'strace cannot trace here'
    prepare_for_kills
    local kills=0
    for verb in --install --uninstall; do
        for call in mkdir symlink link write fsync rename unlink rmdir; do
            for ((i = 1; i < 20; i++)); do
                restart
                [[ $verb == --install ]] || "$PYCGUARD" --install -q
                # What is traced cannot look for its leaks.
                ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 \
                    strace -o /dev/null -e "trace=/^$call(at2?)?\$" -e "inject=/^$call(at2?)?\$:signal=KILL:when=$i" \
                    "$PYCGUARD" -q $verb 2>/dev/null && break
                kills=$((kills + 1))
                assert_old_or_new "$verb, $call $i"
                if ((kills % 2)); then assert_done "$verb, $call $i"; fi
                assert_undone "$verb, $call $i"
            done
        done
    done 2>/dev/null
    ((kills > 8)) || fail "killed $kills times"
}

@test "two at once: as if one after the other" {
    prepare_for_kills
    for ((i = 0; i < ${ROUNDS:-10}; i++)); do
        restart
        "$PYCGUARD" -q --install &
        one=$!
        "$PYCGUARD" -q --install &
        two=$!
        wait $one
        wait $two
        diff <(listing .git/hooks) "$WORK/new.listing"
        "$PYCGUARD" -q --uninstall &
        one=$!
        "$PYCGUARD" -q --install &
        two=$!
        wait $one
        wait $two
        assert_old_or_new "$i"
        assert_undone "$i"
    done
}

@test "a disk that takes nothing more leaves all as it was" {
    new_repo
    script .git/hooks/pre-commit
    listing .git/hooks >"$WORK/before"
    run bash -c "trap '' XFSZ; (ulimit -f 0; '$PYCGUARD' -q --install) 2>&1 | cat; exit \"\${PIPESTATUS[0]}\""
    assert_status 2
    [[ ${#lines[@]} == 1 ]] || fail 'expected one line'
    assert_output_has 'pycguard: cannot write'
    listing .git/hooks | diff "$WORK/before" -
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
    run_pycguard --status
    "$PYCGUARD" --status >/dev/full && fail 'no output passed for output'
    true
}

@test "a hooks directory that cannot be written to is named" {
    new_repo
    script .git/hooks/pre-commit
    cp "$PYCGUARD" "$WORK/pycguard"
    as=()
    if ((EUID == 0)); then
        command -v setpriv >/dev/null || skip 'needs setpriv'
        chown -R 65534:65534 "$WORK"
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$HOME")
    fi
    chmod a-w .git/hooks
    listing .git >"$WORK/before"
    run --separate-stderr "${as[@]}" "$WORK/pycguard" --install --hook pre-push
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$PWD/.git/hooks/pre-commit"
    assert_stderr_has 'Permission denied'
    [[ $(head -n 2 .git/hooks/pre-commit) == *earlier* && ! -e .git/hooks/pre-push ]]
    chmod u+w .git/hooks
    "${as[@]}" "$WORK/pycguard" --uninstall -q
    chmod a-w .git/hooks
    listing .git | diff "$WORK/before" -
}

@test "without git it cannot look" {
    new_repo
    PATH=$(path_without git)
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'git'
}

@test "wrong usage is one line and exit 2" {
    new_repo
    for args in '--install --hook commit-msg' '--install --hook' '--install --status' '--uninstall x'; do
        # shellcheck disable=SC2086
        run_pycguard $args
        assert_status 2
        assert_stderr_is_one_line
    done
    run_pycguard --install --hook pre-comit
    assert_stderr_has 'pre-commit|pre-merge-commit|pre-push|pre-receive'
}
