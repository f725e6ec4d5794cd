#!/usr/bin/env bats
# --install where a hook is already: the user's own, a manager's, an edited one of ours.

load helper
load hooks

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

@test "an earlier hook keeps its name and what is beside and above it" {
    new_repo
    write .git/hooks/lib/words 'from lib'
    write .git/hooks/pre-commit.d/one 'from d'
    write .git/above 'from above'
    script .git/hooks/pre-commit 'cat "$(dirname "$0")/lib/words" "$0.d/one" "$(dirname "$0")/../above"'
    ln -s lib/real .git/hooks/pre-merge-commit
    script .git/hooks/lib/real 'cat "$(dirname "$0")/lib/words"'
    listing .git/hooks >"$WORK/before"
    "$PYCGUARD" --install -q
    run git commit --allow-empty -m x
    for words in 'earlier pre-commit:' 'from lib' 'from d' 'from above'; do assert_output_has "$words"; done
    run .git/hooks/pre-merge-commit
    assert_output_has 'earlier pre-merge-commit:'
    assert_output_has 'from lib'
    cd .git/hooks
    run ./pre-commit
    assert_output_has 'from lib'
    run sh pre-commit
    assert_output_has 'from lib'
    cd ../..
    "$PYCGUARD" --uninstall -q
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
        cp -f "$(type -P $program)" .git/hooks/pre-commit
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
}

@test "a core.hooksPath that names no directory is named, and nothing is made" {
    new_repo
    touch file
    ln -s nowhere link
    mkdir real
    listing . >"$WORK/before"
    for value in /dev/null file file/below link link/below a/../b a/b/../../c '%(prefix)'; do
        for verb in '--install' '--install --dry-run' '--install --force'; do
            git config core.hooksPath "$value"
            # shellcheck disable=SC2086
            run_pycguard $verb
            assert_status 2
            assert_stderr_is_one_line
            assert_stderr_has "core.hooksPath is '$value'"
        done
        run_pycguard --status
        assert_status 1
        run_pycguard --uninstall
        assert_status 0
        git config --unset core.hooksPath
        listing . | diff "$WORK/before" - || fail "$value"
    done
    git config core.hooksPath real/../made
    "$PYCGUARD" --install -q
    assert_guarded
    [[ -x made/pre-commit ]]
    "$PYCGUARD" --uninstall -q
    [[ ! -e made ]]
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
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'from the top'
    "$PYCGUARD" --uninstall -q
    listing tracked | diff "$WORK/before" -
    [[ $(readlink .git/hooks) == ../tracked ]]
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

    printf '#!/bin/sh\ncat >"%s/earlier"' "$WORK" >.git/hooks/pre-push.before-pycguard
    printf '#!/bin/sh\ncat >"%s/check"' "$WORK" >"$WORK/bin/pycguard"
    for input in '' 'a b c d\n' 'no line end' '\n\n' "$(seq -s '\n' 20000)\n"; do
        # shellcheck disable=SC2059
        printf "$input" >"$WORK/input"
        .git/hooks/pre-push <"$WORK/input"
        cmp "$WORK/input" "$WORK/earlier"
        cmp "$WORK/input" "$WORK/check"
    done
    # One that reads nothing gets no broken pipe.
    printf '#!/bin/sh\nexit 0' >.git/hooks/pre-push.before-pycguard
    run .git/hooks/pre-push <"$WORK/input"
    assert_status 0
    assert_no_output
    cmp "$WORK/input" "$WORK/check"
    printf '#!/bin/sh\nexit 9' >.git/hooks/pre-push.before-pycguard
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
    assert_output_is $'earlier pre-commit: \nearlier pre-commit.before-pycguard: \ncheck --check-staged\ncheck --check-staged'
    # Another repository's hooks are run there.
    git init -q ../other
    cp -R .git/hooks ../other/.git
    script ../other/.git/hooks/pre-commit.before-pycguard 'echo of the other'
    printf '#!/bin/sh\nunset GIT_DIR GIT_INDEX_FILE; cd ../other && git commit --allow-empty -m x 2>&1' \
        >.git/hooks/pre-commit.before-pycguard
    run timeout 20 git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'of the other'
}

@test "an edited hook is left alone, with a warning, unless forced" {
    new_repo
    script .git/hooks/pre-commit
    listing .git/hooks >"$WORK/before"
    "$PYCGUARD" --install -q
    echo 'echo edited' >>.git/hooks/pre-commit
    cp -p .git/hooks/pre-commit "$WORK/edited"
    run_pycguard --uninstall
    assert_status 0
    [[ $stderr == "pycguard: warning: left $PWD/.git/hooks/pre-commit alone: it was edited since pycguard wrote it" ]] ||
        fail 'expected a warning'
    cmp .git/hooks/pre-commit "$WORK/edited"
    [[ -x .git/hooks/pre-commit.before-pycguard && ! -e .git/hooks/pre-merge-commit ]]
    run_pycguard --install
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'edited'
    cmp .git/hooks/pre-commit "$WORK/edited"
    run_pycguard --status
    assert_status 1
    assert_output_has 'pre-commit: edited since'
    "$PYCGUARD" --install -q --force
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
    for edit in 's/^installed=.*/installed=\x27\x27/' 's/exit 2/exit 0/' '$d' 's/sum: ./sum: x/'; do
        "$PYCGUARD" --install -q --force
        sed -i "$edit" .git/hooks/pre-commit
        run_pycguard --uninstall
        assert_stderr_has edited
        "$PYCGUARD" --uninstall -q --force
    done
    listing .git/hooks | diff "$WORK/before" -
}

@test "what another version or another place wrote is ours all the same" {
    mkdir "it's old"
    cp "$PYCGUARD" "it's old/pycguard"
    new_repo
    "$WORK/it's old/pycguard" --install -q
    run_pycguard --status
    assert_status 0
    assert_output_has "running $WORK/it's old/pycguard"
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
    assert_output_has "running $PYCGUARD"
    "$PYCGUARD" --uninstall -q
    [[ ! -e .git/hooks/pre-commit ]]
}

# --- managers ----------------------------------------------------------------------------------

# assert_left_alone NAME FILE [ARG...]: --install changes nothing, and prints the lines for FILE to "$WORK/lines".
assert_left_alone() {
    listing . >"$WORK/untouched"
    run_pycguard --install "${@:3}"
    assert_status 1
    assert_output_has "$1 manages the hooks here, and nothing was changed"
    assert_output_has "add to $2"
    sed '1,/add to/d; /^and to /,$d; /^Or use/,$d' <<<"$output" >"$WORK/lines"
    listing . | diff "$WORK/untouched" - || fail 'changed'
    run_pycguard --install -n "${@:3}"
    assert_status 1
    run_pycguard --status
    assert_status 1
    assert_output_has "($1's)"
}

# assert_told NAME: the manager runs pycguard, and that will do.
assert_told() {
    run_pycguard --install
    assert_status 0
    assert_output_has "nothing to do: $1 runs pycguard"
    run_pycguard --status
    assert_status 0
    assert_output_has "pre-commit: run by $1"
}

@test "the pre-commit framework: its hook is left alone, and its lines work" {
    command -v pre-commit >/dev/null || skip 'pre-commit is not installed'
    export PRE_COMMIT_HOME=$WORK/store
    new_repo
    write .pre-commit-config.yaml 'repos:
- repo: local
  hooks:
  - {id: theirs, name: theirs, language: system, entry: echo, verbose: true, always_run: true, pass_filenames: false}'
    commit start .pre-commit-config.yaml
    pre-commit install >/dev/null
    pre-commit install -t pre-merge-commit >/dev/null
    listing .git/hooks >"$WORK/before"
    assert_left_alone pre-commit '.pre-commit-config.yaml, under '"'repos:'"
    cat "$WORK/lines" >>.pre-commit-config.yaml
    git add .pre-commit-config.yaml
    PATH=$(dirname "$PYCGUARD"):$PATH assert_guarded
    assert_told pre-commit
    git checkout -q HEAD -- .pre-commit-config.yaml
}

@test "the pre-commit framework, by --force: its hook runs, and it may install itself again" {
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
    run_pycguard --install --force
    assert_status 0
    assert_output_has "may write its own over pycguard's"
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has theirs
    assert_guarded

    # It moves ours to pre-commit.legacy and runs it from there.
    pre-commit install >/dev/null
    assert_guarded
    "$PYCGUARD" --install -q --force
    run git commit --allow-empty -m x
    assert_status 0
    assert_guarded
    rm .git/hooks/pre-commit.legacy
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -
}

@test "the pre-commit framework before a push: the lines judge what is pushed" {
    command -v pre-commit >/dev/null || skip 'pre-commit is not installed'
    export PRE_COMMIT_HOME=$WORK/store
    new_repo
    write .pre-commit-config.yaml 'repos:'
    commit start .pre-commit-config.yaml
    pre-commit install >/dev/null
    run_pycguard --install --hook pre-push
    assert_status 1
    sed -n '/^and to /,/^Or use/p' <<<"$output" | sed '1,2d; /^Or use/d' >>.pre-commit-config.yaml
    git add .pre-commit-config.yaml
    commit config
    pre-commit install -t pre-push >/dev/null
    git init -q --bare ../remote.git
    git remote add origin ../remote.git
    PATH=$(dirname "$PYCGUARD"):$PATH git push -q origin main~1:refs/heads/main
    commit 'with bytecode' "$(pyc m.py)"
    PATH=$(dirname "$PYCGUARD"):$PATH run git push origin main
    assert_status 1
    assert_output_has __pycache__/m.
    git reset -q --hard HEAD~1
    PATH=$(dirname "$PYCGUARD"):$PATH git push -q origin main
}

@test "husky: its hook is left alone; by --force it runs by its own name and its own files" {
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
    assert_left_alone husky .husky/pre-commit
    run_pycguard --install --hook pre-push
    assert_output_has $'and to .husky/pre-push:\n\npycguard --pre-push -- "$@"'
    "$PYCGUARD" --install -q --force
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has theirs
    assert_guarded
    "$PYCGUARD" --uninstall -q
    listing .husky | diff "$WORK/before" -
    cat "$WORK/lines" >>.husky/pre-commit
    PATH=$(dirname "$PYCGUARD"):$PATH assert_guarded
    assert_told husky
    sed -i 's/^pycguard/# &/' .husky/pre-commit
    assert_left_alone husky .husky/pre-commit
}

@test "husky of before version 9, whose hooks run themselves again, by --force" {
    new_repo
    write .husky/_/husky.sh '#!/usr/bin/env sh
if [ -z "$husky_skip_init" ]; then
  readonly husky_skip_init=1
  export husky_skip_init
  sh -e "$0" "$@"
  exit $?
fi'
    write .husky/pre-commit '#!/usr/bin/env sh
. "$(dirname -- "$0")/_/husky.sh"

echo "theirs in $(basename "$0")"
exit "${SAY:-0}"'
    chmod +x .husky/pre-commit
    git config core.hooksPath .husky
    assert_left_alone husky .husky/pre-commit
    "$PYCGUARD" --install -q --force
    run git commit --allow-empty -m x
    assert_status 0
    [[ $output == *'theirs in'* && $output != *'theirs in'*'theirs in'* ]] || fail 'not once'
    SAY=3 run .husky/pre-commit
    assert_status 3
    assert_guarded
}

@test "overcommit, lefthook and prek are known by what is in their hooks" {
    new_repo
    write .git/hooks/overcommit-hook '#!/bin/sh
# Entrypoint for Overcommit hook integration.
echo "overcommit runs $(basename "$0")"'
    chmod +x .git/hooks/overcommit-hook
    ln -s overcommit-hook .git/hooks/pre-commit
    listing .git/hooks >"$WORK/before"
    assert_left_alone overcommit .overcommit.yml
    cp "$WORK/lines" .overcommit.yml
    assert_told overcommit
    rm .overcommit.yml
    "$PYCGUARD" --install -q --force
    run git commit --allow-empty -m x
    assert_output_has 'overcommit runs pre-commit'
    "$PYCGUARD" --uninstall -q
    listing .git/hooks | diff "$WORK/before" -

    script .git/hooks/lefthook-was '[ "$LEFTHOOK" = "0" ] || echo lefthook run "pre-commit"'
    mv .git/hooks/lefthook-was .git/hooks/pre-commit
    assert_left_alone lefthook lefthook.yml
    "$PYCGUARD" --install -q --force
    run git commit --allow-empty -m x
    assert_output_has 'lefthook run pre-commit'
    "$PYCGUARD" --uninstall -q
    script .git/hooks/pre-commit '# File generated by prek: https://github.com/j178/prek'
    assert_left_alone prek .pre-commit-config.yaml
}

@test "a manager of one hook keeps all: nothing is half installed" {
    new_repo
    script .git/hooks/pre-merge-commit '# File generated by pre-commit: https://pre-commit.com'
    listing .git >"$WORK/before"
    run_pycguard --install
    assert_status 1
    listing .git | diff "$WORK/before" -
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
    assert_stderr_has "$PWD/.git/hooks/pre-commit.before-pycguard"
    listing .git | diff "$WORK/before" -
    run_pycguard --uninstall
    assert_status 0
    assert_stderr_has warning
    [[ $(.git/hooks/pre-commit) == *two && $(.git/hooks/pre-commit.before-pycguard) == *one ]]
}
