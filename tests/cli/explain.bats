#!/usr/bin/env bats
# --explain: one file in plain words, wherever it is; one rule.

load helper

# What is wrapped, in one line again.
run_pycguard() {
    run --separate-stderr "$PYCGUARD" "$@"
    output=$(sed -z 's/\n \{20\}/ /g; s/\n\([a-z]\)/ \1/g' <<<"$output")
}

# A ghost, an orphan and an honest cache of a Django app, committed.
app() {
    new_repo
    write shop/__init__.py ''
    write shop/migrations/__init__.py ''
    write shop/migrations/0001_initial.py 'operations = []'
    write shop/migrations/0002_rename.py 'operations = ["rename"]'
    pyc shop/migrations/0002_rename.py shop/migrations/0002_rename.pyc
    CACHE=$(pyc shop/migrations/0001_initial.py)
    ORPHAN=$(pyc shop/migrations/0002_rename.py)
    git add -f .
    git rm -q --cached shop/migrations/0002_rename.py
    rm shop/migrations/0002_rename.py
}

@test "a ghost: what it is, where its source is, what Python and Django do, the policy, the fix" {
    app
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 0
    assert_output_has "kind of file      bytecode in the place of its source"
    assert_output_has "compiled by       CPython $("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    assert_output_has 'where it is       in the index, on disk'
    assert_output_has 'its source        shop/migrations/0002_rename.py: not in the index, not on disk'
    assert_output_has 'migration 0002_rename of app shop: this file is that migration, and Django runs it'
    assert_output_has 'rejected by *.py[cod] (built in)'
    assert_output_has 'shop/migrations/0002_rename.pyc: rejected as ghost-module (in the index)'
    assert_output_has ' its source shop/migrations/0002_rename.py was deleted, but Python still imports this file'
    assert_output_has 'To fix it:'
}

@test "the header's magic number, time and size are said" {
    app
    touch -d '2023-04-05 06:07:08 UTC' shop/migrations/0001_initial.py
    pyc shop/migrations/0001_initial.py >/dev/null
    git add -f .
    run_pycguard --explain "$CACHE"
    assert_output_has "the time of its source, 2023-04-05 06:07:08 UTC, and its size, 16 bytes: the source's"
    assert_output_has "magic number $("$PYTHON" -c 'import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], "little"))')"
}

@test "a timestamp cache: the source after a checkout, the cache where times are kept" {
    app
    run_pycguard --explain "$CACHE"
    assert_status 0
    [[ $output =~ after\ a\ checkout\ +Python\ [0-9.]+\ runs\ the\ source ]] || fail 'checkout'
    [[ $output =~ if\ times\ are\ kept\ +Python\ [0-9.]+\ runs\ this\ file ]] || fail 'times kept'
    [[ $output =~ here\ and\ now\ +Python\ [0-9.]+\ runs\ this\ file ]] || fail 'here, now'
    touch -d '2001-01-01' shop/migrations/0001_initial.py
    run_pycguard --explain "$CACHE"
    [[ $output =~ here\ and\ now\ +Python\ [0-9.]+\ runs\ the\ source ]] || fail 'here, now, with another time'
}

@test "an orphan in __pycache__ is nothing to Python and to Django" {
    app
    run_pycguard --explain "$ORPHAN"
    assert_output_has 'finds nothing to import'
    assert_output_has 'Django does not see it'
    assert_output_has 'orphaned-cache'
}

@test "REV:PATH, a path in HEAD alone, and one in no place" {
    app
    commit before
    git rm -q --cached shop/migrations/0002_rename.pyc
    rm shop/migrations/0002_rename.pyc
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 0
    assert_output_has '(in HEAD)'
    assert_output_has 'where it is       not in the index, in HEAD, not on disk'
    commit after
    run_pycguard --explain HEAD~1:shop/migrations/0002_rename.pyc
    assert_output_has 'where it is       not in the index, not in HEAD, in that revision'
    write shop/migrations/0002_rename.py x
    commit source shop/migrations/0002_rename.py
    git rm -q shop/migrations/0002_rename.py
    commit gone
    run_pycguard --explain HEAD~1:shop/migrations/0002_rename.py
    assert_output_has 'not in the index, not in HEAD, in that revision'
    run_pycguard --explain HEAD~3:shop/migrations/0002_rename.pyc
    git rm -q --cached --ignore-unmatch shop/migrations/0002_rename.pyc
    [[ $output =~ (git rm [^$'\n']*) ]]
    sh -ec "${BASH_REMATCH[1]}" # it is gone from the index already
    run_pycguard --explain HEAD~3:shop/migrations/0002_rename.pyc --format=json
    assert_status 0
    assert_json '.rule == "ghost-module" and .loads == "cache" and .path == "shop/migrations/0002_rename.pyc"'
    run_pycguard --explain HEAD:shop/migrations/0002_rename.pyc
    assert_status 2
    assert_stderr_is_one_line
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 2
    assert_stderr_has 'no file in git or on disk, no rule, no migration'
}

@test "a file on disk outside of any repository" {
    mkdir app
    cd app
    cache=$(pyc m.py)
    run_pycguard --explain "$cache" --format=json
    assert_status 0
    assert_json '.rule == "bytecode" and .loads == "cache" and .source == "m.py" and .source_present'
    run_pycguard --explain "$PWD/$cache"
    assert_status 0
    assert_output_has 'its source        '"$PWD"'/m.py: on disk'
}

@test "from a subdirectory, the path is the user's and so is the fix" {
    app
    cd shop
    run_pycguard --explain migrations/0002_rename.pyc
    assert_status 0
    assert_output_has 'where it is       in the index'
    fix=$(sed -n '/^To fix it:/,$p' <<<"$output" | tail -n +2)
    PATH=$(dirname "$PYCGUARD"):$PATH sh -c "$fix" || true
    [[ ! -e migrations/0002_rename.pyc ]] || fail 'still on disk'
    [[ -z $(git ls-files migrations/0002_rename.pyc) ]] || fail 'the fix fixed nothing'
}

@test "JSON: the finding object, rule null where nothing rejects" {
    app
    run_pycguard --explain shop/migrations/0001_initial.py --format=json
    assert_status 0
    assert_json '.rule == null and .fix == null and .pattern == null and .path == "shop/migrations/0001_initial.py"'
    assert_json 'keys == ["fix","invalidation","loads","message","migration","path","pattern","python","rule","severity","source","source_present"]'
}

@test "an allowed file: the line that allows it, where it stands, and its reason" {
    app
    printf '%s\n' '# Kept as a fixture:' '# the loader is tested with it.' '!shop/migrations/0002_rename.pyc' >.pycguard
    git add .pycguard
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 0
    assert_output_has 'allowed by !shop/migrations/0002_rename.pyc (.pycguard:3)'
    assert_output_has 'because: Kept as a fixture: the loader is tested with it.'
    assert_output_lacks 'To fix it:'
}

@test "a policy that --policy names, in a bare repository too" {
    app
    write "$WORK/policy" $'# As that one says.\n!shop/'
    run_pycguard --explain shop/migrations/0002_rename.pyc --policy "$WORK/policy"
    assert_status 0
    assert_output_has "allowed"
    assert_output_has "$WORK/policy:2"
    assert_output_has 'As that one says.'
    commit one
    git clone -q --bare . "$WORK/bare.git"
    run_pycguard -C "$WORK/bare.git" --explain HEAD:shop/migrations/0002_rename.pyc
    assert_status 0
    assert_output_has 'where it is       not in the index, in HEAD'
    assert_output_has 'rejected by *.py[cod] (built in)'
    assert_refuses 'cannot ' --explain shop/migrations/0002_rename.pyc --policy "$WORK/nowhere"
}

@test "every rule has its text: what, why, example, fix" {
    for rule in ghost-module unchecked-cache orphaned-cache stale-cache bytecode policy; do
        run_pycguard --explain "$rule"
        assert_status 0
        assert_output_has "$rule"
        for part in 'what it means' 'why it matters' 'for example' 'to fix it'; do assert_output_has "  $part "; done
        [[ -z $(awk 'length > 80' <<<"$("$PYCGUARD" --explain "$rule")") ]] || fail 'a line is too long'
    done
}

@test "odd names drive no terminal" {
    new_repo
    name=$'d/a\e[31m\n"q".pyc'
    write "$name" x
    git add -f .
    run_pycguard --explain "$name"
    assert_status 0
    assert_output_has '"d/a\033[31m\n\"q\".pyc"'
    assert_output_lacks $'\e'
}

# explained NAME HEX TEXT: of a file of those bytes, TEXT is said.
explained() {
    write "$1" ''
    "$PYTHON" -I -c 'import sys; open(sys.argv[1], "wb").write(bytes.fromhex(sys.argv[2]))' "$1" "$2"
    git add -f -- "$1"
    run_pycguard --explain "$1"
    assert_status 0
    assert_output_has "$3"
}

@test "each kind of name is said" {
    new_repo
    local timestamp=f30d0d0a000000000000000000000000
    explained m.pyo $timestamp 'optimized (-O)'
    explained __pycache__/m.cpython-313.opt-2.pyc $timestamp 'for cpython-313, optimization level 2'
    explained 'm$py.class' cafebabe 'bytecode of Jython'
    explained m.pyd 4d5a 'machine code'
    explained m.txt 00 'not bytecode, by its name'
}

@test "each header is said, broken ones too" {
    new_repo
    write m.py 'x = 1'
    explained m.pyc '' 'no Python: it does not begin as bytecode does'
    explained m.pyc ffff0d0a 'an interpreter with magic number 65535'
    explained m.pyc f30d0d0a 'cut short'
    explained m.pyc f30d0d0affffff000000000000000000 'flags 0xffffff that its Python does not know'
    explained m.pyc 03f30d0a00000000 'CPython 2.7 (magic number 62211)'
    assert_output_lacks 'and its size'
    explained m.pyc f30d0d0a030000000000000000000000 'the hash of its source, 0000000000000000; checked at import'
    explained m.pyc f30d0d0a010000000000000000000000 '; never checked'
    # Its lines ended in CR LF where it was compiled.
    git add m.py
    explained __pycache__/m.cpython-313.pyc f30d0d0a000000000000000007000000 "the source's, but for its line ends"
    explained __pycache__/m.cpython-313.pyc f30d0d0a000000000000000009000000 ": not the source's"
    ln -s nowhere link.pyc
    git add -f link.pyc
    run_pycguard --explain link.pyc
    assert_output_has 'it is a symbolic link, or too large to be read'
}

@test "each thing that Python and Django can do with a migration's bytecode is said" {
    new_repo
    local cached=f30d0d0a000000000000000006000000 unchecked=f30d0d0a010000000000000000000000
    explained app/migrations/0001_a.pyc $cached 'does not load this migrations package'
    write app/migrations/__init__.py ''
    git add app
    explained app/migrations/0001_a.pyc $cached ': this file is that migration, and Django runs it'
    explained app/migrations/0001_a.pyc f30d0d0a ', and fails to import it'
    assert_output_has 'tries to import this file and fails: ImportError'
    explained app/migrations/_a.pyc $cached 'does not take a module of this name for a migration'
    write app/migrations/0001_a.py 'x = 1'
    git add app
    explained app/migrations/0001_a.pyc $cached ': Django runs the source'
    explained app/migrations/__pycache__/0001_a.cpython-313.pyc $cached 'runs this file if times were kept, else the source'
    explained app/migrations/__pycache__/0001_a.cpython-313.pyc $unchecked 'Django runs what this file says, not the source'
    explained migrations/__pycache__/0001_a.cpython-313.pyc $cached 'Django'
    write app/migrations/0001_a/__init__.py ''
    git add app
    explained app/migrations/__pycache__/0001_a.cpython-313.pyc $cached 'imports the package beside it, not this file'
}

@test "a migration as Django prints it: the bytecode that stands in for it, or its source" {
    app
    commit one
    for name in 0002_rename shop.0002_rename label.0002_rename; do
        run_pycguard --explain "$name"
        assert_status 0
        assert_output_has 'shop/migrations/0002_rename.pyc: rejected as ghost-module'
    done
    run_pycguard --explain 0001_initial
    assert_output_has 'shop/migrations/0001_initial.py: nothing rejects it (in the index)'
    # A ghost on disk that git never had.
    git rm -q --cached shop/migrations/0002_rename.pyc
    commit two
    (cd shop && "$PYCGUARD" --explain shop.0002_rename) >out || fail "$(<out)"
    grep -q '^migrations/0002_rename.pyc: .*misleading, ghost-module.* (on disk)' out || fail "$(<out)"
    write blog/migrations/0001_initial.py 'x = 1'
    git add blog
    assert_refuses 'is in several apps: name a file, such as' --explain 0001_initial
    run_pycguard --explain blog.0001_initial --format=json
    assert_json '.path == "blog/migrations/0001_initial.py"'
}

@test "a source that is gone: what it has left" {
    app
    commit one
    run_pycguard --explain shop/migrations/0002_rename.py
    assert_status 0
    assert_output_has 'shop/migrations/0002_rename.pyc: rejected as ghost-module'
    (cd shop && "$PYCGUARD" --explain migrations/0002_rename.py) >out || fail "$(<out)"
    grep -q '^migrations/0002_rename.pyc: .*rejected as ghost-module' out || fail "$(<out)"
    git rm -q --cached shop/migrations/0002_rename.pyc
    commit two
    run_pycguard --explain shop/migrations/0002_rename.py
    assert_output_has 'shop/migrations/0002_rename.pyc: misleading, ghost-module'
    # Elsewhere there is another one of that name.
    assert_refuses "cannot find '0002_rename.py'" --explain 0002_rename.py
}

@test "a source: its caches, and what an import loads" {
    new_repo
    write m.py 'x = 1'
    run_pycguard --explain m.py
    assert_output_has 'its caches        none'
    assert_output_has 'an import         Python runs this source'
    pyc m.py >/dev/null
    write m.pyc x
    git add -f .
    run_pycguard --explain m.py
    assert_output_has 'in git: m.pyc (bytecode)'
    assert_output_has 'on disk: __pycache__/m.'
    [[ $output =~ an\ import\ +Python\ 3[.0-9]+\ runs\ __pycache__/m.*,\ which\ was\ compiled\ from\ this\ source ]] || fail 'the cache on disk'
    rm -r __pycache__
    run_pycguard --explain m.py
    assert_output_has 'an import         Python runs this source'
}

@test "a link: that it is one, and whereto" {
    app
    ln -s nowhere none
    ln -s shop/migrations/0002_rename.pyc link.pyc
    ln -s shop/migrations far
    run_pycguard --explain none
    assert_status 0
    assert_output_has 'none: a symbolic link to nowhere'
    run_pycguard --explain link.pyc
    assert_output_has 'this is a symbolic link to shop/migrations/0002_rename.pyc'
    git add -f link.pyc
    rm link.pyc
    run_pycguard --explain link.pyc
    assert_output_has 'this is a symbolic link to shop/migrations/0002_rename.pyc'
    run_pycguard --explain far
    assert_status 0
    assert_output_has 'far: a symbolic link to shop/migrations'
    assert_output_has 'far/0002_rename.pyc'
    git add far
    for name in far far/ far//; do
        run_pycguard --explain "$name"
        assert_output_has 'this is a symbolic link to shop/migrations'
        assert_output_has 'in the index, on disk'
    done
}

@test "the verdict is in colour, and in narrow lines a label has one of its own" {
    app
    "$PYCGUARD" --color=always --explain shop/migrations/0002_rename.pyc >out
    grep -qF $'\e[1;31mrejected as ghost-module\e[m' out || fail "$(<out)"
    COLUMNS=40 "$PYCGUARD" --explain shop/migrations/0002_rename.pyc >out
    grep -qx '  kind of file' out || fail "$(<out)"
    printf '!/shop/migrations/0002_rename.pyc\n' >.pycguard
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_output_has '.pycguard on disk allows this, but is not staged'
    run_pycguard
    assert_output_has '.pycguard allows 1 of these, but is not staged: git add -- .pycguard'
}

@test "a directory, a slip in a rule's name, and a revision that is none lead somewhere" {
    app
    run_pycguard --explain shop/migrations
    assert_status 0
    assert_output_has '0002_rename.pyc'
    run_pycguard --explain shop --format=json
    assert_json '.mode == "tracked" and (.findings | length) == 3'
    mkdir empty
    run_pycguard --explain empty
    assert_output_is 'empty: a directory in which nothing is rejected'
    commit one
    assert_refuses "cannot find a file 'shop' in that revision" --explain HEAD:shop
    assert_refuses 'did you mean ghost-module?' --explain ghost-modul
    assert_refuses "unknown revision in 'nobranch:x.pyc'" --explain nobranch:x.pyc
}
