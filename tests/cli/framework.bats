#!/usr/bin/env bats
# The pre-commit framework running our hooks from a clone of this repository, offline.

load helper
load readme

# One clone and one store of the framework for the file, so that only the first test builds.
setup_file() {
    start_clean
    copy_of_the_tree "$BATS_FILE_TMPDIR/clone"
    cd / && rm -rf "$WORK"
}

setup() {
    start_clean
    command -v pre-commit >/dev/null || skip 'pre-commit is not installed'
    clone=$BATS_FILE_TMPDIR/clone
    export PRE_COMMIT_HOME=$BATS_FILE_TMPDIR/store
    PATH=$(path_without)
    export PATH
}

# guarded_repo [ID [LINE...]]: a repository whose framework runs that hook as the README says, with
# LINEs of settings.
guarded_repo() {
    local id=${1-pycguard}
    (($# == 0)) || shift
    new_repo
    {
        readme_block framework |
            sed "s|https://.*|$clone|; s|rev: .*|rev: $(git -C "$clone" rev-parse HEAD)|; s|id: .*|id: $id|"
        (($# == 0)) || printf '        %s\n' "$@"
    } >.pre-commit-config.yaml
    commit start .pre-commit-config.yaml
    pre-commit install >/dev/null
}

# fresh_clone: a copy of the clone as ./fresh, with nothing built yet.
fresh_clone() { cp -R "$clone" fresh; }

version() { sed -n 's/^project(pycguard VERSION \([0-9.]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt"; }

# stand_in VERSION: a pycguard on PATH that claims that version.
stand_in() {
    rm -f "$PATH/pycguard"
    write "$PATH/pycguard" "#!/bin/sh
case \$1 in --version) echo 'pycguard $1 (libgit2 1.5.1, PCRE2 10.42)' ;; *) echo stand-in: \"\$*\" ;; esac"
    chmod +x "$PATH/pycguard"
}

@test "a commit of bytecode is refused, and one of its source alone goes through" {
    guarded_repo
    pyc pkg/m.py
    git add -f pkg
    run git commit -m 'with its cache'
    assert_status 1
    assert_output_has "$(pyc pkg/m.py)"
    git rm -rq --cached pkg/__pycache__
    git commit -qm 'source alone'
}

@test "a commit that only deletes is looked at" {
    guarded_repo
    commit 'before the hook' "$(pyc pkg/m.py)" pkg/m.py
    git rm -q pkg/m.py
    run git commit -m 'remove the source'
    assert_status 1
    assert_output_has pkg/__pycache__/m.
    git rm -rq pkg
    git commit -qm 'remove the cache too'
}

@test "run --all-files is no empty pass" {
    guarded_repo
    commit clean
    pre-commit run --all-files
    for name in pkg/m.pyc pkg/m.pyo "pkg/m\$py.class" __pycache__/x.txt -q.pyc; do
        write "./$name" x
        git add -f -- "$name"
        commit 'before the hook'
        run pre-commit run --all-files
        assert_status 1
        assert_output_has "$name"
        git rm -q -- "$name"
        commit 'and gone'
    done
    ln -s nowhere link.pyc
    commit 'a link' link.pyc
    ln -sf / link.pyc
    run pre-commit run --all-files
    assert_status 1
    assert_output_has link.pyc
}

@test "--from-ref and --to-ref: the range is judged, commit by commit" {
    guarded_repo
    base=$(git rev-parse HEAD)
    commit 'comes' "$(pyc pkg/m.py)" pkg/m.py
    cache=$(git ls-files '*.pyc')
    git rm -q "$cache"
    commit 'and goes'
    # What is staged, and what was there before, is no matter of the range.
    write staged.pyc x
    git add -f staged.pyc
    run pre-commit run --from-ref "$base" --to-ref HEAD
    assert_status 1
    assert_output_has "$cache"
    assert_output_has 'removed again by'
    assert_output_lacks staged.pyc
    pre-commit run --from-ref HEAD~1 --to-ref HEAD
    # Names are passed here, and a name that starts with a dash is one.
    git reset -q
    write ./-v.pyc x
    commit 'still there' ./-v.pyc
    run pre-commit run --from-ref HEAD~1 --to-ref HEAD
    assert_status 1
    assert_output_has -v.pyc
}

@test "names are judged beside the range, or refused, and never passed over" {
    guarded_repo
    commit 'before the range' "$(pyc pkg/m.py)" pkg/m.py
    cache=$(git ls-files '*.pyc')
    commit clean
    # The framework's own clone, which is built already.
    pre-commit run
    framework=("$PRE_COMMIT_HOME"/repo*/hook/pycguard-framework)
    export PRE_COMMIT_FROM_REF=HEAD~1 PRE_COMMIT_TO_REF=HEAD
    run "${framework[0]}" --check-staged --
    assert_status 0
    run "${framework[0]}" --check-staged -- "$cache"
    assert_status 1
    assert_output_has "$cache"
    run "${framework[0]}" --check-staged -- nowhere.pyc
    assert_status 2
    run "${framework[0]}" --check-staged --policy /dev/null nowhere.pyc
    assert_status 2
}

@test "as the framework's pre-push: what is pushed, also to a new branch and a new remote" {
    guarded_repo
    pre-commit install -t pre-push >/dev/null
    git init -q --bare ../remote.git
    git remote add origin ../remote.git
    git push -q origin main
    write m.pyc x
    git add -f m.pyc
    git commit -qm bad --no-verify
    run git push origin main
    assert_status 1
    assert_output_has m.pyc
    run git push origin main:new
    assert_status 1
    git init -q --bare ../second.git
    git remote add second ../second.git
    run git push second main
    assert_status 1
    git reset -q --hard HEAD~1
    commit good
    git push -q origin main
}

# pushes ID: what a push of one ref and of several is answered, where topic and third are bad.
pushes() {
    guarded_repo "$1"
    pre-commit install -t pre-push >/dev/null
    git init -q --bare ../remote.git
    git remote add origin ../remote.git
    git push -q origin main
    commit good
    git switch -qc topic
    commit bad "$(pyc m.py)"
    git tag -a -m one v1
    git switch -qc third main
    commit 'bad too' "$(pyc n.py)"
    git rm -rq __pycache__
    git commit -qm 'and gone'
    git switch -q main
    for refs in 'main topic' 'main third' 'main v1' --all --tags '--mirror' ':' 'refs/heads/*:refs/heads/*'; do
        # shellcheck disable=SC2086
        run git push --dry-run origin $refs
        assert_status 1
        assert_output_has 'pre-commit names one ref of a push'
        assert_output_has __pycache__/m.
    done
    assert_output_has __pycache__/n.
    for setting in push.default=matching 'remote.origin.push=refs/heads/*:refs/heads/*' remote.origin.mirror=true; do
        run git -c "$setting" push --dry-run origin
        assert_status 1
    done
    for words in 'origin main' '-u origin main:other' 'origin HEAD' '--force-with-lease --progress origin +main' 'origin main --follow-tags'; do
        # shellcheck disable=SC2086
        git push -q --dry-run $words
    done
    git config alias.up 'push --dry-run'
    git up -q origin main
    run git up origin third
    assert_status 1
    assert_output_has __pycache__/n.
    assert_output_lacks __pycache__/m.
    assert_output_lacks 'names one ref'
}

@test "of several refs in one push all are checked, of one that alone" {
    pushes pycguard
}

@test "pycguard-system, too" {
    ln -sf "$PYCGUARD" "$PATH/pycguard"
    pushes pycguard-system
}

@test "refs of a push that git does not list to the end are no pass" {
    new_repo
    commit good
    ln -sf "$PYCGUARD" "$PATH/pycguard"
    local git
    git=$(readlink -f "$PATH/git")
    rm "$PATH/git"
    printf '#!/bin/sh\n[ "$1" != for-each-ref ] || exit 1\nexec %s "$@"\n' "$git" >"$PATH/git"
    chmod +x "$PATH/git"
    export PRE_COMMIT_REMOTE_NAME=origin PRE_COMMIT_REMOTE_URL=url PRE_COMMIT_LOCAL_BRANCH=refs/heads/main
    export PRE_COMMIT_REMOTE_BRANCH=$PRE_COMMIT_LOCAL_BRANCH PRE_COMMIT_TO_REF
    PRE_COMMIT_TO_REF=$(git rev-parse HEAD)
    run "$SOURCE_ROOT/hook/pycguard-framework" --installed --check-staged --
    assert_status 2
    assert_output_has 'pycguard: cannot list what is pushed'
}

@test "a push to a remote that was never fetched, or is named like the beginning of another, is checked whole" {
    guarded_repo
    pre-commit install -t pre-push >/dev/null
    commit bad "$(pyc m.py)"
    git rm -rq __pycache__
    git commit -qm 'and gone'
    git init -q --bare ../team.git
    git init -q --bare ../alice.git
    git remote add team ../team.git
    git remote add team/alice ../alice.git
    git checkout -q --orphan elsewhere
    git commit -qm 'not what is pushed'
    for to in team "$PWD/../team.git"; do
        run git push "$to" main
        assert_status 1
        assert_output_has __pycache__/m.
    done
    git push -q --no-verify team main~2:refs/heads/main
    git push -q --no-verify team/alice main
    git switch -q main
    commit good
    run git push team main
    assert_status 1
    assert_output_has __pycache__/m.
}

@test "pycguard-tracked judges all tracked files under a policy of one's own" {
    guarded_repo pycguard-tracked 'args: [--policy, own.policy]'
    write own.policy '*.secret'
    commit 'before the hook' own.policy
    pre-commit run --all-files
    write deep/a.secret x
    git add .
    run git commit -m 'against the policy'
    assert_status 1
    assert_output_has deep/a.secret
}

@test "a merge is checked by pre-merge-commit" {
    guarded_repo
    pre-commit install -t pre-merge-commit >/dev/null
    git checkout -qb side
    commit 'bytecode from elsewhere' "$(pyc theirs/m.py)"
    git checkout -q main
    write ours.py 'x = 1'
    commit ours ours.py
    run git merge --no-edit side
    assert_output_has 'no Python bytecode'
}

@test "the language may be given too: script" {
    guarded_repo pycguard 'language: script'
    write m.pyc x
    git add -f m.pyc
    run git commit -m x
    assert_status 1
    assert_output_has m.pyc
}

@test "the language may be given too: unsupported_script" {
    [[ $(printf '%s\n' 'pre-commit 4.4.0' "$(pre-commit --version)" | sort -V | head -n 1) == 'pre-commit 4.4.0' ]] ||
        skip "$(pre-commit --version) does not know it"
    guarded_repo pycguard 'language: unsupported_script'
    write m.pyc x
    git add -f m.pyc
    run git commit -m x
    assert_status 1
    assert_output_has m.pyc
}

@test "the language may be system, with an installed pycguard" {
    stand_in "$(version)"
    guarded_repo pycguard 'language: system' 'entry: pycguard --check-staged' 'verbose: true'
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'stand-in: --check-staged --'
}

@test "an installed pycguard of the same version is used, and nothing is built" {
    fresh_clone
    stand_in "$(version)"
    run fresh/hook/pycguard-framework --check-staged -- 'a b.pyc'
    assert_status 0
    assert_output_is 'stand-in: --check-staged -- a b.pyc'
    [[ ! -e fresh/.pycguard-build ]]
}

@test "the pycguard of the active virtual environment comes first" {
    fresh_clone
    stand_in "$(version)"
    mkdir -p venv/bin
    sed 's/stand-in/of the venv/' "$PATH/pycguard" >venv/bin/pycguard
    chmod +x venv/bin/pycguard
    VIRTUAL_ENV=$WORK/venv run fresh/hook/pycguard-framework --check-staged
    assert_output_is 'of the venv: --check-staged'
    VIRTUAL_ENV=$WORK/nowhere run fresh/hook/pycguard-framework --check-staged
    assert_output_is 'stand-in: --check-staged'
}

@test "pycguard-system runs what is installed, and builds nothing" {
    stand_in 9.9.9
    guarded_repo pycguard-system 'verbose: true'
    run git commit --allow-empty -m x
    assert_status 0
    assert_output_has 'stand-in: --check-staged --'
    run pre-commit run --from-ref HEAD~1 --to-ref HEAD
    assert_status 0
    assert_output_has 'stand-in: --check-range HEAD~1..HEAD --'
    pre-commit install -t pre-push >/dev/null
    git init -q --bare ../remote.git
    git push -q --no-verify ../remote.git HEAD~1:refs/heads/main
    git remote add origin ../remote.git
    git fetch -q
    run git push origin main
    assert_status 0
    assert_output_has 'stand-in: --pre-push -- origin ../remote.git'
    for text in '' $'\n' 'exit 0'; do
        printf %s "$text" >"$PATH/pycguard"
        run git commit --allow-empty -m x
        assert_status 1
        assert_output_has 'not found, so this is unchecked and blocked'
    done
    rm "$PATH/pycguard"
    run git commit --allow-empty -m x
    assert_status 1
    assert_output_has 'not found, so this is unchecked and blocked'
}

@test "the wheel, as the README has it for an environment without a compiler" {
    lacks=$("$SOURCE_ROOT/hook/build-needs" --static)
    [[ -z $lacks ]] || skip "a static build lacks ${lacks//$'\n'/, }"
    # The build below it keeps the paths of its tools.
    PATH=$ORIGINAL_PATH cpack --config "$BUILD_ROOT/CPackConfig.cmake" -B "$WORK/packages" >cpack.log 2>&1 || skip "no wheel: $(tail -n 1 cpack.log)"
    # What an environment is made with, where there is no index.
    cp /usr/share/python-wheels/{setuptools,wheel}-*.whl packages 2>/dev/null || true
    new_repo
    readme_block framework-wheel >.pre-commit-config.yaml
    commit start .pre-commit-config.yaml
    pre-commit install >/dev/null
    # No compiler, and nothing else that builds.
    rm -f "$PATH"/{cc,gcc,clang,cmake,make,ninja,pkg-config}
    export PIP_NO_INDEX=1 PIP_FIND_LINKS=$WORK/packages
    pyc m.py m.pyc
    git add -f .
    run git commit -m 'with its cache'
    assert_status 1
    assert_output_has 'm.pyc  (added)'
    git rm -q --cached m.pyc
    git commit -qm 'source alone'
    commit 'and the cache' m.pyc
    git rm -q --cached m.pyc
    git commit -qm 'and gone'
    pre-commit install -t pre-push >/dev/null
    git init -q --bare ../remote.git
    run git push ../remote.git main
    assert_status 1
    assert_output_has 'm.pyc'
    commit 'before the hook' m.pyc
    run pre-commit run --all-files
    assert_status 1
    assert_output_has m.pyc
}

@test "two that build at once both get a binary, and leave nothing else" {
    fresh_clone
    # Neither is done before the other has begun, and what the compiler gives is the binary under test.
    cmake=$(readlink "$PATH/cmake")
    rm "$PATH/cmake"
    write "$PATH/cmake" "#!/bin/sh
[ \"\$1\" = --build ] || exec '$cmake' \"\$@\"
touch '$WORK/begun.'\$\$
for _ in \$(seq 600); do [ \$(ls '$WORK' | grep -c begun) != 2 ] || break; sleep 0.1; done
cp '$PYCGUARD' \"\$2/pycguard\""
    chmod +x "$PATH/cmake"
    fresh/hook/pycguard-framework --version >first &
    one=$!
    fresh/hook/pycguard-framework --version >second
    wait $one
    grep -F "pycguard $(version) " first second
    [[ $(ls -A fresh/.pycguard-build) == pycguard ]]
    [[ -z $(git -C fresh status --porcelain) ]]
}

@test "what a build lacks is said in one line, whatever PYCGUARD_OPTIONAL says" {
    fresh_clone
    rm -f "$PATH"/{cmake,pkg-config}
    export PYCGUARD_OPTIONAL=1
    run --separate-stderr fresh/hook/pycguard-framework --check-staged
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'missing cmake, pkg-config, libgit2, libpcre2-8, jansson'
    ! command -v apt-get >/dev/null || assert_stderr_has 'libgit2-dev'
    # Nor is the command unknown to who is not root and has no sudo.
    rm -f "$PATH"/{id,sudo}
    write "$PATH/id" $'#!/bin/sh\necho 1000'
    chmod +x "$PATH/id"
    run --separate-stderr fresh/hook/pycguard-framework --check-staged
    assert_status 2
    assert_stderr_is_one_line
    ! command -v apt-get >/dev/null || assert_stderr_has 'apt-get install -q -y --no-install-recommends cmake pkg-config libgit2-dev libpcre2-dev libjansson-dev as root'

    # Neither another version nor a binary that does not start will do.
    stand_in "$(version).9"
    write fresh/.pycguard-build/pycguard $'#!/bin/sh\nexit 127'
    chmod +x fresh/.pycguard-build/pycguard
    run --separate-stderr fresh/hook/pycguard-framework --check-staged
    assert_status 2
    assert_stderr_has 'missing cmake'
}

@test "a build that fails is said in one line, which names the log" {
    fresh_clone
    write fresh/src/base/error.h 'this is not C'
    run --separate-stderr fresh/hook/pycguard-framework --check-staged
    assert_status 2
    [[ $stderr == 'pycguard: building'*$'\n''pycguard: the build failed'* ]] || fail
    log=${stderr#*\'}
    grep -q error "${log%\'*}"
    [[ $(ls -A fresh/.pycguard-build) == build.log ]]
}

@test "the rule that people paste: what the guide says of it" {
    new_repo
    readme_block six-lines >.pre-commit-config.yaml
    write shop/m.py 'x = 1'
    commit 'a tracked cache' "$(pyc shop/m.py shop/m.pyc)" .
    pre-commit install >/dev/null
    write new.pyc x
    git add -f new.pyc
    run git commit -m adds
    assert_status 1
    git rm -q --cached new.pyc
    git mv shop/m.py shop/n.py
    git commit -qm 'makes a ghost'
    git rm -q --cached shop/m.pyc
    git commit -qm fixes
}
