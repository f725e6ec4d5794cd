#!/usr/bin/env bats
# --check-staged: which entries of the index are looked at, by which names, and paths that are named.

load helper
load staging

# --- conflicts -----------------------------------------------------------------------------------

@test "a cache in conflict is judged once, as our side has it" {
    merge_added_twice m.pyc
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
    merge_deleted_and_changed m.pyc m.py
    judge
    assert_judged 0 'warning bytecode m.pyc'
}

@test "a source in conflict is a source" {
    merge_deleted_and_changed m.py __pycache__/m.cpython-311.pyc
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
    assert_judged 1 'error bytecode pkg/__pycache__' 'error bytecode pkg/m.pyc'
    git rm -q --cached pkg/m.py pkg/__pycache__
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
