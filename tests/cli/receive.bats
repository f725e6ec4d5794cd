#!/usr/bin/env bats
# --pre-receive and hook/pre-receive, as pre-receive and as update, in real bare repositories.

load helper

zero=0000000000000000000000000000000000000000

# serve NAME [DIR]: a bare repository at DIR whose hook NAME judges, and a clone ./work we are in.
serve() {
    local dir=${2-server.git}
    git init -q --bare "$dir"
    new_repo work
    git remote add origin "../$dir"
    write a.py 'x = 1'
    commit base a.py
    git push -q origin main
    mkdir -p "../$dir/hooks"
    sed "s|@PYCGUARD@|$PYCGUARD|" "$SOURCE_ROOT/hook/pre-receive" >"../$dir/hooks/$1"
    chmod +x "../$dir/hooks/$1"
}

add() {
    write "$1.pyc" "$1"
    git add -f "$1.pyc"
    git commit -q -m "$1"
}

refs() { git -C ../server.git for-each-ref --format='%(refname) %(objectname)'; }

@test "the pusher is told commit, path and fix, and nothing lands if one ref is refused" {
    serve pre-receive
    before=$(refs)
    git checkout -qb good
    commit good
    git checkout -qb bad main
    add bad
    run git push origin good bad
    assert_status 1
    assert_output_has 'remote: pycguard: push refused: 1 commit adds'
    assert_output_has "commit $(git rev-parse --short=10 bad)"
    assert_output_has bad.pyc
    assert_output_has 'git rebase -r -x'
    [[ $(refs) == "$before" ]]
    # What was refused is gone from the server's store.
    run git -C ../server.git cat-file -e "$(git rev-parse bad)"
    assert_status 1
    git push -q origin good
}

@test "as update each ref is judged for itself" {
    serve update
    git checkout -qb good
    commit good
    git checkout -qb bad main
    add bad
    run git push origin good bad
    assert_status 1
    assert_output_has bad.pyc
    [[ $(refs | cut -d ' ' -f 1) == $'refs/heads/good\nrefs/heads/main' ]]
    git push -q origin :good
}

@test "what the server has, in whatever ref, is not judged again" {
    serve pre-receive
    mv ../server.git/hooks/pre-receive ../server.git/hooks/off
    add old
    git push -q origin main:refs/hidden/old
    mv ../server.git/hooks/off ../server.git/hooks/pre-receive
    commit more
    git push -q origin main
    git push -q origin main:new :refs/hidden/old
}

@test "deletions, tags of tags, of trees and of blobs, forced pushes" {
    serve pre-receive
    git tag -a -m x outer main
    git tag -a -m x outer2 outer
    git tag blob "$(git rev-parse HEAD:a.py)"
    git tag -a -m x tree "$(git rev-parse 'HEAD^{tree}')"
    git push -q --tags origin main:topic
    git push -q origin :topic :outer
    commit amended
    git push -q origin main
    git reset -q --hard HEAD~1
    add bad
    git tag -a -m x tagged
    run git push -f origin main
    assert_status 1
    run git push origin tagged
    assert_status 1
    assert_output_has bad.pyc
}

@test "the first push of all, of a root commit" {
    serve pre-receive
    git init -q --bare ../empty.git
    cp ../server.git/hooks/pre-receive ../empty.git/hooks/
    git push -q ../empty.git main
    git checkout -q --orphan root
    add bad
    run git push ../empty.git root
    assert_status 1
    assert_output_has ' --root'
}

@test "a source removed here, whose cache the server has" {
    serve pre-receive
    mv ../server.git/hooks/pre-receive ../server.git/hooks/off
    pyc m.py >/dev/null
    commit cache .
    git push -q origin main
    mv ../server.git/hooks/off ../server.git/hooks/pre-receive
    git rm -q m.py
    commit 'removes the source'
    run git push origin main
    assert_status 1
    assert_output_has orphaned-cache
}

@test "the server may pin its policy, and a pushed .pycguard cannot lift it" {
    serve pre-receive
    write ../pinned '*.secret'
    printf '#!/bin/sh\nexec "%s" --pre-receive --policy "%s"\n' "$PYCGUARD" "$WORK/pinned" >../server.git/hooks/pre-receive
    write .pycguard '!*'
    add bad
    git add .pycguard
    commit allows
    run git push origin main
    assert_status 1
    git reset -q --hard origin/main
    write x.secret x
    commit secret x.secret
    run git push origin main
    assert_status 1
    assert_output_has '*.secret'
}

@test "a server with alternates, and with a path that git has to quote" {
    serve pre-receive $'se"r:ver\ttab.git'
    git clone -q --bare --shared ../$'se"r:ver\ttab.git' ../$'al"t:er.git'
    cp ../$'se"r:ver\ttab.git'/hooks/pre-receive ../$'al"t:er.git'/hooks/
    for server in $'se"r:ver\ttab.git' $'al"t:er.git'; do
        git remote add other "../$server" 2>/dev/null || git remote set-url other "../$server"
        commit "good for $server"
        git push -q other main
        add bad
        run git push other main
        assert_status 1
        assert_output_has bad.pyc
        git reset -q --hard HEAD~1
    done
}

@test "by git daemon, with the hook alone on the server" {
    [[ -x $(git --exec-path)/git-daemon ]] || skip 'no git daemon'
    serve pre-receive
    port=$("$PYTHON" -I -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$(git --exec-path)/git-daemon" --listen=127.0.0.1 --port="$port" --reuseaddr --export-all \
        --base-path="$WORK" --enable=receive-pack 3>&- &
    daemon=$!
    for _ in {1..100}; do
        git ls-remote "git://127.0.0.1:$port/server.git" >/dev/null 2>&1 && break
        sleep 0.1
    done
    before=$(refs)
    add bad
    run git push "git://127.0.0.1:$port/server.git" main
    after=$(refs)
    refused=$status said=$output
    git reset -q --hard HEAD~1
    commit good
    run git push "git://127.0.0.1:$port/server.git" main
    kill "$daemon"
    wait "$daemon" || true
    [[ $refused == 1 && $said == *'remote: '*bad.pyc* && $after == "$before" ]] || fail "$said"
    assert_status 0
}

@test "lines and operands" {
    serve pre-receive
    add bad
    cd ..
    git clone -q --bare work bare.git
    cd bare.git
    head=$(git rev-parse main)
    git update-ref refs/heads/main HEAD~1
    run --separate-stderr "$PYCGUARD" --format=json --pre-receive <<<"$(git rev-parse main) $head refs/heads/main"
    assert_status 1
    assert_json '.mode == "receive" and .checked == 1 and .findings[0].path == "bad.pyc"' # one new
    run --separate-stderr "$PYCGUARD" --format=json --pre-receive refs/heads/x "$zero" "$head"
    assert_json '.checked == 1'
    run --separate-stderr "$PYCGUARD" --pre-receive refs/heads/x "$head" "$zero"
    assert_status 0
    for line in nonsense "$zero $head" "$head x refs/heads/main" ''; do
        run --separate-stderr "$PYCGUARD" --pre-receive <<<"$line"
        assert_status 2
        assert_stderr_has pre-receive
    done
    run_pycguard --pre-receive one two
    assert_status 2
    run_pycguard --pre-receive refs/heads/x "$zero" nonsense
    assert_status 2
    run --separate-stderr "$PYCGUARD" --pre-receive < <(printf '%s %s a\0b\n' "$zero" "$head")
    assert_status 2
}

@test "what another namespace has is new to this one" {
    serve pre-receive
    add bad
    mv ../server.git/hooks/pre-receive ../server.git/hooks/off
    GIT_NAMESPACE=a git push -q origin main
    GIT_NAMESPACE=b/c git push -q origin main~1:refs/heads/main
    GIT_NAMESPACE=b/c/d git push -q origin main
    mv ../server.git/hooks/off ../server.git/hooks/pre-receive
    for name in a b b/c ''; do
        commit "good for $name"
        export GIT_NAMESPACE=$name
        run git push origin "main:other"
        if [[ $name == a ]]; then assert_status 0; else assert_status 1; fi
        [[ $name == a ]] || assert_output_has bad.pyc
        unset GIT_NAMESPACE
    done
}

@test "no binary blocks every push" {
    serve pre-receive
    sed "s|@PYCGUARD@|$WORK/gone|" "$SOURCE_ROOT/hook/pre-receive" >../server.git/hooks/pre-receive
    commit more
    PATH=$(path_without)
    run git push origin main
    assert_status 1
    assert_output_has 'unchecked and blocked'
}
