#!/usr/bin/env bats
# What a cache is held against: sources of another suffix, text that a checkout changes, objects that are
# not here, and links that stand for a directory of caches.

load helper

setup() {
    start_clean
    new_repo
}

# cache_of FILE [MODE]: what SourceFileLoader writes for a source of whatever suffix, or py_compile in that mode.
cache_of() {
    "$PYTHON" -I -c 'import importlib.util, py_compile, sys
modes = {"": None, "checked": py_compile.PycInvalidationMode.CHECKED_HASH, "unchecked": py_compile.PycInvalidationMode.UNCHECKED_HASH}
py_compile.compile(sys.argv[1], importlib.util.cache_from_source(sys.argv[1]), doraise=True, invalidation_mode=modes[(sys.argv[2:] or [""])[0]])' "$@"
}

tag() { "$PYTHON" -I -c 'import sys; print(sys.implementation.cache_tag)'; }

# --- sources of another suffix ------------------------------------------------------------------------

@test "the source of a cache may have another suffix: its size, or its hash, is the header's" {
    for mode in '' checked unchecked; do
        rm -rf conf
        write conf/gunicorn.conf 'workers = 1'
        write conf/tool.v2.wsgi 'x = 22222'
        write conf/gui.pyw 'x = 333333333'
        write conf/script 'x = 4444'
        for file in conf/*; do cache_of "$file" "$mode"; done
        # Python puts no dot there, whoever copies its way of naming does.
        mv conf/__pycache__/script"$(tag).pyc" conf/__pycache__/script."$(tag).pyc"
        git add -f .
        judge --check-tracked
        assert_judged 1 "error bytecode conf/__pycache__/gui.$(tag).pyc" \
            "error bytecode conf/__pycache__/gunicorn.$(tag).pyc" \
            "error bytecode conf/__pycache__/script.$(tag).pyc" "error bytecode conf/__pycache__/tool.v2.$(tag).pyc"
        judge
        assert_judged 1 "error bytecode conf/__pycache__/gui.$(tag).pyc" \
            "error bytecode conf/__pycache__/gunicorn.$(tag).pyc" \
            "error bytecode conf/__pycache__/script.$(tag).pyc" "error bytecode conf/__pycache__/tool.v2.$(tag).pyc"
        [[ $(jq -r '.findings[1].source' <<<"$json") == conf/gunicorn.conf ]] || fail
        run "$PYCGUARD" --check-worktree
        assert_status 0
        run "$PYCGUARD" --clean -n
        assert_status 0
    done
    git commit -qm caches
    judge --check-range HEAD --
    assert_judged 1 "error bytecode conf/__pycache__/gui.$(tag).pyc" \
        "error bytecode conf/__pycache__/gunicorn.$(tag).pyc" \
        "error bytecode conf/__pycache__/script.$(tag).pyc" "error bytecode conf/__pycache__/tool.v2.$(tag).pyc"
}

@test "a file of that stem that does not fit is no source, nor is bytecode, a directory or a link" {
    write gui.pyw 'x = 1'
    cache_of gui.pyw
    write gui.pyw 'x = 12345'
    write gui.pyc 'x = 1'
    write gui.d/x 'x = 1'
    write other.pyw 'x = 1'
    ln -s other.pyw gui.link
    git add -f .
    judge --check-tracked
    assert_judged 1 "error orphaned-cache __pycache__/gui.$(tag).pyc" 'error ghost-module gui.pyc'
    run "$PYCGUARD" --check-worktree
    assert_status 1
    # a longer stem is another module's
    write guid.pyw 'x = 1'
    write guid 'x = 1'
    write gui-d 'x = 1'
    git add -f .
    judge --check-tracked
    assert_judged 1 "error orphaned-cache __pycache__/gui.$(tag).pyc" 'error ghost-module gui.pyc'
}

@test "a commit that removes a source of another suffix makes the orphan, one that edits it does not" {
    local file cache
    for file in gui.pyw gunicorn.conf tool.v2.wsgi script; do
        rm -rf "$WORK/of"
        new_repo "$WORK/of"
        write "pkg/$file" 'x = 1'
        write pkg/README.md 'x = 22'
        cache=pkg/__pycache__/${file%.*}.$(tag).pyc
        "$PYTHON" -I -c 'import py_compile, sys; py_compile.compile(*sys.argv[1:], doraise=True)' "pkg/$file" "$cache"
        commit start .
        write "pkg/$file" 'x = 333'
        git rm -q pkg/README.md
        git add pkg
        judge
        assert_judged 0 "warning orphaned-cache $cache"
        commit edited
        judge --check-range HEAD^..HEAD
        assert_judged 0
        git revert -n HEAD
        commit back
        git rm -q "pkg/$file"
        judge
        assert_judged 1 "error orphaned-cache $cache"
        commit removed
        judge --check-range HEAD^..HEAD
        assert_judged 1 "error orphaned-cache $cache"
        judge --check-range --squash HEAD~3..HEAD
        assert_judged 1 "error orphaned-cache $cache"
        git rm -q "$cache"
        judge
        assert_judged 0
    done
}

# --- text that a checkout changes -------------------------------------------------------------------------

# Commits m.py with a cache that does not fit it in git, under such attributes.
changed_text() {
    write pkg/m.py 'x = 1'
    cache_of pkg/m.py "${1:-}"
    write pkg/m.py 'x = 12345'
    touch -d '2001-01-01' pkg/m.py
}

@test "where attributes change the text at checkout, neither size nor hash tells anything" {
    changed_text
    git add -f .
    judge --check-tracked
    assert_judged 1 "error stale-cache pkg/__pycache__/m.$(tag).pyc"
    for attribute in 'filter=git-crypt' 'ident' 'working-tree-encoding=UTF-16'; do
        write .gitattributes "*.py $attribute"
        git add .gitattributes 2>/dev/null
        judge --check-tracked
        assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
        [[ $(jq -r '.findings[0].loads' <<<"$json") == unknown ]] || fail "$attribute"
        judge
        assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
    done
    for attribute in 'text' 'eol=lf' '-filter' '!ident' 'diff=python'; do
        write .gitattributes "*.py $attribute"
        git add .gitattributes
        judge --check-tracked
        assert_judged 1 "error stale-cache pkg/__pycache__/m.$(tag).pyc"
    done
    write .gitattributes '*.txt filter=lfs'
    write pkg/.gitattributes 'm.* filter=x'
    git add .gitattributes pkg/.gitattributes
    judge --check-tracked
    assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
    git rm -q --cached pkg/.gitattributes
    judge --check-tracked
    assert_judged 1 "error stale-cache pkg/__pycache__/m.$(tag).pyc"
    write .git/info/attributes '*.py ident'
    judge --check-tracked
    assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
}

@test "of a source that is a link, the attributes are those of the file that it leads to" {
    write shared/real.py 'x = 1'
    mkdir pkg
    ln -s ../shared/real.py pkg/m.py
    cp shared/real.py pkg/n.py
    cache_of pkg/n.py
    mv pkg/__pycache__/n."$(tag).pyc" pkg/__pycache__/m."$(tag).pyc"
    write shared/real.py 'x = 12345'
    for pattern in 'shared/*:bytecode' 'pkg/*:stale-cache'; do
        write .gitattributes "${pattern%:*} filter=git-crypt"
        git add -f .
        judge --check-tracked
        assert_judged 1 "error ${pattern#*:} pkg/__pycache__/m.$(tag).pyc"
    done
}

@test "the attributes are those of the commit that is judged, not those of the index" {
    local path
    path="pkg/__pycache__/m.$(tag).pyc"
    changed_text
    write .gitattributes '*.bin filter=lfs'
    git add -f .
    commit stale
    write pkg/.gitattributes '*.py ident'
    write '!x/.gitattributes' '*.txt ident' # sorts before the file at the top
    git add pkg/.gitattributes '!x'
    touch "$path" && printf x >>"$path" && git add -f "$path"
    commit unknown
    git rm -q --cached pkg/.gitattributes
    printf y >>"$path" && git add -f "$path"
    commit stale
    write .gitattributes '* filter=lfs' # of the index alone
    git add .gitattributes
    git clone -q --bare . "$WORK/bare.git"
    for place in . "$WORK/bare.git"; do
        judge -C "$place" --check-range main~2..main~1
        assert_judged 1 "error bytecode $path"
        judge -C "$place" --check-range main~1..main
        assert_judged 1 "error stale-cache $path"
        judge -C "$place" --check-history main~2
        assert_judged 1 "error stale-cache $path"
    done
}

@test "attributes that are not here are not taken for none" {
    local path id
    path="pkg/__pycache__/m.$(tag).pyc"
    changed_text
    write .gitattributes '*.txt ident'
    write pkg/.gitattributes '*.py ident'
    git add -f .
    commit start
    for file in pkg/.gitattributes .gitattributes; do
        id=$(git rev-parse ":$file")
        rm -f ".git/objects/${id:0:2}/${id:2}"
        assert_refuses "cannot read '$file': cannot read object '$id'" --check-tracked
        assert_refuses "cannot read '$file'" --check-range HEAD --
        assert_refuses "cannot read '$file'" --explain "$path"
        judge # what can only be a warning does without
        assert_judged 0 "warning bytecode $path"
        git hash-object -w "$file" >"$WORK/out"
    done
    judge --check-tracked
    assert_judged 1 "error bytecode $path"
}

@test "an unchecked cache of text that a checkout changes is loaded, whatever the text is" {
    changed_text unchecked
    write .gitattributes '*.py ident'
    git add -f .
    judge
    assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
    [[ $(jq -r '.findings[0].loads' <<<"$json") == cache ]] || fail
    git commit -qm changed
    judge --check-range HEAD --
    assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
}

@test "no filter is run to learn what a checkout changes" {
    git config filter.trace.clean "touch $WORK/ran; cat"
    git config filter.trace.smudge "touch $WORK/ran; cat"
    git config filter.trace.process "touch $WORK/ran; exit 1"
    changed_text
    git add -f .
    write .gitattributes '*.py filter=trace'
    git add .gitattributes
    rm -f "$WORK/ran"
    judge --check-tracked
    assert_judged 1 "error bytecode pkg/__pycache__/m.$(tag).pyc"
    [[ ! -e $WORK/ran ]] || fail 'a filter was run'
}

# --- objects that are not here ------------------------------------------------------------------------

@test "what can only be a warning is said without objects that are not here" {
    changed_text unchecked
    write ghost.pyc x
    commit old .
    git rm -rqf --cached --ignore-unmatch nothing
    for path in pkg/m.py pkg/__pycache__/*.pyc ghost.pyc; do
        id=$(git rev-parse ":$path")
        rm -f ".git/objects/${id:0:2}/${id:2}"
    done
    write new.txt x
    git add new.txt
    for options in -q -v --format=json; do
        run "$PYCGUARD" "$options"
        assert_status 0
    done
    judge
    assert_judged 0 'warning ghost-module ghost.pyc' "warning bytecode pkg/__pycache__/m.$(tag).pyc"
    # What has lost its source is known by that, and what is named is judged as it is.
    git rm -q --cached pkg/m.py
    judge
    assert_judged 1 'warning ghost-module ghost.pyc' "error orphaned-cache pkg/__pycache__/m.$(tag).pyc"
    git reset -q
    assert_refuses 'cannot read' "$(git ls-files 'pkg/*.pyc')"
    # What this commit does needs its bytes.
    cp pkg/__pycache__/*.pyc pkg/__pycache__/m.cpython-399.pyc
    git add -f pkg/__pycache__/m.cpython-399.pyc
    id=$(git rev-parse :pkg/__pycache__/m.cpython-399.pyc)
    rm -f ".git/objects/${id:0:2}/${id:2}"
    assert_refuses 'cannot read' -v
    assert_refuses 'cannot read' --check-tracked
}

# --- links ----------------------------------------------------------------------------------------------

@test "a source that is a link is the text that it leads to, through links of directories too" {
    write shared/v1/real.py 'x = 1'
    ln -s v1 shared/now
    mkdir pkg
    cp shared/v1/real.py pkg/m.py
    cache_of pkg/m.py
    while read -r target rule loads; do
        for text in 'x = 1' 'x = 12345'; do
            write shared/v1/real.py "$text"
            ln -sfn "$target" pkg/m.py
            git add -f .
            judge --check-tracked
            assert_judged 1 "error ${rule%:*} pkg/__pycache__/m.$(tag).pyc"
            [[ $(jq -r '.findings[0].loads' <<<"$json") == "${loads%:*}" ]] || fail "$target: $json"
            rule=${rule#*:} loads=${loads#*:}
        done
    done <<<'../shared/v1/real.py bytecode:stale-cache cache-if-mtime-kept:source
../shared/now/real.py bytecode:stale-cache cache-if-mtime-kept:source
.././pkg/..//shared/now/../now/real.py bytecode:stale-cache cache-if-mtime-kept:source
../shared/now orphaned-cache nothing
../shared/v2/real.py orphaned-cache nothing
m.py orphaned-cache nothing
. orphaned-cache nothing
../../outside.py bytecode unknown
/etc/hostname bytecode unknown'
}

@test "a link named __pycache__ counts as the directory" {
    write pkg/m.py 'x = 1'
    commit start .
    ln -s ../elsewhere pkg/__pycache__
    git add -f pkg
    for options in -q -z -v; do
        run "$PYCGUARD" "$options"
        assert_status 1
    done
    judge
    assert_judged 1 'error bytecode pkg/__pycache__'
    judge --check-tracked
    assert_judged 1 'error bytecode pkg/__pycache__'
    run_pycguard --check-tracked
    [[ $output != *'.pycguard allows'* ]] || fail "$output" # there is none
    run_pycguard --explain pkg/__pycache__
    [[ $output != *'.pycguard on disk'* ]] || fail "$output"
    assert_output_has 'not in HEAD, on disk'
    write .pycguard '!/pkg/__pycache__'
    run_pycguard --check-tracked
    assert_output_has '.pycguard allows this, but is not staged'
    rm .pycguard
    git commit -qm link
    judge
    assert_judged 0 'warning bytecode pkg/__pycache__'
    judge --check-range HEAD^..HEAD
    assert_judged 1 'error bytecode pkg/__pycache__'
    write .pycguard '!/pkg/__pycache__'
    git add .pycguard
    judge --check-tracked
    assert_judged 0
    git rm -qf .pycguard
    "$PYCGUARD" --untrack -q
    [[ -L pkg/__pycache__ && -z $(git ls-files pkg/__pycache__) ]] || fail
    # A file of that name, or a link of another, is nothing.
    rm pkg/__pycache__
    write pkg/__pycache__ x
    ln -s x pkg/__pycache__x
    git add -f pkg
    judge --check-tracked
    assert_judged 0
}
