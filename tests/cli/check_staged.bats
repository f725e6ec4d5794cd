#!/usr/bin/env bats
# --check-staged: what the commit about to be made adds, changes and orphans.

load helper

# stage PATH...: a file of that name, whatever its content, added to the index.
stage() {
    local path
    for path in "$@"; do
        [[ -e $path ]] || write "$path" "of $path"
    done
    git --literal-pathspecs add -f -- "$@"
}

# branch_with NAME PATH...: a branch off the first commit that adds those files.
branch_with() {
    git checkout -q -b "$1" "$(git rev-list --max-parents=0 HEAD)"
    stage "${@:2}"
    commit "$1"
}

# --- silence -----------------------------------------------------------------------------------

@test "a clean commit is let through in silence" {
    new_repo
    stage pkg/m.py README
    run_pycguard --check-staged
    assert_status 0
    assert_no_output
    [[ -z $stderr ]]
    run_pycguard
    assert_status 0
    assert_no_output
}

@test "a repository without an index file is clean" {
    new_repo
    [[ ! -e .git/index ]]
    judge
    assert_judged 0
    assert_json '.checked == 0'
}

@test "bytecode on disk that is not staged is not looked at" {
    new_repo
    pyc pkg/m.py
    stage pkg/m.py
    judge
    assert_judged 0
}

# --- what the commit does ------------------------------------------------------------------------

@test "added bytecode is an error" {
    new_repo
    commit start
    cache=$(pyc pkg/m.py)
    stage pkg/m.py "$cache"
    judge
    assert_judged 1 "error bytecode $cache"
}

@test "bytecode in the first commit is an error" {
    new_repo
    cache=$(pyc pkg/m.py)
    stage pkg/m.py "$cache"
    judge --check-staged
    assert_judged 1 "error bytecode $cache"
}

@test "changed bytecode is an error" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    write pkg/m.py 'y = 22'
    pyc pkg/m.py
    stage pkg/m.py "$cache"
    judge
    assert_judged 1 "error bytecode $cache"
}

@test "bytecode made executable is changed, and an error" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git update-index --chmod=+x m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "what HEAD had already is a warning, and an error under --strict" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    stage other.py
    judge
    assert_judged 0 "warning bytecode $cache"
    judge --strict
    assert_judged 1 "warning bytecode $cache"
    run_pycguard --strict
    assert_status 1
    assert_output_has "$cache"
}

@test "a change of the source alone leaves its old cache a warning" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    write pkg/m.py 'a_longer_name = 1'
    stage pkg/m.py
    judge
    assert_judged 0 "warning stale-cache $cache"
}

@test "deleting bytecode is not rejected" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git rm -q --cached "$cache"
    judge --strict
    assert_judged 0
}

@test "deleting source and cache together is not rejected" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache" pkg
    git rm -rq pkg
    judge --strict
    assert_judged 0
}

@test "renaming bytecode to another name adds bytecode" {
    new_repo
    stage m.py n.py m.pyc
    commit 'before the hook'
    git mv m.pyc n.pyc
    judge
    assert_judged 1 'error bytecode n.pyc'
}

@test "renaming bytecode away from its name mends it" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git mv m.pyc m.bin
    judge --strict
    assert_judged 0
}

# --- orphans -------------------------------------------------------------------------------------

@test "removing the source makes an orphan of the cache that is not staged" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git rm -q pkg/m.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
    assert_json '.findings[0] | .source == "pkg/m.py" and .source_present == false'
}

@test "renaming the source makes an orphan of its cache" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' pkg/m.py "$cache"
    git mv pkg/m.py pkg/n.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
}

@test "removing the source of bytecode beside it makes a ghost module" {
    new_repo
    pyc m.py m.pyc
    commit 'before the hook' m.py m.pyc
    git rm -q m.py
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "removing a package makes orphans of its caches" {
    new_repo
    stage keep.py pkg/{__init__,a}.py pkg/__pycache__/{__init__,a}.cpython-311.pyc \
        pkg/sub/b.py pkg/sub/__pycache__/b.cpython-311.pyc
    commit 'before the hook'
    git rm -q pkg/*.py pkg/sub/*.py
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/__init__.cpython-311.pyc' \
        'error orphaned-cache pkg/__pycache__/a.cpython-311.pyc' \
        'error orphaned-cache pkg/sub/__pycache__/b.cpython-311.pyc'
}

@test "moving a package without its caches makes orphans of them" {
    new_repo
    stage pkg/m.py pkg/__pycache__/m.cpython-311.pyc
    commit 'before the hook'
    mkdir new
    git mv pkg/m.py new/m.py
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "an orphan that HEAD had already is a warning" {
    new_repo
    stage pkg/__pycache__/m.cpython-311.pyc m.pyc
    commit 'before the hook'
    stage other.py
    judge
    assert_judged 0 'warning ghost-module m.pyc' \
        'warning orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "a source that is restored makes its cache no orphan any more" {
    new_repo
    cache=$(pyc pkg/m.py)
    commit 'before the hook' "$cache"
    stage pkg/m.py
    judge
    assert_judged 0 "warning bytecode $cache"
    assert_json '.findings[0].source_present'
}

@test "a source replaced by a directory of its name is gone" {
    new_repo
    stage pkg/m.py m.pyc m.py
    commit 'before the hook'
    git rm -q m.py
    stage m.py/inside
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "a source that becomes a submodule is gone" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    git update-index --cacheinfo "160000,$(git rev-parse HEAD),m.py"
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

@test "a source in another case is no source" {
    new_repo
    stage pkg/M.py pkg/__pycache__/m.cpython-311.pyc
    judge
    assert_judged 1 'error orphaned-cache pkg/__pycache__/m.cpython-311.pyc'
}

@test "the migration of the incident: replaced, its old cache left behind" {
    new_repo
    cache=$(pyc shop/migrations/0002_rename_app_secret.py)
    commit 'before the hook' shop "$cache"
    git mv shop/migrations/0002_rename_app_secret.py shop/migrations/0002_placeholder.py
    judge
    assert_judged 1 "error orphaned-cache $cache"
    assert_json '.findings[0].migration'
    run_pycguard
    assert_status 1
    assert_output_has "$cache  (its source is removed)"
}

# --- merges --------------------------------------------------------------------------------------

@test "a merge is not blamed for bytecode that the other side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning bytecode theirs.pyc'
    judge --strict
    assert_judged 1 'warning bytecode theirs.pyc'
}

@test "a merge is not blamed for bytecode that our side had" {
    new_repo
    commit start
    branch_with side theirs.py
    git checkout -q main
    stage ours.py ours.pyc
    commit ours
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning bytecode ours.pyc'
}

@test "a merge is blamed for bytecode that neither side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py ours.pyc
    commit ours
    git merge -q --no-commit side
    stage m.py m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc' 'warning bytecode ours.pyc' 'warning bytecode theirs.pyc'
}

@test "a merge is blamed for a content that neither side had" {
    new_repo
    stage m.py m.pyc
    commit start
    branch_with side theirs.py
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit side
    write m.pyc 'another text'
    stage m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a merge is blamed for an orphan of one side's cache and the other side's deletion" {
    new_repo
    stage m.py
    commit start
    branch_with side __pycache__/m.cpython-311.pyc
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    git merge -q --no-commit side
    judge
    assert_judged 1 'error orphaned-cache __pycache__/m.cpython-311.pyc'
}

@test "a merge is not blamed for an orphan that one side had made" {
    new_repo
    stage m.py __pycache__/m.cpython-311.pyc
    commit start
    branch_with side theirs.py
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    git merge -q --no-commit side
    judge
    assert_judged 0 'warning orphaned-cache __pycache__/m.cpython-311.pyc'
}

@test "an octopus merge is measured against every head" {
    new_repo
    commit start
    for side in one two three; do branch_with "$side" "$side.py" "$side.pyc"; done
    git checkout -q main
    stage ours.py
    commit ours
    git merge -q --no-commit one two three
    [[ $(wc -l <.git/MERGE_HEAD) == 3 ]]
    stage m.py m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc' 'warning bytecode one.pyc' 'warning bytecode three.pyc' \
        'warning bytecode two.pyc'
}

@test "a clean merge passes the pre-merge-commit hook with what the other side had" {
    new_repo
    commit start
    branch_with side theirs.py theirs.pyc
    git checkout -q main
    stage ours.py
    commit ours
    hook_file pre-merge-commit
    git merge -q --no-edit side
    [[ $(git rev-list --count --merges HEAD) == 1 ]]
}

@test "a clean merge that makes an orphan is refused by the pre-merge-commit hook" {
    new_repo
    stage m.py
    commit start
    branch_with side __pycache__/m.cpython-311.pyc
    git checkout -q main
    git rm -q m.py
    commit 'ours removes the source'
    hook_file pre-merge-commit
    run git merge --no-edit side
    [[ $status != 0 ]]
    assert_output_has orphaned-cache
    [[ $(git rev-list --count --merges HEAD) == 0 ]]
}

# --- conflicts -----------------------------------------------------------------------------------

@test "a cache in conflict is judged once, as our side has it" {
    new_repo
    stage m.py
    commit start
    branch_with side m.pyc
    git checkout -q main
    write m.pyc ours
    stage m.pyc
    commit ours
    run ! git merge -q side
    judge
    assert_judged 0 'warning bytecode m.pyc'
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
    write m.pyc resolved
    stage m.pyc
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a cache that we deleted and they changed is judged as theirs" {
    new_repo
    stage m.py m.pyc
    commit start
    git checkout -qb side
    write m.pyc theirs
    stage m.pyc
    commit theirs
    git checkout -q main
    git rm -q m.pyc
    commit ours
    run ! git merge -q side
    judge
    assert_judged 0 'warning bytecode m.pyc'
}

@test "a source in conflict is a source" {
    new_repo
    stage m.py __pycache__/m.cpython-311.pyc
    commit start
    git checkout -qb side
    write m.py theirs
    stage m.py
    commit theirs
    git checkout -q main
    git rm -q m.py
    commit ours
    run ! git merge -q side
    judge
    assert_judged 0 'warning bytecode __pycache__/m.cpython-311.pyc'
}

@test "a source that both sides deleted is none" {
    new_repo
    stage m.py m.pyc
    commit start
    printf '%s\n' "0 $(git hash-object m.py)	m.py" "100644 $(git hash-object m.py) 1	m.py" |
        git update-index --index-info
    [[ $(git ls-files -u) == *' 1	m.py' ]]
    judge
    assert_judged 1 'error ghost-module m.pyc'
}

# --- not part of a commit ------------------------------------------------------------------------

@test "bytecode that is only intended to be added is not looked at" {
    new_repo
    stage m.py
    write m.pyc x
    git add -N -f m.pyc
    judge
    assert_judged 0
    judge --check-tracked
    assert_judged 0
}

@test "a source that is only intended to be added is no source" {
    new_repo
    stage __pycache__/m.cpython-311.pyc
    write m.py 'x = 1'
    git add -N m.py
    judge
    assert_judged 1 'error orphaned-cache __pycache__/m.cpython-311.pyc'
}

@test "a gitlink is not looked at, whatever its name" {
    new_repo
    commit start
    git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),vendor.pyc"
    git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),lib/__pycache__/x"
    judge
    assert_judged 0
}

@test "a gitlink that becomes bytecode is an error" {
    new_repo
    stage m.py
    git update-index --add --cacheinfo "160000,$(printf '%040d' 1),m.pyc"
    commit start
    git update-index --cacheinfo "100644,$(git hash-object -w m.py),m.pyc"
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a symbolic link counts by its name, not by what it leads to" {
    new_repo
    mkdir pkg
    ln -s nowhere pkg/m.pyc
    ln -s ../cache.pyc pkg/data
    ln -s elsewhere pkg/__pycache__
    stage pkg/m.py pkg/m.pyc pkg/data
    git add -f pkg/__pycache__
    judge
    assert_judged 1 'error bytecode pkg/m.pyc'
    git rm -q --cached pkg/m.py
    judge
    assert_judged 1 'error ghost-module pkg/m.pyc'
}

@test "a source that is a symbolic link is a source" {
    new_repo
    write real.py 'x = 1'
    ln -s real.py m.py
    stage real.py m.py "$(pyc m.py)"
    judge
    assert_judged 1 "error bytecode $(pyc m.py)"
}

# --- names ---------------------------------------------------------------------------------------

@test "the names of PEP 3147 and 488 lead to their source" {
    new_repo
    # Each cache, and the source that it is of.
    table='
__pycache__/top.cpython-313.pyc top.py
a/__pycache__/m.cpython-313.pyc a/m.py
b/__pycache__/m.cpython-36.opt-1.pyc b/m.py
c/__pycache__/m.cpython-310.opt-2.pyc c/m.py
d/__pycache__/m.pypy39.pyc d/m.py
e/__pycache__/m.pypy-27.pyc e/m.py
f/__pycache__/test_m.cpython-311-pytest-7.4.3.pyc f/test_m.py
g/__pycache__/test_m.cpython-312-pytest-8.0.0rc1.pyc g/test_m.py
h/__pycache__/__init__.graalpy231-310.pyc h/__init__.py
i/__pycache__/m.cpython-32.pyo i/m.py
j/m.pyc j/m.py
k/m.pyo k/m.py
l/m$py.class l/m.py
m/__pycache__/__pycache__/m.cpython-39.pyc m/__pycache__/m.py
n/__pycache__/m.unheard-of-1.pyc n/m.py
o.d/m.pyc o.d/m.py'
    while read -r cache source; do stage "$cache" "$source"; done <<<"${table#?}"
    git rm -q --cached m/__pycache__/m.py
    judge --check-tracked
    assert_status 1
    expected=$(while read -r cache source; do echo "$cache $source"; done <<<"${table#?}" | sort)
    [[ $(jq -r '.findings[] | "\(.path) \(.source)"' <<<"$json") == "$expected" ]] || fail "$json"
    git rm -q --cached '*.py'
    judge --check-tracked
    assert_judged 1 'error orphaned-cache __pycache__/top.cpython-313.pyc' \
        'error orphaned-cache a/__pycache__/m.cpython-313.pyc' \
        'error orphaned-cache b/__pycache__/m.cpython-36.opt-1.pyc' \
        'error orphaned-cache c/__pycache__/m.cpython-310.opt-2.pyc' \
        'error orphaned-cache d/__pycache__/m.pypy39.pyc' \
        'error orphaned-cache e/__pycache__/m.pypy-27.pyc' \
        'error orphaned-cache f/__pycache__/test_m.cpython-311-pytest-7.4.3.pyc' \
        'error orphaned-cache g/__pycache__/test_m.cpython-312-pytest-8.0.0rc1.pyc' \
        'error orphaned-cache h/__pycache__/__init__.graalpy231-310.pyc' \
        'error orphaned-cache i/__pycache__/m.cpython-32.pyo' 'error ghost-module j/m.pyc' \
        'error ghost-module k/m.pyo' "error ghost-module l/m\$py.class" \
        'error orphaned-cache m/__pycache__/__pycache__/m.cpython-39.pyc' \
        'error orphaned-cache n/__pycache__/m.unheard-of-1.pyc' 'error ghost-module o.d/m.pyc'
}

@test "the cache that this Python really writes under each level is of its source" {
    new_repo
    write m.py 'x = 1'
    for level in 0 1 2; do
        "$PYTHON" -I -c "import py_compile; py_compile.compile('m.py', optimize=$level)"
    done
    stage __pycache__
    judge
    assert_status 1
    assert_json '[.findings[].source] == ["m.py", "m.py", "m.py"]'
}

@test "what no source can be told of is plain bytecode" {
    new_repo
    stage __pycache__/README pkg/__pycache__/deep/er.txt ext.pyd .pyc
    judge
    assert_judged 1 'error bytecode .pyc' 'error bytecode __pycache__/README' \
        'error bytecode ext.pyd' 'error bytecode pkg/__pycache__/deep/er.txt'
    assert_json '[.findings[1:][].source] == [null, null, null]'
}

@test "names that only look like bytecode are let through" {
    new_repo
    stage m.py m.pyx m.pyi m.pyw pyc m.pyc.txt m.pycache m.pyco m.PYC "m\$py.classes" "\$py.java" \
        __pycache__x/m x__pycache__/m __pycache__.py PYC/pyc.py
    judge --strict
    assert_judged 0
    assert_json '.checked == 15'
}

@test "migration is told by the directory of the source" {
    new_repo
    stage a/migrations/__pycache__/0001.cpython-311.pyc a/migrations/0002.pyc \
        migrations/__pycache__/0001.cpython-311.pyc a/migrations/sub/m.pyc \
        a/xmigrations/m.pyc a/migrations.pyc
    judge
    assert_status 1
    [[ $(jq -r '.findings[] | select(.migration) | .path' <<<"$json") == \
'a/migrations/0002.pyc
a/migrations/__pycache__/0001.cpython-311.pyc
migrations/__pycache__/0001.cpython-311.pyc' ]] || fail "$json"
}

# --- paths named ---------------------------------------------------------------------------------

# A repository whose HEAD has bytecode in four places already.
with_old_bytecode() {
    new_repo
    stage pkg/{a,b}.py pkg/{a,b}.pyc top.py top.pyc ./-x.py ./-x.pyc pkg2/a.py pkg2/a.pyc
    commit 'before the hook'
}

# Which paths are errors when those are named.
errors_naming() {
    judge --check-staged "$@"
    output=$(grep '^error' <<<"$output" || true)
}

@test "a file that is named is judged as tracked" {
    with_old_bytecode
    errors_naming pkg/a.pyc
    assert_judged 1 'error bytecode pkg/a.pyc'
    errors_naming pkg/b.pyc top.pyc
    assert_judged 1 'error bytecode pkg/b.pyc' 'error bytecode top.pyc'
    errors_naming pkg/a.py
    assert_judged 0
}

@test "a directory that is named is judged as tracked, with all below it" {
    with_old_bytecode
    for form in pkg pkg/ ./pkg pkg2/../pkg "$PWD/pkg" "$PWD/./pkg//" ; do
        errors_naming "$form"
        assert_judged 1 'error bytecode pkg/a.pyc' 'error bytecode pkg/b.pyc'
    done
    errors_naming .
    [[ $(wc -l <<<"$output") == 5 ]] || fail
}

@test "a path is taken from where we stand" {
    with_old_bytecode
    cd pkg
    errors_naming a.pyc
    assert_judged 1 'error bytecode pkg/a.pyc'
    errors_naming ../top.pyc
    assert_judged 1 'error bytecode top.pyc'
    errors_naming .
    assert_judged 1 'error bytecode pkg/a.pyc' 'error bytecode pkg/b.pyc'
    assert_refuses "'pkg/top.pyc' is not in the index" --check-staged top.pyc
}

@test "an absolute path may lead through a symbolic link" {
    with_old_bytecode
    ln -s repo ../link
    errors_naming "$WORK/link/pkg/a.pyc"
    assert_judged 1 'error bytecode pkg/a.pyc'
}

@test "a path after -- may begin with a dash" {
    with_old_bytecode
    errors_naming -- -x.pyc
    assert_judged 1 'error bytecode -x.pyc'
    errors_naming ./-x.pyc
    assert_judged 1 'error bytecode -x.pyc'
}

@test "a path that is named need not be on disk" {
    with_old_bytecode
    rm -rf pkg
    errors_naming pkg/a.pyc
    assert_judged 1 'error bytecode pkg/a.pyc'
}

@test "a path that is named is a name, not a pattern" {
    with_old_bytecode
    assert_refuses "'*.pyc' is not in the index" --check-staged '*.pyc'
    stage '[p]kg/m.pyc'
    commit 'before the hook'
    errors_naming '[p]kg'
    assert_judged 1 'error ghost-module [p]kg/m.pyc'
}

@test "a path that is not in the index is exit 2" {
    with_old_bytecode
    write new.pyc x
    assert_refuses "'new.pyc' is not in the index" --check-staged new.pyc
    assert_refuses "'nowhere' is not in the index" --check-staged nowhere pkg
    assert_refuses "'pk' is not in the index" --check-staged pk
    git rm -q top.pyc
    assert_refuses "'top.pyc' is not in the index" --check-staged top.pyc
}

@test "a path outside the work tree is exit 2" {
    with_old_bytecode
    assert_refuses outside --check-staged ../elsewhere.pyc
    assert_refuses outside --check-staged /etc/passwd
    assert_refuses outside --check-staged "${PWD}x/m.pyc"
}

@test "a path that is only intended to be added is accepted, and not looked at" {
    with_old_bytecode
    write new.pyc x
    git add -N -f new.pyc
    judge --check-staged new.pyc
    assert_status 0
    assert_output_lacks new.pyc
}

# --- the report ----------------------------------------------------------------------------------

@test "the JSON object has the fields of its contract, all of them, and no other" {
    new_repo
    cache=$(pyc shop/migrations/m.py)
    stage shop/migrations/m.py "$cache" ext.pyd
    judge
    assert_status 1
    assert_json 'keys == ["checked", "findings", "mode", "tool"]
        and .mode == "staged" and .checked == 3
        and (.tool | keys == ["name", "version"] and .name == "pycguard" and (.version | test("^[0-9]")))
        and (.findings | length == 2 and all(.[];
            keys == ["fix", "invalidation", "loads", "message", "migration", "path", "pattern",
                "python", "rule", "severity", "source", "source_present"]
            and ([.path, .rule, .severity, .message, .fix, .pattern, .loads] | all(.[]; type == "string"))
            and ([.migration, .source_present] | all(.[]; type == "boolean"))))'
    assert_json '.findings[0] | .path == "ext.pyd" and .rule == "bytecode" and .severity == "error"
        and .pattern == "*.py[cod]" and .migration == false and .source == null
        and .source_present == false and .python == null and .invalidation == null
        and .loads == "unknown" and .fix == "git rm --cached -f -- ext.pyd"'
    assert_json '.findings[1] | .path == $cache and .rule == "bytecode" and .severity == "error"
        and .pattern == "*.py[cod]" and .migration and .source == "shop/migrations/m.py" and .source_present
        and .python == $python and .invalidation == "timestamp" and .loads == "cache-if-mtime-kept"
        and .fix == "git rm --cached -f -- " + $cache' \
        --arg cache "$cache" --arg python "$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
}

@test "the JSON of a clean commit is an object too" {
    new_repo
    stage m.py
    judge
    assert_judged 0
    assert_json '.mode == "staged" and .checked == 1 and .findings == []'
}

# null_paths ARG...: what pycguard -z prints, into a file.
null_paths() { "$PYCGUARD" "$@" >"$WORK/got"; }

@test "-z prints the rejected paths alone, each with a NUL after it" {
    new_repo
    stage old.py old.pyc
    commit 'before the hook'
    stage a.py a.pyc 'b c.pyc'
    printf 'a.pyc\0b c.pyc\0' >"$WORK/expected"
    run ! null_paths -z
    cmp "$WORK/expected" "$WORK/got"
    printf 'a.pyc\0b c.pyc\0old.pyc\0' >"$WORK/expected"
    run ! null_paths -z --strict
    cmp "$WORK/expected" "$WORK/got"
    git reset -q
    null_paths -z
    [[ ! -s $WORK/got ]]
}

@test "-q says nothing and keeps the exit status" {
    new_repo
    stage m.py m.pyc
    for option in -q --quiet; do
        run_pycguard "$option"
        assert_status 1
        assert_no_output
        [[ -z $stderr ]]
    done
    commit 'before the hook'
    run_pycguard -q
    assert_status 0
    assert_no_output
}

@test "-v says that it has looked, and lists what HEAD had" {
    new_repo
    stage m.py n.py
    run_pycguard -v
    assert_status 0
    assert_output_is 'pycguard: 2 files looked at, nothing to reject'
    stage m.pyc
    commit 'before the hook'
    run_pycguard
    assert_status 0
    assert_output_lacks m.pyc
    run_pycguard --verbose
    assert_status 0
    assert_output_has m.pyc
}

@test "the text names the file, the rule, why, and the way out" {
    new_repo
    write shop/migrations/__init__.py ''
    git add shop
    stage shop/migrations/0002_old.pyc
    run_pycguard
    assert_status 1
    assert_output_is 'pycguard: commit refused: 1 file that git must not carry

ghost-module: Python imports it, though its source is gone;
  in a migrations package, Django runs such a file as a migration
  shop/migrations/0002_old.pyc  (added)

Take it out of git; the file stays on disk:
  '"$PYCGUARD"' --untrack -- shop/migrations/0002_old.pyc
One that is there on purpose: allow it with a line !PATH in .pycguard, and stage that.'
}

@test "colour is for terminals, unless asked for or forbidden" {
    new_repo
    stage m.py m.pyc
    escape=$'\e['
    colored() {
        run --separate-stderr env "${@:2}"
        assert_status 1
        if [[ $1 == yes ]]; then assert_output_has "$escape"; else assert_output_lacks "$escape"; fi
    }
    export TERM=xterm
    colored no "$PYCGUARD"
    colored yes "$PYCGUARD" --color=always
    colored yes "$PYCGUARD" --color always
    colored no "$PYCGUARD" --color=never
    colored yes CLICOLOR_FORCE=1 "$PYCGUARD"
    colored no CLICOLOR_FORCE=1 "$PYCGUARD" --color=never
    colored no CLICOLOR_FORCE=1 NO_COLOR=1 "$PYCGUARD"
    colored yes NO_COLOR=1 "$PYCGUARD" --color=always
    colored no NO_COLOR='' "$PYCGUARD"
    colored no CLICOLOR_FORCE=1 "$PYCGUARD" --format=json
    on_terminal='import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
    colored yes "$PYTHON" -c "$on_terminal" "$PYCGUARD"
    colored no NO_COLOR=1 "$PYTHON" -c "$on_terminal" "$PYCGUARD"
    colored yes NO_COLOR='' "$PYTHON" -c "$on_terminal" "$PYCGUARD"
    colored no TERM=dumb "$PYTHON" -c "$on_terminal" "$PYCGUARD"
    colored no "$PYTHON" -c "$on_terminal" "$PYCGUARD" --color=never
}

@test "CLICOLOR_FORCE=0 forces nothing" {
    new_repo
    stage m.py m.pyc
    CLICOLOR_FORCE=0 run_pycguard
    assert_status 1
    assert_output_lacks $'\e['
}

@test "hundreds of findings are told by directory, capped, and counted" {
    new_repo
    mkdir -p {1..40}/__pycache__
    for dir in {1..40}; do touch "$dir/__pycache__"/m{0..9}.cpython-311.pyc; done
    git add -f .
    run_pycguard
    assert_status 1
    ((${#lines[@]} <= 40)) || fail 'expected few lines'
    assert_output_has 'pycguard: commit refused: 400 files'
    assert_output_has '(10 files)'
    shown=$(grep -c '(10 files)' <<<"$output")
    assert_output_has "and $((400 - 10 * shown)) files more in $((40 - shown)) directories"
    run_pycguard -v
    assert_status 1
    [[ $(grep -c '^  [0-9]*/__pycache__/m' <<<"$output") == 400 ]] || fail
}

# --- the mend ------------------------------------------------------------------------------------

# mend_in SHELL: pastes the command that the report ends in.
mend_in() {
    local command
    command=$(sed -n '/ on disk:$/,/^One that is/{//!p;}' <<<"$output")
    [[ -n $command ]] || fail 'expected a command'
    (PATH=$(dirname "$PYCGUARD"):$PATH && "$1" -ec "$command") >/dev/null || fail "expected to run: $command"
}

# assert_mended COUNT: nothing is left to reject, and COUNT files are still on disk.
assert_mended() {
    judge --check-tracked
    assert_judged 0
    [[ $(find . -path ./.git -prune -o -type f -print0 | tr -dc '\0' | wc -c) == "$1" ]] || fail 'lost files'
}

@test "the command that ends the report mends the commit, and leaves the files on disk" {
    new_repo
    commit start
    stage m.py m.pyc "a 'b' \"c\".pyc" '$HOME.pyc' 'dir;ls/&.pyc'
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 5
    [[ $(git diff --cached --name-only) == m.py ]]
}

@test "the command mends names that are patterns or magic to git, and no other file" {
    new_repo
    commit start
    stage '*.pyc' ':(top)x.pyc' '[ab].pyc' '?.pyc' ':!y.pyc' 'back\slash.pyc'
    write .pycguard '!/keep.pyc'
    stage .pycguard keep.pyc
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 8
    [[ $(git ls-files) == '.pycguard
keep.pyc' ]]
}

@test "the command mends names that begin with a dash" {
    new_repo
    commit start
    stage ./-rf.pyc ./--.pyc
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 2
}

@test "the command mends names with control bytes and bad UTF-8" {
    new_repo
    commit start
    stage $'new\nline.pyc' $'\e[31m\'.pyc' $'bad\xff\xfe.pyc' $'tab\t\\ü.pyc'
    run_pycguard
    assert_status 1
    mend_in bash
    assert_mended 4
}

@test "the command mends many at once" {
    new_repo
    commit start
    stage {1..20}.pyc '*.pyc' ':x.pyc' $'new\nline.pyc' m.py
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 24
}

@test "the command for many mends under the same policy" {
    new_repo
    commit start
    write "$WORK/a policy" '*.log'
    stage {1..20}.log m.py
    run_pycguard --policy "$WORK/a policy"
    assert_status 1
    mend_in sh
    judge --check-tracked --policy "$WORK/a policy"
    assert_judged 0
}

@test "the command for many does not need pycguard on PATH" {
    new_repo
    commit start
    stage {1..20}.pyc
    run_pycguard
    assert_status 1
    command=$(sed -n '/ on disk:$/,/^One that is/{//!p;}' <<<"$output")
    mkdir "$WORK/tools"
    ln -s "$(command -v sh)" "$(command -v git)" "$WORK/tools"
    PATH=$WORK/tools sh -ec "$command"
    assert_mended 20
}

@test "the command mends before the first commit" {
    new_repo
    stage m.pyc dir/n.pyc m.py
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 3
}

@test "the command mends what HEAD had, and a file that has changed since" {
    new_repo
    stage m.py m.pyc
    commit 'before the hook'
    write m.pyc 'staged'
    stage m.pyc
    write m.pyc 'and changed again'
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 2
}

@test "the command mends a conflict" {
    new_repo
    stage m.py
    commit start
    branch_with side m.pyc
    git checkout -q main
    write m.pyc ours
    stage m.pyc
    commit ours
    run ! git merge -q side
    run_pycguard --strict
    assert_status 1
    mend_in sh
    assert_mended 2
}

@test "the command of a refused git commit mends from the subdirectory where it was typed" {
    new_repo
    commit start
    stage sub/m.pyc top.pyc ':x.pyc' sub/'*.pyc'
    hook_file pre-commit
    cd sub
    run git commit -m x
    assert_status 1
    mend_in sh
    cd ..
    assert_mended 4
}

@test "the command for many mends from the subdirectory where git commit was typed" {
    new_repo
    commit start
    stage sub/{1..9}.pyc {1..9}.pyc ':x.pyc'
    hook_file pre-commit
    cd sub
    run git commit -m x
    assert_status 1
    mend_in sh
    cd ..
    assert_mended 19
}

@test "the command of a check by hand mends from a subdirectory" {
    new_repo
    commit start
    stage sub/m.pyc top.pyc ':x.pyc'
    cd sub
    run_pycguard
    assert_status 1
    mend_in sh
    cd ..
    assert_mended 3
}

@test "the command of a check with -C mends from where it was typed" {
    new_repo
    commit start
    stage sub/m.pyc top.pyc
    cd ..
    run_pycguard -C repo
    assert_status 1
    mend_in sh
    cd repo
    assert_mended 2
}

@test "the fix of each finding mends it" {
    new_repo
    commit start
    stage m.pyc "it's.pyc" '*.pyc' ':x.pyc' sub/n.pyc
    for where in . sub; do
        cd "$where"
        judge
        assert_status 1
        jq -r '.findings[].fix' <<<"$json" >"$WORK/fixes"
        while read -r fix; do sh -ec "$fix" >/dev/null; done <"$WORK/fixes"
        judge
        assert_judged 0
        cd "$WORK/repo"
        git add -f .
    done
}

@test "once mended and ignored, the commit goes through" {
    new_repo
    commit start
    hook_file pre-commit
    stage m.py "$(pyc m.py)"
    run git commit -m x
    assert_status 1
    mend_in sh
    git commit -q -m x
    [[ $(git ls-files) == m.py ]]
}
