#!/usr/bin/env bats
# --install from git 2.54 on: hooks that are lines of its configuration.

load helper
load hooks

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
    assert_output_has "pre-commit: installed: hook.pycguard.command, running $PYCGUARD"
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
*'config --local --replace-all '* | *'config --local --add '* | *'config --local --unset-all '*)
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

@test "what switches the check off is told, by --install and by --status" {
    git_of 2.55.0
    new_repo
    "$PYCGUARD" --install -q
    switched_off() {
        run_pycguard --status
        assert_status 1
        run_pycguard --install
        assert_status 0
        assert_no_output
        [[ $stderr == "pycguard: warning: left alone $1: it switches the check off" ]] || fail
        git config --unset "$1"
    }
    git config hook.pycguard.enabled false
    switched_off hook.pycguard.enabled
    git config hook.pre-commit.enabled off
    switched_off hook.pre-commit.enabled
    # An empty value has git forget those before it.
    git config --add hook.pycguard.event ''
    run_pycguard --status
    assert_status 1
    "$PYCGUARD" --install -q
    run_pycguard --status
    assert_status 0
    "$PYCGUARD" --uninstall -q
    [[ $(git config --get-regexp '^hook\.') == 'hook.pycguard.event ' ]] || fail "$(git config --list)"
}

# --- as git runs them ------------------------------------------------------------------------------

needs_configured_hooks() {
    git_runs_configured_hooks || skip "$(git version) has no hooks in its configuration"
}

@test "git runs them: commits and merges, before the hooks that are files" {
    needs_configured_hooks
    new_repo
    script .git/hooks/pre-commit
    side_without_source
    "$PYCGUARD" --install -q
    assert_guarded
    [[ $output == *'commit refused'*'earlier pre-commit'* ]] || fail
    commit 'with a cache' "$(pyc m.py)"
    run git merge --no-edit side
    assert_status 1
    assert_output_has __pycache__/m.
    git merge --abort
    git reset -q --hard HEAD~1
    run git commit --allow-empty -m 'nothing in it'
    assert_status 0
    assert_output_has 'earlier pre-commit'
    git worktree add -q "$WORK/linked"
    (cd "$WORK/linked" && assert_guarded)
    mkdir below
    (cd below && assert_guarded)
    [[ $(git hook list pre-commit) == pycguard* && $(git hook list pre-merge-commit) == pycguard ]]
    "$PYCGUARD" --uninstall -q
    assert_unguarded
}

@test "git runs them: what was switched off guards nothing, and --status says so" {
    needs_configured_hooks
    new_repo
    "$PYCGUARD" --install -q
    # Not each of these is one to git 2.54.
    for off in 'hook.pycguard.enabled false' 'hook.pre-commit.enabled false'; do
        # shellcheck disable=SC2086
        git config $off
        if [[ $(git hook list pre-commit) != pycguard ]]; then
            assert_unguarded
            run_pycguard --status
            assert_status 1
            git rm -rq --cached unguarded
            git commit -qm 'without bytecode'
        fi
        git config --unset "${off% *}"
    done
    assert_guarded
}

@test "git runs them: a push, and what a server receives" {
    needs_configured_hooks
    for options in --object-format=sha1 --object-format=sha256 --ref-format=reftable; do
        git init -q --bare "$options" "$WORK/server$options"
        "$PYCGUARD" -C "$WORK/server$options" --install -q
        git init -q "$options" "$WORK/repo$options"
        cd "$WORK/repo$options"
        "$PYCGUARD" --install -q --hook pre-push
        assert_guarded
        commit start
        git push -q "$WORK/server$options" main
        pyc m.py >/dev/null
        commit 'with bytecode' __pycache__
        run git push "$WORK/server$options" main
        assert_status 1
        assert_output_has 'pycguard: push refused'
        run git push --no-verify "$WORK/server$options" main
        assert_status 1
        assert_output_has 'pre-receive hook declined'
        [[ $(git -C "$WORK/server$options" rev-parse main) == "$(git rev-parse HEAD~1)" ]]
    done
}
