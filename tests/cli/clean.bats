#!/usr/bin/env bats
# --clean: deletes misleading bytecode from disk, with --all all of it, and nothing else.

load helper

# A tree with one honest cache and a misleading one of each kind; prints nothing, needs no repository.
with_misleading() {
    mkdir -p tree
    cd tree || return
    honest=$(pyc pkg/honest.py)
    orphan=$(pyc pkg/orphan.py)
    ghost=pkg/migrations/0002_old.pyc
    write pkg/migrations/__init__.py ''
    pyc pkg/migrations/0002_old.py "$ghost" >/dev/null
    stale=$(pyc pkg/stale.py)
    unchecked=pkg/__pycache__/unchecked.cpython-$("$PYTHON" -c 'import sys; print("%d%d" % sys.version_info[:2])').pyc
    write pkg/unchecked.py 'x = 1'
    "$PYTHON" -I -m compileall -q --invalidation-mode unchecked-hash pkg/unchecked.py
    rm pkg/orphan.py pkg/migrations/0002_old.py
    write pkg/stale.py 'x = 12345'
    write pkg/unchecked.py 'y = 1'
    misleading=("$orphan" "$stale" "$unchecked" "$ghost")
}

files() { find . -path ./.git -prune -o -type f -print | sort; }
is_there() { [[ -e $1 || -L $1 ]] || fail "is gone: $1"; }
is_gone() { [[ ! -e $1 && ! -L $1 ]] || fail "is still there: $1"; }

@test "deletes what misleads, keeps what is honest, and counts" {
    with_misleading
    before=$(files)
    run_pycguard --clean
    assert_status 0
    for file in "${misleading[@]}"; do
        is_gone "$file"
        assert_output_has "  $file"
    done
    is_there "$honest"
    assert_output_has 'pycguard: deleted 4 files, '
    [[ $(comm -23 <(echo "$before") <(files) | wc -l) == 4 ]]
    run_pycguard --check-worktree
    assert_status 0
}

@test "once more: nothing to do, silently" {
    with_misleading
    "$PYCGUARD" --clean -q
    before=$(files)
    run_pycguard --clean
    assert_status 0
    assert_no_output
    [[ -z $stderr && $(files) == "$before" ]]
    run_pycguard --clean -v
    assert_output_is 'pycguard: no misleading bytecode found'
}

@test "a dry run says what it would do, and does not" {
    with_misleading
    before=$(files)
    run_pycguard --clean --dry-run
    assert_status 1
    for file in "${misleading[@]}"; do assert_output_has "  $file"; done
    assert_output_has 'would delete 4 files'
    [[ $(files) == "$before" ]]
    [[ $("$PYCGUARD" --clean -n -z | tr '\0' '\n' | sort) == "$(printf '%s\n' "${misleading[@]}" | sort)" ]]
}

@test "--all: honest caches too, and the __pycache__ that this empties" {
    with_misleading
    pyc other/m.py >/dev/null
    write other/__pycache__/notes.txt text
    mkdir empty empty/__pycache__
    run_pycguard --clean --all
    assert_status 0
    assert_output_has 'and 2 empty directories'
    is_gone pkg/__pycache__
    is_there other/__pycache__/notes.txt
    is_gone empty/__pycache__
    [[ -z $(find . -name '*.pyc') ]]
    [[ $(find . -name '*.py' | wc -l) == 5 ]]
}

@test "--all goes with no other verb" {
    run_pycguard --check-worktree --all
    assert_status 2
    assert_stderr_is_one_line
}

@test "what the policy allows stays" {
    with_misleading
    write .pycguard '!pkg/migrations/*.pyc'
    "$PYCGUARD" --clean --all -q
    is_there "$ghost"
    is_gone "$orphan"
    write ../policy '!*'
    pyc pkg/honest.py >/dev/null
    "$PYCGUARD" --policy ../policy --clean --all -q
    is_there "$honest"
}

@test "a line of the user's policy is no reason to delete" {
    with_misleading
    write .pycguard '*.txt
__pycache__/*.log'
    write pkg/notes.txt text
    write pkg/__pycache__/x.log text
    "$PYCGUARD" --clean --all -q
    is_there pkg/notes.txt
    is_there pkg/__pycache__/x.log
}

@test "outside of __pycache__, only what is bytecode by content" {
    jython="\$py.class"
    mkdir d
    write d/text.pyc 'these are notes'
    write d/empty.pyc ''
    : >d/nothing.pyc
    write d/real.pyd MZ
    printf '\xca\xfe\xba\xbe\0\0' >"d/ghost$jython"
    write "d/text$jython" text
    pyc d/gone.py d/gone.pyc >/dev/null
    rm d/gone.py
    run_pycguard --clean --all d
    assert_status 1
    assert_output_has 'other contents'
    assert_output_has d/text.pyc
    is_there d/text.pyc
    is_there d/empty.pyc
    is_there d/nothing.pyc
    is_there d/real.pyd
    is_there "d/text$jython"
    is_gone d/gone.pyc
    is_gone "d/ghost$jython"
}

@test "what git tracks stays, and is named" {
    with_misleading
    git init -q
    git add -f "$ghost" "$honest"
    run_pycguard --clean --all
    assert_status 1
    assert_output_has 'kept 2 files that git tracks'
    assert_output_has 'pycguard --untrack'
    is_there "$ghost"
    is_there "$honest"
    is_gone "$orphan"
    "$PYCGUARD" --untrack -q
    run_pycguard --clean --all
    assert_status 0
    is_gone "$ghost"
}

@test "what git tracks stays: from above, from below, in a submodule, in a linked worktree" {
    with_misleading
    git init -q
    git add -f "$ghost"
    git commit -qm ghost
    git worktree add -q ../linked
    git init -q ../outer
    git -C ../outer submodule --quiet add "$PWD" sub
    cd ..
    run_pycguard --clean
    assert_status 1
    for dir in tree linked outer/sub; do is_there "$dir/$ghost"; done
    is_gone "tree/$orphan"
    cd "tree/pkg/migrations"
    run_pycguard --clean
    assert_status 1
    is_there 0002_old.pyc
    cd /
    run_pycguard --clean "$WORK/tree/pkg/migrations"
    assert_status 1
    is_there "$WORK/tree/$ghost"
}

@test "what the repository of GIT_DIR tracks stays" {
    with_misleading
    git init -q --bare ../dotfiles
    git --git-dir=../dotfiles --work-tree=. add -f "$ghost"
    GIT_DIR=../dotfiles GIT_WORK_TREE=. run_pycguard --clean
    assert_status 1
    is_there "$ghost"
    is_gone "$orphan"
}

@test "a repository that cannot be read: its files stay, the others go" {
    with_misleading
    cp -r pkg other
    git init -q other
    write other/.git/index 'this is no index, and it is long enough to look like one'
    run_pycguard --clean
    assert_status 2
    assert_stderr_has 'cannot tell whether'
    is_there other/migrations/0002_old.pyc
    is_gone "$ghost"
}

@test "a repository of another owner is no hindrance" {
    ((EUID == 0)) || skip 'only root can give files away'
    with_misleading
    git init -q
    git add -f "$ghost"
    git config --global --unset-all safe.directory
    chown -R 12345:12345 .
    run_pycguard --clean
    assert_status 1
    is_there "$ghost"
    is_gone "$orphan"
}

@test "links are not followed out of the tree, nor round in a loop" {
    with_misleading
    cp -r . ../outside
    ln -s ../outside link
    ln -s .. pkg/loop
    ln -s ../../../outside/pkg/__pycache__ pkg/migrations/__pycache__
    before=$(cd ../outside && files)
    run_pycguard --clean --all
    assert_status 1
    assert_output_has 'behind a symbolic link'
    assert_output_has '  pkg/migrations/__pycache__/stale.'
    [[ $(cd ../outside && files) == "$before" ]]
    is_gone "$ghost"
}

@test "a link with the name of bytecode goes, what it leads to stays" {
    with_misleading
    mv "$ghost" ../real.bin
    ln -s "$WORK/real.bin" "$ghost"
    run_pycguard --clean
    assert_status 0
    is_gone "$ghost"
    is_there ../real.bin
}

@test "node_modules and git directories, by name or by content, are left alone unless named" {
    with_misleading
    mkdir -p node_modules/x .git
    git init -q --bare mirror
    for dir in node_modules/x .git mirror; do cp -r pkg "$dir"; done
    run_pycguard --clean --all
    for dir in node_modules/x .git mirror; do is_there "$dir/$ghost"; done
    rm -r .git
    run_pycguard --clean mirror node_modules
    assert_status 0
    is_gone "mirror/$ghost"
    is_gone "node_modules/x/$ghost"
}

@test "environments are kept and named, unless they are named or all is to go" {
    with_misleading
    mkdir -p venv conda/conda-meta old/bin old/lib win/Scripts win/Lib
    write venv/pyvenv.cfg home
    touch old/bin/{activate,python} win/Scripts/{activate,python.exe}
    for dir in venv conda old/lib win/Lib; do cp -r pkg "$dir"; done
    rm "$ghost"
    mkdir venv/__pycache__
    run_pycguard --clean -n
    assert_status 1
    run_pycguard --clean
    assert_status 0
    for dir in venv conda old/lib win/Lib; do is_there "$dir/$ghost"; done
    is_there venv/__pycache__
    assert_output_has 'kept 4 directories with a Python environment'
    for dir in venv conda old win; do assert_output_has "  $dir/"; done
    run_pycguard --check-worktree
    assert_status 0
    run_pycguard --clean venv old/lib
    assert_status 0
    is_gone "venv/$ghost"
    is_gone "old/lib/$ghost"
    is_there "conda/$ghost"
    run_pycguard --clean --all
    assert_status 0
    is_gone "conda/$ghost"
    is_gone "win/Lib/$ghost"
    # An environment that has nothing of that kind is not worth a word.
    run_pycguard --clean
    assert_no_output
}

@test "a program that was shipped compiled stays, unless all is to go" {
    write run.py 'import acme'
    for file in acme/__init__ acme/sub/m site/other/__init__ site/single; do pyc "lib/$file.py" "lib/$file.pyc" >/dev/null; done
    pyc lib/acme/m.py >/dev/null
    pyc mine/__init__.py mine/__init__.pyc >/dev/null
    pyc mine/sub/__init__.py mine/sub/__init__.pyc >/dev/null
    rm -r mine/sub/__init__.py
    find lib -name '*.py' -delete
    write lib/site/beside.py 'x = 1'
    run_pycguard --clean
    assert_status 1
    assert_output_has 'of compiled files only (--all deletes these too)'
    for dir in acme acme/sub site/other; do assert_output_has "  lib/$dir/"; done
    is_there lib/acme/__init__.pyc
    is_there lib/acme/sub/m.pyc
    is_there lib/site/other/__init__.pyc
    # Beside a source, and below a package that has one; and what no import looks at.
    is_gone lib/site/single.pyc
    is_gone mine/sub/__init__.pyc
    is_gone lib/acme/__pycache__
    run_pycguard --clean --all
    assert_status 0
    is_gone lib/acme/__init__.pyc
}

@test "a __pycache__ goes when it is empty, or becomes so" {
    mkdir -p old/__pycache__ kept/__pycache__/sub deep/__pycache__/__pycache__
    orphan=$(pyc gone/m.py)
    rm gone/m.py
    run_pycguard --clean -n
    assert_status 1
    run_pycguard --clean
    assert_status 0
    is_gone "$orphan"
    is_gone gone/__pycache__
    is_gone old/__pycache__
    is_gone deep/__pycache__/__pycache__
    is_there kept/__pycache__/sub
    run_pycguard --clean gone
    assert_no_output
    mkdir gone/__pycache__
    run_pycguard --clean gone/__pycache__
    assert_status 0
    is_gone gone/__pycache__
}

@test "what a link led to, and has gone in its own place, is not kept" {
    mkdir a
    write b/m.py ''
    pyc b/gone.py b/gone.pyc
    pyc b/__pycache__/gone.py b/__pycache__/gone.cpython-311.pyc
    pyc c/gone.py c/kept.cpython-311.pyc
    find . -name gone.py -delete
    ln -s ../b/__pycache__ a/__pycache__
    ln -s ../c b/caches
    run_pycguard --clean -n
    assert_output_has 'kept 1 file behind'
    run_pycguard --clean
    assert_status 0
    assert_output_lacks 'kept 1 file behind'
}

@test "with core.ignoreCase, what is tracked in other letters stays" {
    with_misleading
    git init -q .
    git config core.ignoreCase true
    tracked=${ghost/pkg/PKG}
    git update-index --add --cacheinfo "100644,$(git hash-object -w "$ghost"),${tracked/pyc/Pyc}"
    run_pycguard --clean
    assert_status 1
    is_there "$ghost"
    is_gone "$orphan"
    assert_output_has "$ghost"
    git config core.ignoreCase false
    run_pycguard --clean
    assert_status 0
    is_gone "$ghost"
}

@test "a repository that is damaged: nothing that it tracked goes" {
    with_misleading
    git init -q
    git add -f "$ghost"
    git commit -qm ghost
    for part in HEAD index objects; do
        mv .git/$part .git/was
        run_pycguard --clean
        assert_status 2
        assert_stderr_has 'cannot tell whether'
        is_there "$ghost"
        mv .git/was .git/$part
    done
    mv .git/index .git/other
    GIT_INDEX_FILE=$PWD/.git/other run_pycguard --clean
    assert_status 2
    is_there "$ghost"
    git read-tree --empty
    GIT_INDEX_FILE=$PWD/.git/other run_pycguard --clean
    assert_status 1
    is_there "$ghost"
    GIT_INDEX_FILE=$PWD/nowhere run_pycguard --clean
    assert_status 2
    is_there "$ghost"
    rm -r .git
    write .git 'gitdir: /nowhere'
    run_pycguard --clean
    assert_status 2
    is_there "$ghost"
    rm .git
    mkdir .git
    GIT_INDEX_FILE=$PWD/nowhere run_pycguard --clean
    assert_status 0
    is_gone "$ghost"
}

@test "what git tracks stays where core.bare says that there is no work tree" {
    with_misleading
    mkdir deep
    cp "$ghost" deep/gone.pyc
    git init -q
    git add -f "$ghost" deep/gone.pyc
    git config core.bare true
    run_pycguard --clean --all
    assert_status 1
    assert_output_has 'kept 2 files that git tracks'
    is_there "$ghost"
    (cd deep && run_pycguard --clean --all && assert_status 1)
    is_there deep/gone.pyc
    is_gone "$orphan"
}

@test "an empty .git does not hide the repository above" {
    with_misleading
    git init -q
    git add -f "$ghost"
    mkdir pkg/.git
    run_pycguard --clean
    assert_status 1
    is_there "$ghost"
}

@test "a signal while files are deleted: says how many went" {
    mkdir -p a/__pycache__
    (cd a/__pycache__ && touch m{1..20000}.cpython-313.pyc)
    setsid "$PYCGUARD" --clean >out 2>&1 &
    pid=$!
    for _ in {1..500}; do
        [[ -e a/__pycache__/m1.cpython-313.pyc ]] || break
        sleep 0.01
    done
    kill -TERM "$pid" || true
    status=0
    wait "$pid" || status=$?
    [[ $status == 143 ]] || skip "too quick, or another status: $status"
    grep -q '^pycguard: interrupted' out
    grep -Eq '^pycguard: deleted [0-9]+ files, ' out
    went=$(sed -n 's/^pycguard: deleted \([0-9]*\) files.*/\1/p' out)
    [[ $(find a -name '*.pyc' | wc -l) == $((20000 - went)) ]]
}

@test "a __pycache__ that is named: honest caches stay honest" {
    with_misleading
    run_pycguard --clean pkg/__pycache__/
    assert_status 0
    assert_output_has "  $orphan"
    is_there "$honest"
    is_gone "$orphan"
    is_there "$ghost"
    pyc pkg/orphan.py >/dev/null
    rm pkg/orphan.py
    cd pkg/__pycache__
    run_pycguard --clean
    assert_status 0
    assert_output_has "  ../__pycache__/orphan."
    is_gone "../../$orphan"
    is_there "../../$honest"
    run_pycguard --check-worktree
    assert_status 0
}

@test "odd names" {
    for dir in ' a' $'new\nline' $'\xff' '-n' '*' '"q"' $'\xe2\x80\xae'; do
        pyc "./$dir/m.py" >/dev/null
        rm "./$dir/m.py"
    done
    run_pycguard --clean
    assert_status 0
    assert_output_lacks $'\xe2\x80\xae'
    assert_output_has '"new\nline/__pycache__'
    [[ -z $(find . -name '*.pyc') ]]
}

@test "what cannot be deleted is named, and the rest is done" {
    with_misleading
    cp -r pkg other
    if ((EUID == 0)); then
        command -v setpriv >/dev/null || skip 'no setpriv'
        chmod go+rx "$WORK"
        chown -R 65534:65534 .
        chmod a-w other/migrations
        run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$PYCGUARD" --clean
    else
        chmod a-w other/migrations
        run_pycguard --clean
    fi
    assert_status 2
    assert_stderr_has "cannot delete 'other/migrations/0002_old.pyc': Permission denied"
    assert_output_has 'deleted 7 files'
    is_there other/migrations/0002_old.pyc
    is_gone "$ghost"
}

@test "a directory that cannot be read is named, and the rest is done" {
    with_misleading
    run_pycguard --clean none pkg
    assert_status 2
    assert_stderr_has "'none'"
    is_gone "$ghost"
}

@test "a tree that changes underneath: nothing is deleted through a link" {
    mkdir -p tree/a/__pycache__ tree/z outside
    (cd tree/a/__pycache__ && touch m{1..4000}.cpython-313.pyc)
    for i in {1..40}; do write "outside/m$i.cpython-313.pyc" keep; done
    cp -r outside tree/z/__pycache__
    "$PYCGUARD" --clean -q tree &
    # It has begun to delete, so it has planned to delete what is in z.
    while [[ -e tree/a/__pycache__/m1.cpython-313.pyc ]]; do :; done
    mv tree/z/__pycache__ spare
    ln -s "$PWD/outside" tree/z/__pycache__
    [[ -n $(ls tree/a/__pycache__) ]] || skip 'this machine was too slow to change it in time'
    wait $!
    [[ $(find outside -type f | wc -l) == 40 ]] || fail 'deleted through a link'
    [[ $(find spare -type f | wc -l) == 40 ]]
}

@test "a cache whose source comes back, and one that is renewed, are not deleted any more" {
    mkdir -p tree/a/__pycache__ tree/z
    (cd tree/a/__pycache__ && touch m{1..4000}.cpython-313.pyc)
    back=$(pyc tree/z/back.py)
    renewed=$(pyc tree/z/renewed.py)
    mv tree/z/back.py .
    write tree/z/renewed.py 'x = 12345'
    "$PYCGUARD" --clean -q tree &
    while [[ -e tree/a/__pycache__/m1.cpython-313.pyc ]]; do :; done
    mv back.py tree/z
    pyc tree/z/renewed.py >/dev/null
    [[ -n $(ls tree/a/__pycache__) ]] || skip 'this machine was too slow to change it in time'
    wait $!
    is_there "$back"
    is_there "$renewed"
}

@test "two runs at once: both end well" {
    mkdir -p tree/__pycache__
    for _ in {1..5}; do
        for i in {1..300}; do : >"tree/__pycache__/m$i.cpython-313.pyc"; done
        "$PYCGUARD" --clean --all -q tree &
        "$PYCGUARD" --clean --all -q tree
        wait $!
        is_gone tree/__pycache__
        mkdir tree/__pycache__
    done
}

@test "the command that a report ends in fixes it" {
    with_misleading
    run_pycguard --check-worktree pkg/migrations pkg
    assert_status 1
    fix=$(grep -A1 '^Delete' <<<"$output" | tail -1)
    sh -c "$fix"
    run_pycguard --check-worktree
    assert_status 0
}
