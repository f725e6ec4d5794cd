#!/usr/bin/env bats
# Nothing that a repository holds is run, by any verb: every key of git's configuration that names a
# program names one that leaves a trace, and so does every hook, filter and git of its own.

load helper
load hooks

setup() { start_clean; }

# Each key that git-config(1) and its neighbours let name a program.
program_keys=(core.fsmonitor core.sshCommand core.pager core.editor core.askPass core.gitProxy core.alternateRefsCommand
    sequence.editor diff.external diff.trap.command diff.trap.textconv merge.trap.driver filter.trap.clean
    filter.trap.smudge filter.trap.process gpg.program gpg.openpgp.program gpg.x509.program gpg.ssh.program
    gpg.ssh.defaultKeyCommand credential.helper credential.https://example.org.helper uploadpack.packObjectsHook
    trailer.x.command trailer.x.cmd interactive.diffFilter hook.trap.command remote.evil.uploadpack
    remote.evil.receivepack difftool.x.cmd mergetool.x.cmd guitool.x.cmd man.x.cmd browser.x.cmd web.browser
    help.browser sendemail.sendmailCmd sendemail.toCmd sendemail.ccCmd sendemail.smtpServer imap.tunnel
    tar.x.command gc.recentObjectsHook diff.guitool submodule.sub.update instaweb.httpd)

# What pycguard asks of git, and may ask one day.
commands=(config rev-parse ls-files check-ignore check-attr cat-file for-each-ref rev-list diff diff-index
    diff-tree symbolic-ref worktree update-index version status log merge-base)

# tame ARG...: git, with none of it.
tame() {
    git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c filter.trap.clean=cat -c filter.trap.process= \
        -c filter.trap.required=false "$@"
}

# armed_repo: as above, $WORK/sprung being the trace.
armed_repo() {
    local key
    new_repo
    write m.py 'x = 1'
    write Dockerfile 'FROM scratch'
    write .dockerignore '**/__pycache__'
    write .gitattributes '* filter=trap diff=trap merge=trap'
    commit start .
    pyc m.py m.pyc
    git add -f m.pyc
    write "$WORK/trap" "#!/bin/sh
echo \"\$0 \$*\" >>'$WORK/sprung'
cat"
    chmod +x "$WORK/trap"
    for key in "${program_keys[@]}" "${commands[@]/#/alias.}" "${commands[@]/#/pager.}"; do
        git config "$key" "$WORK/trap"
    done
    for key in "${commands[@]}"; do git config "alias.$key" "!$WORK/trap"; done
    git config submodule.sub.update "!$WORK/trap"
    for key in filter.trap.required remote.evil.promisor log.showSignature; do git config "$key" true; done
    for key in protocol.ext.allow protocol.allow; do git config "$key" always; done
    git config remote.evil.url "ext::$WORK/trap %S"
    git config remote.evil.partialCloneFilter blob:none
    for key in trap 'a=b "c'; do
        git config "hook.$key.command" "$WORK/trap"
        for event in pre-commit post-index-change reference-transaction; do git config --add "hook.$key.event" "$event"; done
    done
    git config core.checkStat minimal
    git config core.trustCtime false
    git config core.hooksPath "$WORK/hooks"
    git config core.repositoryFormatVersion 1
    git config extensions.partialClone evil
    mkdir "$WORK/hooks"
    for key in pre-commit pre-merge-commit pre-push post-index-change reference-transaction post-checkout \
        fsmonitor-watchman pre-auto-gc; do
        cp "$WORK/trap" "$WORK/hooks/$key"
    done
    rm -f "$WORK/sprung"
    touch -d 2037-01-01 m.py .gitattributes # as new as the index: to be hashed once more
    tame update-index --really-refresh >"$WORK/out" || true
    rm -f "$WORK/sprung"
}

verbs=(--check-staged '-v --check-staged' --check-tracked '--check-range HEAD' '--check-range --all' --check-history
    --check-worktree --check-ignores '--explain m.pyc' '--explain HEAD:m.py' --status '-n --untrack' '-n --clean'
    '-n --add-ignores' '--pre-push evil url' --pre-receive --clean '--clean --all' --add-ignores '--install --force'
    --uninstall '-n --allow m.pyc' '--allow m.pyc' '--check-range --squash HEAD' '--check-tracked m.py' '--untrack --staged'
    --untrack)

@test "no verb runs a program that the repository names" {
    armed_repo
    # The trap is one: git itself falls into it.
    cp .git/index "$WORK/index"
    git update-index --force-remove m.pyc 2>"$WORK/err" || true
    [[ -e $WORK/sprung ]] || fail 'nothing is armed'
    cp "$WORK/index" .git/index
    rm "$WORK/sprung"
    for arguments in "${verbs[@]}"; do
        # shellcheck disable=SC2086
        run_pycguard $arguments <<<"$(git rev-parse HEAD | tr '0-9a-f' 0) $(git rev-parse HEAD) refs/heads/main"
        [[ ! -e $WORK/sprung ]] || fail "$arguments: $(<"$WORK/sprung")"
    done
    [[ -z $(git ls-files '*.pyc') ]] || fail 'still tracked'
    for verb in $("$PYCGUARD" --help | sed -n '/^Options/q; s/^  \(--[a-z-]*\).*/\1/p'); do
        [[ " ${verbs[*]} " == *" $verb "* ]] || fail "$verb is not tried"
    done
}

@test "the hooks that the configuration names are stopped where git changes the index" {
    armed_repo
    REAL=$(command -v git)
    export REAL
    write "$WORK/bin/git" <<'END'
#!/bin/bash
for ((i = 1; i <= $#; i++)); do
    [[ ${!i} != update-index ]] || for key in trap 'a=b "c'; do
        "$REAL" "${@:1:i - 1}" config --get "hook.$key.event" >>"$WORK/events"
    done
done
exec "$REAL" "$@"
END
    export WORK
    chmod +x "$WORK/bin/git"
    PATH=$WORK/bin:$PATH run_pycguard --untrack
    assert_status 0
    [[ $(od -An -c "$WORK/events") == *'\n  \n' ]] || fail "$(cat "$WORK/events")" # the last of each is empty
    [[ ! -e $WORK/sprung ]] || fail "$(<"$WORK/sprung")"
}

@test "objects that a partial clone lacks are not fetched" {
    armed_repo
    id=$(printf '1%.0s' {1..40})
    GIT_NO_LAZY_FETCH=1 tame update-index --add --cacheinfo "100644,$id,n.pyc"
    rm -f "$WORK/sprung"
    for arguments in --check-tracked --check-staged --explain\ n.pyc '--untrack'; do
        # shellcheck disable=SC2086
        run_pycguard $arguments
        [[ ! -e $WORK/sprung ]] || fail "$arguments: $(<"$WORK/sprung")"
    done
}

@test "a git of the repository's own is never run, whatever PATH says" {
    armed_repo
    for place in . bin; do
        write "$place/git" "#!/bin/sh
echo \"\$0 \$*\" >>'$WORK/sprung'"
        chmod +x "$place/git"
    done
    for path in ":$PATH" ".:$PATH" "bin:$PATH" "./bin::$PATH" "..:../repo/bin:$PATH"; do
        for arguments in "${verbs[@]}"; do
            # shellcheck disable=SC2086
            PATH=$path run_pycguard $arguments </dev/null
            [[ ! -e $WORK/sprung ]] || fail "PATH=$path $arguments: $(<"$WORK/sprung")"
        done
    done
    for path in '' . : bin bin:.; do
        run env PATH="$path" "$PYCGUARD" --check-tracked
        [[ ! -e $WORK/sprung ]] || fail "PATH=$path: $(<"$WORK/sprung")"
    done
}

@test "--untrack keeps what HEAD had before under --staged, and needs no /tmp" {
    armed_repo
    pyc m.py old.pyc
    tame add -f old.pyc
    tame commit -qm old old.pyc 2>"$WORK/err" || fail "$(cat "$WORK/err")"
    rm -f "$WORK/sprung"
    TMPDIR=/nowhere run_pycguard --untrack --staged
    assert_status 0
    [[ $(git ls-files '*.pyc') == old.pyc ]]
    [[ -z $(ls -d .git/pycguard-* 2>/dev/null) ]]
    run_pycguard --untrack --staged -n
    assert_status 0
    run_pycguard --untrack -n
    assert_status 1
    run_pycguard --check-staged --strict
    assert_status 1
}

@test "the only program that runs is git" {
    command -v strace >/dev/null || skip 'no strace'
    [[ -z ${ASAN_OPTIONS-} ]] || skip 'the leak sanitizer and strace exclude each other'
    armed_repo
    write git '#!/bin/sh'
    chmod +x git
    for arguments in "${verbs[@]}"; do
        # shellcheck disable=SC2086
        strace -f -qq -e trace=execve -e signal=none -o "$WORK/trace" "$PYCGUARD" $arguments </dev/null >/dev/null 2>&1 || true
        programs=$(sed -n 's/.*execve("\([^"]*\)".* = 0$/\1/p' "$WORK/trace" | sed 1d | sort -u)
        for program in $programs; do
            [[ $program == /*/git && $program != "$WORK"/* ]] || fail "$arguments ran $program"
        done
    done
}
