#!/usr/bin/env bats
# --check-staged: what it says, and that the fix it prints fixes.

load helper
load staging

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
    PATH=$(dirname "$PYCGUARD"):$PATH
    run_pycguard
    assert_status 1
    report='
ghost-module (1): its source was deleted, but Python still imports this file;
  in a migrations package, Django runs it as a migration
  shop/migrations/0002_old.pyc  (added)

Stop tracking it (the file stays on disk):
  git rm --cached -f -- shop/migrations/0002_old.pyc
Then delete from disk what Python would still run:
  pycguard --clean
Then have git ignore bytecode: pycguard --add-ignores'
    allow="To allow a file on purpose: pycguard --allow PATH"
    assert_output_is "pycguard: 1 bytecode file found
$report
$allow"
    GIT_INDEX_FILE=.git/index run_pycguard
    assert_status 1
    assert_output_is "pycguard: commit refused: 1 bytecode file should not be committed
$report
Then repeat your commit.
$allow"
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
    assert_output_has 'pycguard: 400 bytecode files found'
    assert_output_has '(10 files)'
    shown=$(grep -c '(10 files)' <<<"$output")
    assert_output_has "and $((400 - 10 * shown)) files more in $((40 - shown)) directories"
    run_pycguard -v
    assert_status 1
    [[ $(grep -c '^  [0-9]*/__pycache__/m' <<<"$output") == 400 ]] || fail
}

# --- the fix -------------------------------------------------------------------------------------

# mend_in SHELL: pastes the command that the report ends in.
mend_in() {
    local command
    command=$(sed -n '/ on disk):$/,/^\(Then\|To allow\)/{//!p;}' <<<"$output")
    [[ -n $command ]] || fail 'expected a command'
    (PATH=$(dirname "$PYCGUARD"):$PATH && "$1" -ec "$command") >/dev/null || fail "expected to run: $command"
}

# assert_mended COUNT: nothing is left to reject, and COUNT files are still on disk.
assert_mended() {
    judge --check-tracked
    assert_judged 0
    [[ $(find . -path ./.git -prune -o -type f -print0 | tr -dc '\0' | wc -c) == "$1" ]] || fail 'lost files'
}

@test "the command that ends the report fixes the commit, and leaves the files on disk" {
    new_repo
    commit start
    stage m.py m.pyc "a 'b' \"c\".pyc" '$HOME.pyc' 'dir;ls/&.pyc'
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 5
    [[ $(git diff --cached --name-only) == m.py ]]
}

@test "the command fixes names that are patterns or magic to git, and no other file" {
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

@test "the command fixes names that begin with a dash" {
    new_repo
    commit start
    stage ./-rf.pyc ./--.pyc
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 2
}

@test "the command fixes names with control bytes and bad UTF-8" {
    new_repo
    commit start
    stage $'new\nline.pyc' $'\e[31m\'.pyc' $'bad\xff\xfe.pyc' $'tab\t\\ü.pyc'
    run_pycguard
    assert_status 1
    mend_in bash
    assert_mended 4
}

@test "the command fixes many at once" {
    new_repo
    commit start
    stage {1..20}.pyc '*.pyc' ':x.pyc' $'new\nline.pyc' m.py
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 24
}

@test "the command for many fixes under the same policy" {
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
    command=$(sed -n '/ on disk):$/,/^\(Then\|To allow\)/{//!p;}' <<<"$output")
    mkdir "$WORK/tools"
    ln -s "$(command -v sh)" "$(command -v git)" "$WORK/tools"
    PATH=$WORK/tools sh -ec "$command"
    assert_mended 20
}

@test "the command fixes before the first commit" {
    new_repo
    stage m.pyc dir/n.pyc m.py
    run_pycguard
    assert_status 1
    mend_in sh
    assert_mended 3
}

@test "the command fixes what HEAD had, and a file that has changed since" {
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

@test "the command fixes a conflict" {
    merge_added_twice m.pyc
    run_pycguard --strict
    assert_status 1
    mend_in sh
    assert_mended 2
}

@test "the command of a refused git commit fixes from the subdirectory where it was typed" {
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

@test "the command for many fixes from the subdirectory where git commit was typed" {
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

@test "the command of a check by hand fixes from a subdirectory" {
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

@test "the command of a check with -C fixes from where it was typed" {
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

@test "the fix of each finding fixes it" {
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

@test "once fixed and ignored, the commit goes through" {
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
