#!/usr/bin/env bats
# --pre-push and hook/pre-push: real pushes, and the lines that git writes, to real repositories.

load helper

zero=0000000000000000000000000000000000000000

# A repository with a bare remote that has its first commit, and the hook.
pushing_repo() {
    git init -q --bare remote.git
    new_repo
    git remote add origin ../remote.git
    write a.py 'x = 1'
    commit base a.py
    git push -q origin main
    install_hook pre-push
}

# install_hook NAME [DIR]: the script for this binary, as NAME, into DIR or this repository.
install_hook() {
    local hooks=${2-$(git rev-parse --git-path hooks)}
    mkdir -p "$hooks"
    sed "s|@PYCGUARD@|$PYCGUARD|" "$SOURCE_ROOT/hook/$1" >"$hooks/$1"
    chmod +x "$hooks/$1"
}

add() {
    write "$1.pyc" "$1"
    git add -f "$1.pyc"
    git commit -q --no-verify -m "$1"
}

# feed LINE... -- ARG...: pycguard --pre-push ARG... with those lines.
feed() {
    local lines=()
    while (($#)) && [[ $1 != -- ]]; do
        lines+=("$1")
        shift
    done
    shift
    run --separate-stderr "$PYCGUARD" --format=json --pre-push "$@" < <(((${#lines[@]} == 0)) || printf '%s\n' "${lines[@]}")
}

@test "a push of bytecode is refused, and nothing arrives" {
    pushing_repo
    add bad
    run git push origin main
    assert_status 1
    assert_output_has 'push refused: 1 commit adds'
    assert_output_has bad.pyc
    assert_output_has "$(git rev-parse --short=10 HEAD)"
    assert_output_has 'git rebase -r -x'
    [[ $(git -C ../remote.git rev-parse main) == "$(git rev-parse HEAD~1)" ]]
    # The fix that it prints lets the push through.
    eval "$(grep '^  git rebase' <<<"$output")" >/dev/null 2>&1
    git push -q origin main
}

@test "what the remote has already is not looked at again" {
    pushing_repo
    add bad
    git push -q --no-verify origin main
    write b.py 'x = 1'
    commit more b.py
    git push -q origin main
    git checkout -qb topic
    commit topic
    git push -q origin topic topic:other
}

@test "new branches, deletions, forced pushes, tags, many at once" {
    pushing_repo
    git branch clean
    git push -q origin clean
    git push -q origin :clean
    git checkout -qb bad
    add bad
    git tag light
    git tag -a -m note annotated
    git checkout -q main
    run git push origin bad
    assert_status 1
    run git push origin light
    assert_status 1
    run git push origin annotated
    assert_status 1
    run git push --all origin
    assert_status 1
    run git push origin main :nothing annotated
    assert_status 1
    commit amended
    git push -q origin main
    git reset -q --hard HEAD~1
    commit another
    git push -qf origin main
    add worse
    run git push -f origin main
    assert_status 1
    assert_output_has worse.pyc
    assert_output_lacks /bad.pyc
    [[ $(git -C ../remote.git for-each-ref | wc -l) == 1 ]]
}

@test "a tag of a blob or of a tree has no commits" {
    pushing_repo
    git tag blob "$(git rev-parse HEAD:a.py)"
    git tag -a -m x tree "$(git rev-parse 'HEAD^{tree}')"
    git push -q --tags origin
}

@test "the remote moved to a commit that is not here" {
    pushing_repo
    git clone -q ../remote.git ../other
    (cd ../other && write o.py 'x = 1' && commit other o.py && git push -q origin main)
    commit mine
    git push -qf origin main
    (cd ../other && git fetch -q && commit again && git push -qf origin main)
    add bad
    run git push -f origin main
    assert_status 1
    assert_output_has bad.pyc
}

@test "a remote that is named by its URL has no refs here, but says what it has" {
    pushing_repo
    add old
    git push -q --no-verify origin main
    write b.py 'x = 1'
    commit more b.py
    git push -q ../remote.git main
    # What another remote has is published; what none has is not.
    git push -q ../remote.git main:new
    add worse
    run git push ../remote.git main:newer
    assert_status 1
    assert_output_has worse.pyc
    assert_output_lacks old.pyc
}

# remote NAME: a bare repository beside this one, as a remote of it.
remote() {
    git init -q --bare "../${1//\//-}.git"
    git remote add "$1" "../${1//\//-}.git"
}

@test "what a remote has is told by its own fetch refspecs" {
    pushing_repo
    remote team
    remote team/alice
    git push -q team main
    add evil
    git push -q --no-verify team/alice main
    # refs/remotes/team/alice/main is not below refs/remotes/team/ for team.
    run git push team main
    assert_status 1
    # Nor is a ref that stands for a branch of ours.
    git symbolic-ref refs/remotes/team/HEAD refs/heads/main
    run git push team main
    assert_status 1
    # A mirror's refspec writes our own branches.
    git config --add remote.team.fetch '+refs/*:refs/*'
    git config --add remote.team.fetch '^refs/heads/x'
    run git push team main
    assert_status 1
    # Where they write elsewhere, there it is.
    git config --unset-all remote.team.fetch
    git config remote.team.fetch '+refs/heads/main:refs/seen/team'
    git update-ref refs/seen/team HEAD
    git push -q team main:other
    git update-ref refs/seen/team HEAD~1
    run git push team main:third
    assert_status 1
    # A name that is no remote's, with what git's own configuration cannot hold.
    run --separate-stderr "$PYCGUARD" --pre-push $'team.*\nfetch' x <<<"refs/heads/main $(git rev-parse HEAD) refs/heads/main $zero"
    assert_status 0 # team/alice has it
}

@test "refs that two remotes write tell of neither, though both have been fetched" {
    pushing_repo
    remote other
    add evil
    git push -q --no-verify origin main
    git config remote.other.fetch '+refs/heads/*:refs/remotes/origin/*'
    line="refs/heads/main $(git rev-parse HEAD) refs/heads/new $zero"
    for name in origin other; do
        feed "$line" -- "$name" url
        assert_status 1
    done
    # To one that has none of them, both are a remote's; and what only one writes tells of it.
    feed "$line" -- third url
    assert_status 0
    git config remote.other.fetch '+refs/pull/*:refs/remotes/origin/pr/*'
    feed "$line" -- origin url
    assert_status 0
    git update-ref refs/remotes/origin/pr/7 HEAD
    git update-ref -d refs/remotes/origin/main
    feed "$line" -- origin url
    assert_status 1
}

@test "a remote that was never fetched has what any remote has" {
    pushing_repo
    add old
    git push -q --no-verify origin main
    remote fork
    commit more
    git push -q fork main
    git remote remove origin
    git remote remove fork
    remote other
    run git push other main
    assert_status 1
}

@test "by the file protocol and by git daemon" {
    command -v git-daemon >/dev/null || [[ -x $(git --exec-path)/git-daemon ]] || skip 'no git daemon'
    pushing_repo
    git -C ../remote.git config daemon.receivepack true
    port=$("$PYTHON" -I -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$(git --exec-path)/git-daemon" --listen=127.0.0.1 --port="$port" --reuseaddr --export-all \
        --base-path="$WORK" --enable=receive-pack 3>&- &
    daemon=$!
    for _ in {1..100}; do
        git ls-remote "git://127.0.0.1:$port/remote.git" >/dev/null 2>&1 && break
        sleep 0.1
    done
    git remote add served "git://127.0.0.1:$port/remote.git"
    git remote add file "file://$WORK/remote.git"
    add bad
    for remote in served file; do
        git fetch -q "$remote"
        run git push "$remote" main
        [[ $status == 1 && $output == *bad.pyc* ]] || { kill "$daemon"; fail "$remote"; }
    done
    git reset -q --hard HEAD~1
    commit good
    run git push served main
    kill "$daemon"
    wait "$daemon" || true
    assert_status 0
}

@test "lines: ids of both lengths, odd local refs, none at all, and nonsense" {
    pushing_repo
    add bad
    head=$(git rev-parse HEAD)
    feed "refs/heads/main $head refs/heads/main $zero" --
    assert_status 1
    assert_json '.mode == "push" and .checked == 2 and (.findings | length) == 1'
    feed "refs/heads/main $head refs/heads/main $zero" -- origin url
    assert_json '.checked == 1'
    feed "HEAD@{1 day ago} $head refs/heads/main $zero" "(delete) $zero refs/heads/x $(git rev-parse HEAD~1)" -- origin url
    assert_status 1
    assert_json '.checked == 1'
    feed "refs/heads/main $head refs/heads/main $(printf %064d 0)" --
    assert_json '.checked == 2'
    feed "(delete) $(printf %064d 0) refs/heads/x $(printf %064d 0)" --
    assert_status 0
    feed --
    assert_status 0
    for line in nonsense "a b c d" "refs/heads/main $head refs/heads/main" "$head $head refs/heads/main" \
        "refs/heads/main ${head^^} refs/heads/main $zero" " $head refs/heads/main $zero" ''; do
        feed "$line" --
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has pre-push
    done
    # A local id that is not here: git never says that, and it is no pass.
    feed "refs/heads/main 0123456789012345678901234567890123456789 refs/heads/main $zero" --
    assert_status 2
    feed "refs/heads/main $(printf 1%063d 0) refs/heads/main $zero" --
    assert_status 2
    run_pycguard --pre-push a b c </dev/null
    assert_status 2
}

@test "no binary blocks a push, and PYCGUARD_OPTIONAL=1 lets it through" {
    pushing_repo
    sed "s|@PYCGUARD@|$WORK/gone|" "$SOURCE_ROOT/hook/pre-push" >.git/hooks/pre-push
    commit more
    PATH=$(path_without)
    run git push origin main
    assert_status 1
    assert_output_has 'unchecked and blocked'
    PYCGUARD_OPTIONAL=1 git push -q origin main
}

@test "from a terminal, it says what it waits for" {
    new_repo
    commit start
    shown=$("$PYTHON" -I - "$PYCGUARD" <<'PYTHON'
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
os.write(ours, b"\x04")
run = subprocess.run([sys.argv[1], "--pre-push", "origin"], stdin=theirs, capture_output=True, timeout=20)
print(run.returncode, run.stderr.decode())
PYTHON
    )
    [[ $shown == '0 pycguard: waiting for the refs that git writes to this hook'* ]] || fail "$shown"
}
