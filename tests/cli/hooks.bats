#!/usr/bin/env bats
# --install, --uninstall, --status: git's hooks, before and after, byte for byte.

load helper

# Every path below each DIR with its type, mode, target and content.
listing() {
    local dir
    for dir; do
        [[ -e $dir ]] || continue
        (cd "$dir" && find . -printf '%p %y %m %l\n' | sort && find . -type f -exec cksum {} + | sort)
    done
}

# script PATH [BODY]: a hook in shell that says so, and how it was called.
script() {
    write "$1" "#!/bin/sh
echo \"earlier \$(basename \"\$0\"): \$*\"
${2-}"
    chmod +x "$1"
}

# Bytecode is refused, and is in the index no more afterwards.
assert_guarded() {
    pyc guarded/m.py >/dev/null
    git add -f guarded
    run git commit -m 'with bytecode'
    assert_status 1
    assert_output_has guarded/__pycache__
    git rm -rq -f --cached guarded
}

assert_unguarded() {
    pyc unguarded/m.py >/dev/null
    git add -f unguarded
    git commit -qm 'with bytecode'
}

# stand_in PATH [STATUS]: a pycguard that says how it was called and what it was given.
stand_in() {
    write "$1.new" "#!/bin/sh
echo \"check \$*\"
sed 's/^/check read /'
exit ${2-0}"
    chmod +x "$1.new"
    mv "$1.new" "$1"
}

# installed_then_stand_in ARG...: the hooks of a copy of pycguard, which a stand-in then replaces.
installed_then_stand_in() {
    mkdir -p "$WORK/bin"
    cp "$PYCGUARD" "$WORK/bin/pycguard"
    "$WORK/bin/pycguard" --install -q "$@"
    stand_in "$WORK/bin/pycguard"
}

# git_of VERSION: a git that claims it and is the real one otherwise, first on PATH.
git_of() {
    local git
    git=$(PATH=$ORIGINAL_PATH command -v git)
    write "$WORK/git-$1/git" "#!/bin/sh
[ \"\$1\" != version ] || { echo 'git version $1'; exit; }
exec '$git' \"\$@\""
    chmod +x "$WORK/git-$1/git"
    PATH=$WORK/git-$1:$ORIGINAL_PATH
}

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

    PATH=$(path_without)
    git commit -q --allow-empty -m 'nothing in it'
    assert_guarded
    PATH=$ORIGINAL_PATH

    rm -rf .git && git init -q && "$PYCGUARD" --install -q
    run_pycguard --uninstall
    assert_status 0
    assert_output_is "removed $PWD/.git/hooks/pre-commit
removed $PWD/.git/hooks/pre-merge-commit"
    listing .git | diff "$WORK/before" -
    run_pycguard --uninstall
    assert_status 0
    assert_output_is "nothing to do: no hook here is pycguard's"
    assert_unguarded
}

@test "a merge without conflict is refused when it makes an orphan" {
    new_repo
    write m.py 'x = 1'
    commit start m.py
    git checkout -qb side
    git rm -q m.py
    commit 'without the source'
    git checkout -q main
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
    assert_output_has "would keep $PWD/.git/hooks/pre-commit, which runs first, as $PWD/.git/hooks.before-pycguard/pre-commit"
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
    assert_output_has "would give back $PWD/.git/hooks/pre-commit"
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

    git config --unset core.hooksPath
    listing . >"$WORK/before"
    "$PYCGUARD" --install -q
    [[ -d .git/hooks ]]
    "$PYCGUARD" --uninstall -q
    listing . | diff "$WORK/before" -
    mkdir .git/hooks
    listing . >"$WORK/before"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
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
    [[ ! -e from-include ]]
    git config --unset include.path

    git config extensions.worktreeConfig true
    git -C "$WORK/linked" config --worktree core.hooksPath of-this-worktree
    assert_where_git_looks
    (cd "$WORK/linked" && assert_where_git_looks)
    [[ ! -e of-this-worktree && ! -e $WORK/linked/of-this-worktree ]]
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
        assert_stderr_has "git config core.hooksPath $PWD/.git/hooks"
        assert_stderr_has --force
        [[ ! -e "$WORK/every body" && ! -e .git/hooks/pre-commit ]]
        run --separate-stderr "${run[@]}" "$PYCGUARD" --status
        assert_status 1
        assert_output_has "by core.hooksPath of its $1 configuration"
    }
    git config --file "$WORK/system" core.hooksPath "$WORK/every body"
    assert_refused system
    : >"$WORK/system"
    git config --global core.hooksPath "$WORK/every body"
    assert_refused global
    git config --global --unset core.hooksPath
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0="$WORK/every body"
    assert_refused command
    unset GIT_CONFIG_COUNT

    # Each remedy.
    git config --global core.hooksPath "$WORK/every body"
    assert_where_git_looks --force
    [[ ! -e "$WORK/every body" ]]
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
    assert_output_has "pre-commit: not reached: $PWD/.git/hooks/pre-commit"
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
    [[ ! -e elsewhere ]]
}

@test "an earlier hook runs first, and its failure ends the hook with its status" {
    new_repo
    script .git/hooks/pre-commit 'exit "${SAY:-0}"'
    chmod 751 .git/hooks/pre-commit
    listing .git >"$WORK/before"
    "$PYCGUARD" --install -q
    pyc m.py >/dev/null
    git add -f __pycache__
    run .git/hooks/pre-commit one 'two words' ''
    assert_status 1
    [[ ${lines[0]} == 'earlier pre-commit: one two words ' && $output == *__pycache__* ]] || fail order
    SAY=7 run .git/hooks/pre-commit
    assert_status 7
    assert_output_is 'earlier pre-commit: '
    SAY=7 run git commit -m x
    assert_status 1
    git rm -q --cached -r __pycache__
    git commit -q --allow-empty -m x
    rm -rf .git/objects .git/refs .git/index .git/logs .git/COMMIT_EDITMSG
    mkdir -p .git/objects/{info,pack} .git/refs/{heads,tags}
    "$PYCGUARD" --uninstall -q
    listing .git | diff "$WORK/before" -
}

@test "an earlier hook keeps its name and what lies beside and above it" {
    new_repo
    write .git/hooks/lib/words 'from lib'
    write .git/hooks/pre-commit.d/one 'from d'
    write .git/above 'from above'
    script .git/hooks/pre-commit 'cat "$(dirname "$0")/lib/words" "$0.d/one" "$(dirname "$0")/../above"'
    ln -s lib/real .git/hooks/pre-merge-commit
    script .git/hooks/lib/real
    listing .git/hooks >"$WORK/before"
    "$PYCGUARD" --install -q
    run git commit --allow-empty -m x
    for words in 'earlier pre-commit:' 'from lib' 'from d' 'from above'; do assert_output_has "$words"; done
    run .git/hooks/pre-merge-commit
    assert_output_has 'earlier pre-merge-commit:'
    # What comes later is there after the next --install, and nothing stays behind.
    write .git/hooks/later x
    "$PYCGUARD" --install -q
    [[ $(<.git/hooks.before-pycguard/later) == x ]]
    rm .git/hooks/later
    "$PYCGUARD" --uninstall -q
    [[ ! -e .git/hooks.before-pycguard ]]
    listing .git/hooks | diff "$WORK/before" -
}

@test "an earlier hook may be Python, a binary, or a link to one" {
    new_repo
    write .git/hooks/pre-commit "#!$PYTHON
import sys
print('earlier python', sys.argv[1:])
sys.exit(3)"
    chmod +x .git/hooks/pre-commit
    "$PYCGUARD" --install -q
    run .git/hooks/pre-commit a b
    assert_status 3
    assert_output_is "earlier python ['a', 'b']"
    "$PYCGUARD" --uninstall -q
    for program in false true; do
        cp "$(type -P $program)" .git/hooks/pre-commit
        cksum .git/hooks/pre-commit >"$WORK/before"
        "$PYCGUARD" --install -q
        run git commit --allow-empty -m "$program"
        [[ $program == false && $status == 1 ]] || assert_status 0
        "$PYCGUARD" --uninstall -q
        cksum .git/hooks/pre-commit | diff "$WORK/before" -
        ln -sf "$(type -P $program)" .git/hooks/pre-commit
        "$PYCGUARD" --install -q
        run git commit --allow-empty -m "$program"
        [[ $program == false && $status == 1 ]] || assert_status 0
        "$PYCGUARD" --uninstall -q
        [[ $(readlink .git/hooks/pre-commit) == "$(type -P $program)" ]]
    done
}

@test "what git does not run is kept and not run: no execute bit, a link to nothing" {
    new_repo
    script .git/hooks/pre-commit 'exit 1'
    chmod -x .git/hooks/pre-commit
    ln -s nowhere .git/hooks/pre-merge-commit
    listing .git/hooks >"$WORK/before"
    "$PYCGUARD" --install -q
    git commit -q --allow-empty -m x
    .git/hooks/pre-merge-commit
    run_pycguard --status
    assert_status 0
    assert_output_has 'not executable'
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
}

@test "a directory in place of a hook, or a file in place of the directory, is named and left" {
    new_repo
    mkdir .git/hooks/pre-commit
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$PWD/.git/hooks/pre-commit"
    [[ ! -e .git/hooks/pre-merge-commit ]]
    for value in /dev/null file file/below; do
        touch file
        git config core.hooksPath $value
        run_pycguard --install
        assert_status 2
        assert_stderr_is_one_line
    done
    ln -s nowhere link
    git config core.hooksPath link
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
}

@test "a hooks directory that is a link is followed, and stays one" {
    new_repo
    rm -rf .git/hooks
    mkdir tracked
    script tracked/pre-commit 'cat "$(dirname "$0")/../README"'
    write README 'from the top'
    ln -s ../tracked .git/hooks
    listing tracked >"$WORK/before"
    "$PYCGUARD" --install -q
    [[ -L .git/hooks && $(head -n 2 tracked/pre-commit) == *pycguard* ]]
    [[ -z $(git status --porcelain -- tracked.before-pycguard) ]]
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'from the top'
    "$PYCGUARD" --uninstall -q
    listing tracked | diff "$WORK/before" -
    [[ ! -e tracked.before-pycguard && $(readlink .git/hooks) == ../tracked ]]
}

# The bytes that both must get: refs as git writes them, nothing, no line end, many lines.
@test "an earlier pre-push gets git's arguments and input, and so does the check" {
    git init -q --bare remote.git
    new_repo
    commit start
    git remote add origin ../remote.git
    script .git/hooks/pre-push 'sed "s/^/earlier read /"'
    installed_then_stand_in --hook pre-push
    run git push origin HEAD:refs/heads/main
    assert_status 0
    id=$(git rev-parse HEAD)
    line="HEAD $id refs/heads/main 0000000000000000000000000000000000000000"
    assert_output_has "earlier pre-push: origin ../remote.git
earlier read $line
check --pre-push -- origin ../remote.git
check read $line"

    printf '#!/bin/sh\ncat >%s/earlier' "$WORK" >.git/hooks.before-pycguard/pre-push
    printf '#!/bin/sh\ncat >%s/check' "$WORK" >"$WORK/bin/pycguard"
    for input in '' 'a b c d\n' 'no line end' '\n\n' "$(seq -s '\n' 20000)\n"; do
        # shellcheck disable=SC2059
        printf "$input" >"$WORK/input"
        .git/hooks/pre-push <"$WORK/input"
        cmp "$WORK/input" "$WORK/earlier"
        cmp "$WORK/input" "$WORK/check"
    done
    # One that reads nothing gets no broken pipe.
    printf '#!/bin/sh\nexit 0' >.git/hooks.before-pycguard/pre-push
    run .git/hooks/pre-push <"$WORK/input"
    assert_status 0
    assert_no_output
    cmp "$WORK/input" "$WORK/check"
    printf '#!/bin/sh\nexit 9' >.git/hooks.before-pycguard/pre-push
    run .git/hooks/pre-push <"$WORK/input"
    assert_status 9
}

@test "a bare repository gets pre-receive, which refuses a push by its earlier hook or the check" {
    git init -q --bare server.git
    listing server.git >"$WORK/before"
    (cd server.git && installed_then_stand_in)
    [[ -x server.git/hooks/pre-receive && ! -e server.git/hooks/pre-commit ]]
    run_pycguard -C server.git --uninstall
    assert_status 0
    listing server.git | diff "$WORK/before" -

    script server.git/hooks/pre-receive 'sed "s/^/earlier read /"; exit "${SAY:-0}"'
    (cd server.git && installed_then_stand_in --hook pre-receive)
    new_repo
    commit start
    run git push ../server.git HEAD:refs/heads/main
    assert_status 0
    line="0000000000000000000000000000000000000000 $(git rev-parse HEAD) refs/heads/main"
    assert_output_has "earlier read $line"
    assert_output_has 'check --pre-receive'
    assert_output_has "check read $line"
    SAY=1 run git push ../server.git HEAD:refs/heads/other
    assert_status 1
    stand_in "$WORK/bin/pycguard" 1
    run git push ../server.git HEAD:refs/heads/other
    assert_status 1
    [[ -z $(git -C ../server.git branch --list other) ]]
}

@test "pre-receive of a relative core.hooksPath counts from the repository, as git's own does" {
    new_repo
    commit start
    git config core.hooksPath hooks-of-mine
    git config receive.denyCurrentBranch ignore
    installed_then_stand_in --hook pre-receive
    [[ -x .git/hooks-of-mine/pre-receive && -x hooks-of-mine/pre-commit ]]
    git clone -q . ../clone
    cd ../clone
    commit more
    run git push
    assert_output_has 'check --pre-receive'
    cd ../repo
    "$PYCGUARD" --uninstall -q
    [[ ! -e .git/hooks-of-mine && ! -e hooks-of-mine ]]
}

@test "an earlier hook that runs ours in turn does so once" {
    new_repo
    script .git/hooks/pre-commit '"$(git rev-parse --git-path hooks/pre-commit)"'
    installed_then_stand_in
    run timeout 20 .git/hooks/pre-commit </dev/null
    assert_status 0
    assert_output_is $'earlier pre-commit: \ncheck --check-staged\ncheck --check-staged'
    # Another repository's hooks are run there.
    git init -q ../other
    cp -R .git/hooks .git/hooks.before-pycguard ../other/.git
    script ../other/.git/hooks.before-pycguard/pre-commit 'echo of the other'
    printf '#!/bin/sh\nunset GIT_DIR GIT_INDEX_FILE; cd ../other && git commit --allow-empty -m x 2>&1' \
        >.git/hooks.before-pycguard/pre-commit
    run timeout 20 git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'of the other'
}

@test "an edited hook is left alone, with a warning, unless forced" {
    new_repo
    script .git/hooks/pre-commit
    listing .git/hooks .git/hooks.before-pycguard >"$WORK/before"
    "$PYCGUARD" --install -q
    echo 'echo edited' >>.git/hooks/pre-commit
    cp -p .git/hooks/pre-commit "$WORK/edited"
    run_pycguard --uninstall
    assert_status 0
    [[ $stderr == "pycguard: warning: left alone $PWD/.git/hooks/pre-commit: it was edited since pycguard wrote it" ]] ||
        fail 'expected a warning'
    cmp .git/hooks/pre-commit "$WORK/edited"
    [[ -x .git/hooks.before-pycguard/pre-commit && ! -e .git/hooks/pre-merge-commit ]]
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'edited'
    cmp .git/hooks/pre-commit "$WORK/edited"
    run_pycguard --status
    assert_output_has 'pre-commit: edited since'
    "$PYCGUARD" --install -q --force
    "$PYCGUARD" --uninstall -q
    listing .git/hooks .git/hooks.before-pycguard | diff "$WORK/before" -
    for edit in 's/^installed=.*/installed=\x27\x27/' 's/exit 2/exit 0/' '$d' 's/sum: ./sum: x/'; do
        "$PYCGUARD" --install -q --force
        sed -i "$edit" .git/hooks/pre-commit
        run_pycguard --uninstall
        assert_stderr_has edited
        "$PYCGUARD" --uninstall -q --force
    done
    listing .git/hooks .git/hooks.before-pycguard | diff "$WORK/before" -
}

@test "what another version or another place wrote is ours all the same" {
    mkdir "it's old"
    cp "$PYCGUARD" "it's old/pycguard"
    new_repo
    "$WORK/it's old/pycguard" --install -q
    run_pycguard --status
    assert_status 0
    assert_output_has "running $WORK/it's old/pycguard (pycguard "
    rm "$WORK/it's old/pycguard"
    run_pycguard --status
    assert_status 1
    assert_output_has 'which is gone'
    PATH=$(dirname "$PYCGUARD"):$PATH run_pycguard --status
    assert_status 0
    assert_output_has 'the pycguard on PATH'
    run_pycguard --install
    assert_status 0
    run_pycguard --status
    assert_output_has "running $PYCGUARD (pycguard "
    "$PYCGUARD" --uninstall -q
    [[ ! -e .git/hooks/pre-commit ]]
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
    script $'odd\n hooks\xff\n.before-pycguard/pre-commit'
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
pre-push: not installed
pre-receive: not installed
git looks in $PWD/.git/hooks"
    script .git/hooks/pre-commit '# LEFTHOOK'
    run_pycguard --status
    assert_output_has "pre-commit: not installed, and somebody else's: $PWD/.git/hooks/pre-commit (lefthook's)"
    "$PYCGUARD" --install -q
    run_pycguard --status
    assert_status 0
    assert_output_has "after $PWD/.git/hooks.before-pycguard/pre-commit (lefthook's)"
    run_pycguard --status --hook pre-push
    assert_status 1
    chmod -x .git/hooks/pre-merge-commit
    run_pycguard --status
    assert_status 1
    assert_output_has 'git does not run it'
    "$PYCGUARD" --install -q
    run_pycguard --status
    assert_status 0
}

# --- managers ----------------------------------------------------------------------------------

@test "the pre-commit framework: its hook runs, its lines work, and it may install itself again" {
    command -v pre-commit >/dev/null || skip 'pre-commit is not installed'
    export PRE_COMMIT_HOME=$WORK/store
    new_repo
    write .pre-commit-config.yaml 'repos:
- repo: local
  hooks:
  - {id: theirs, name: theirs, language: system, entry: echo, verbose: true, always_run: true, pass_filenames: false}'
    commit start .pre-commit-config.yaml
    pre-commit install >/dev/null
    listing .git/hooks >"$WORK/before"
    run_pycguard --install
    assert_status 0
    assert_output_has '.pre-commit-config.yaml'
    sed -n '/^- repo: local/,$p' <<<"$output" >"$WORK/lines"
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has theirs
    assert_guarded

    # It moves ours to pre-commit.legacy and runs it from there.
    pre-commit install >/dev/null
    assert_guarded
    "$PYCGUARD" --install -q
    run git commit --allow-empty -m x
    assert_status 0
    assert_guarded
    rm .git/hooks/pre-commit.legacy
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -

    cat "$WORK/lines" >>.pre-commit-config.yaml
    git add .pre-commit-config.yaml
    PATH=$(dirname "$PYCGUARD"):$PATH assert_guarded
}

@test "husky: its hook runs by its own name and its own files" {
    new_repo
    write package.json '{}'
    write .husky/pre-commit 'echo "theirs $1"'
    write .husky/_/.gitignore '*'
    write .husky/_/h '#!/usr/bin/env sh
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
sh -e "$s" "$@"'
    for hook in pre-commit pre-merge-commit; do
        write .husky/_/$hook $'#!/usr/bin/env sh\n. "$(dirname "$0")/h"'
        chmod +x .husky/_/$hook
    done
    git config core.hooksPath .husky/_
    listing .husky >"$WORK/before"
    run_pycguard --install
    assert_status 0
    assert_output_has 'husky manages hooks here'
    assert_output_has $'.husky/pre-commit:\n\npycguard --check-staged'
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has theirs
    assert_guarded
    git add -A -n | grep before-pycguard && fail 'our directory is not ignored'
    "$PYCGUARD" --uninstall -q
    listing .husky | diff "$WORK/before" -
}

@test "overcommit goes by the name of its hook, lefthook by what is in it" {
    new_repo
    write .git/hooks/overcommit-hook '#!/bin/sh
# Entrypoint for Overcommit hook integration.
echo "overcommit runs $(basename "$0")"'
    chmod +x .git/hooks/overcommit-hook
    ln -s overcommit-hook .git/hooks/pre-commit
    listing .git/hooks >"$WORK/before"
    run_pycguard --install
    assert_output_has 'overcommit manages hooks here'
    assert_output_has $'.overcommit.yml:\n\nPreCommit:'
    run git commit --allow-empty -m x
    assert_output_has 'overcommit runs pre-commit'
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -

    script .git/hooks/lefthook-was '[ "$LEFTHOOK" = "0" ] || echo lefthook run "pre-commit"'
    mv .git/hooks/lefthook-was .git/hooks/pre-commit
    run_pycguard --install
    assert_output_has 'lefthook manages hooks here'
    assert_output_has 'run: pycguard --check-staged'
    run git commit --allow-empty -m x
    assert_output_has 'lefthook run pre-commit'
}

@test "somebody's hook over ours: nothing of either is lost" {
    new_repo
    script .git/hooks/pre-commit 'echo one'
    "$PYCGUARD" --install -q
    script "$WORK/two" 'echo two'
    mv "$WORK/two" .git/hooks/pre-commit
    listing .git >"$WORK/before"
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$PWD/.git/hooks.before-pycguard/pre-commit"
    listing .git | diff "$WORK/before" -
    run_pycguard --uninstall
    assert_status 0
    assert_stderr_has warning
    [[ $(.git/hooks/pre-commit) == *two && $(.git/hooks.before-pycguard/pre-commit) == *one ]]
}

# --- git 2.54 and later ------------------------------------------------------------------------

@test "from git 2.54 on hooks are configured, and no file is touched" {
    git_of 2.54.0
    new_repo
    script .git/hooks/pre-commit
    listing .git >"$WORK/before"
    listing .git/hooks >"$WORK/hooks"
    run_pycguard --install --hook pre-push
    assert_status 0
    [[ $(git config --local --get-all hook.pycguard.event) == $'pre-commit\npre-merge-commit' ]]
    [[ $(git config --local --get-all hook.pycguard-pre-push.event) == pre-push ]]
    listing .git/hooks | diff "$WORK/hooks" -
    cksum .git/config >"$WORK/installed"
    run_pycguard --install --hook pre-push
    assert_output_is 'nothing to do: the hooks are installed'
    cksum .git/config | diff "$WORK/installed" -
    run_pycguard --status --hook pre-push
    assert_status 0
    assert_output_has "pre-commit: installed: hook.pycguard.command, running $PYCGUARD (pycguard "
    assert_output_has ", before $PWD/.git/hooks/pre-commit
"
    git config hook.pycguard.enabled false
    run_pycguard --status
    assert_status 1
    git config --unset hook.pycguard.enabled
    # As git runs it: a shell's line, with "$@" after it where the hook has arguments.
    pyc m.py >/dev/null
    git add -f __pycache__
    run sh -c "$(git config hook.pycguard.command)"
    assert_status 1
    assert_output_has __pycache__
    git rm -q --cached -r __pycache__
    rm -f .git/index
    "$PYCGUARD" --uninstall -q
    rm -rf .git/objects .git/index && mkdir -p .git/objects/{info,pack}
    listing .git | diff "$WORK/before" -
}

@test "killed after each of its changes, git's configuration has no event without its command" {
    git_of 2.54.0
    # After so many changes this git kills who called it.
    sed -i '$d' "$WORK/git-2.54.0/git"
    cat >>"$WORK/git-2.54.0/git" <<EOT
'$(PATH=$ORIGINAL_PATH command -v git)' "\$@" || exit
case "\$*" in
'config --local --replace-all '* | 'config --local --add '* | 'config --local --unset-all '*)
    echo x >>'$WORK/changes'
    [ "\$(wc -l <'$WORK/changes')" != "\$KILL_AFTER" ] || kill -9 \$PPID
    ;;
esac
EOT
    new_repo
    cksum .git/config >"$WORK/before"
    for verb in --install --uninstall; do
        for ((i = 1; i < 9; i++)); do
            "$PYCGUARD" -q --uninstall
            [[ $verb == --install ]] || "$PYCGUARD" -q --install
            : >"$WORK/changes"
            KILL_AFTER=$i "$PYCGUARD" -q $verb && break
            [[ -z $(git config --get-all hook.pycguard.event) || -n $(git config hook.pycguard.command) ]]
            "$PYCGUARD" -q $verb
        done
        ((i == 4)) || fail "$verb made $i changes"
    done
    cksum .git/config | diff "$WORK/before" -
}

@test "the configured command does as the file does" {
    git_of 2.60.1.windows.1
    new_repo
    installed_then_stand_in --hook pre-push
    command=$(git config hook.pycguard-pre-push.command)
    run sh -c "$command \"\$@\"" "$command" origin 'u r l' <<<input
    assert_output_is 'check --pre-push -- origin u r l
check read input'
    rm "$WORK/bin/pycguard"
    stand_in "$WORK/path/pycguard" 3
    PATH=$WORK/path:$PATH run sh -c "$(git config hook.pycguard.command)" </dev/null
    assert_status 3
    PATH=$(path_without)
    run --separate-stderr sh -c "$(git config hook.pycguard.command)"
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has PYCGUARD_OPTIONAL=1
    PYCGUARD_OPTIONAL=1 run sh -c "$(git config hook.pycguard.command)"
    assert_status 0
}

@test "git 2.53 gets files, an upgrade to 2.54 moves them, and --uninstall finds both" {
    git_of 2.53.9
    new_repo
    script .git/hooks/pre-commit
    listing .git >"$WORK/before"
    "$PYCGUARD" --install -q
    [[ -x .git/hooks.before-pycguard/pre-commit ]]
    git_of 2.54.0
    "$PYCGUARD" --install -q
    [[ ! -e .git/hooks/pre-merge-commit && ! -e .git/hooks.before-pycguard ]]
    [[ -n $(git config hook.pycguard.command) ]]
    git_of 2.53.9
    "$PYCGUARD" --install -q
    "$PYCGUARD" --uninstall -q
    listing .git | diff "$WORK/before" -
}

@test "an edited command, or the user's own events, are left alone" {
    git_of 2.54.0
    new_repo
    "$PYCGUARD" --install -q
    git config hook.pycguard.command 'echo mine'
    cksum .git/config >"$WORK/before"
    run_pycguard --uninstall
    assert_status 0
    assert_stderr_has 'left alone hook.pycguard.command'
    run_pycguard --install
    assert_status 2
    cksum .git/config | diff "$WORK/before" -
    "$PYCGUARD" --install -q --force
    git config --add hook.pycguard.event pre-applypatch
    "$PYCGUARD" --uninstall -q
    [[ $(git config --get-all hook.pycguard.event) == pre-applypatch && -n $(git config hook.pycguard.command) ]]
}

# --- faults ------------------------------------------------------------------------------------

# restart: the repository as it was, with an earlier pre-commit and none for merges.
restart() {
    rm -rf .git/hooks .git/hooks.before-pycguard
    cp -a "$WORK/hooks" .git/hooks
}

# Each hook is the old one or the new one, and the old one is there in either case.
assert_old_or_new() {
    local hook=.git/hooks/pre-commit merge=.git/hooks/pre-merge-commit
    [[ -x $hook ]] || fail "$1: no pre-commit"
    cmp -s $hook "$WORK/hooks/pre-commit" || {
        cmp $hook "$WORK/new/pre-commit" && cmp .git/hooks.before-pycguard/pre-commit "$WORK/hooks/pre-commit"
    } || fail "$1: pre-commit is neither the old nor the new one"
    [[ ! -e $merge ]] || cmp $merge "$WORK/new/pre-merge-commit" || fail "$1: pre-merge-commit"
}

assert_done() {
    "$PYCGUARD" --install -q || fail "$1: cannot go on"
    diff <(listing .git/hooks .git/hooks.before-pycguard) "$WORK/new.listing" || fail "$1: --install afterwards"
}

assert_undone() {
    "$PYCGUARD" --uninstall -q || fail "$1: cannot go back"
    diff <(listing .git/hooks .git/hooks.before-pycguard) "$WORK/hooks.listing" || fail "$1: --uninstall afterwards"
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
    listing .git/hooks .git/hooks.before-pycguard >"$WORK/new.listing"
}

@test "killed at any moment, each hook is the old one or the new one, and the next run goes on" {
    prepare_for_kills
    for ((i = 0; i < 150; i++)); do
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
    ((kills > 15)) || fail "killed $kills times"
}

@test "two at once: as if one after the other" {
    prepare_for_kills
    for ((i = 0; i < 10; i++)); do
        restart
        "$PYCGUARD" -q --install &
        one=$!
        "$PYCGUARD" -q --install &
        two=$!
        wait $one
        wait $two
        diff <(listing .git/hooks .git/hooks.before-pycguard) "$WORK/new.listing"
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
    listing .git/hooks .git/hooks.before-pycguard | diff "$WORK/before" -
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

@test "without git, or with one that cannot say its version, it cannot look" {
    new_repo
    PATH=$(path_without git)
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'git'
    PATH=$ORIGINAL_PATH
    git_of 'of mine'
    run_pycguard --status
    assert_status 2
    assert_stderr_is_one_line
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
    assert_stderr_has 'pre-commit, pre-merge-commit, pre-push, pre-receive'
}
