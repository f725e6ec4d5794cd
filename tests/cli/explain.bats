#!/usr/bin/env bats
# --explain: one file in plain words, wherever it is; one rule.

load helper

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

@test "a ghost: what it is, where its source is, what Python and Django do, the policy, the mend" {
    app
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 0
    assert_output_has "what       bytecode at its source's own place"
    assert_output_has "written by CPython $("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    assert_output_has 'it is      in the index, on disk'
    assert_output_has 'source     shop/migrations/0002_rename.py: not in the index, not on disk'
    assert_output_has 'migration 0002_rename of app shop: this file is that migration, and Django runs it'
    assert_output_has 'rejected by *.py[cod] (built in)'
    assert_output_has 'ghost-module: Python imports this file'
    assert_output_has 'mend '
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
    [[ $output =~ checkout\ +Python\ [0-9.]+\ runs\ the\ source ]] || fail 'checkout'
    [[ $output =~ times\ kept\ +Python\ [0-9.]+\ runs\ this\ file ]] || fail 'times kept'
    [[ $output =~ here,\ now\ +Python\ [0-9.]+\ runs\ this\ file ]] || fail 'here, now'
    touch -d '2001-01-01' shop/migrations/0001_initial.py
    run_pycguard --explain "$CACHE"
    [[ $output =~ here,\ now\ +Python\ [0-9.]+\ runs\ the\ source ]] || fail 'here, now, with another time'
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
    assert_output_has '(as in HEAD)'
    assert_output_has 'it is      not in the index, in HEAD, not on disk'
    commit after
    run_pycguard --explain HEAD~1:shop/migrations/0002_rename.pyc --format=json
    assert_status 0
    assert_json '.rule == "ghost-module" and .loads == "cache" and .path == "shop/migrations/0002_rename.pyc"'
    run_pycguard --explain HEAD:shop/migrations/0002_rename.pyc
    assert_status 2
    assert_stderr_is_one_line
    run_pycguard --explain shop/migrations/0002_rename.pyc
    assert_status 2
    assert_stderr_has 'neither in git nor on disk'
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
    assert_output_has 'source     '"$PWD"'/m.py: on disk'
}

@test "from a subdirectory, the path is the user's and so is the mend" {
    app
    cd shop
    run_pycguard --explain migrations/0002_rename.pyc
    assert_status 0
    assert_output_has 'it is      in the index'
    mend=$(sed -n 's/^  mend *//p' <<<"$output")
    PATH=$(dirname "$PYCGUARD"):$PATH sh -c "$mend"
    [[ -z $(git ls-files migrations/0002_rename.pyc) ]] || fail 'the mend mended nothing'
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
    assert_output_lacks 'mend '
}

@test "every rule has its text: what, why, example, mend" {
    for rule in ghost-module unchecked-cache orphaned-cache stale-cache bytecode policy; do
        run_pycguard --explain "$rule"
        assert_status 0
        assert_output_has "$rule"
        for part in what why example mend; do assert_output_has "  $part "; done
        [[ -z $(awk 'length > 80' <<<"$output") ]] || fail 'a line is too long'
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
