#!/usr/bin/env bats
# Every block of the README has a test or says why not; those without a file of their own have it here.

load helper
load hooks
load readme

# blocks DOCUMENT: each fenced block of it as a line "NUMBER MARK", the line of the mark and its text.
blocks() {
    awk '/^```/ { if (!inside) print NR - 1, before; inside = !inside } { before = $0 }' "$1"
}

# names: of the tested blocks.
names() {
    for document in "${DOCUMENTS[@]}"; do blocks "$document"; done |
        sed -n 's/^[0-9]* <!-- tested: \([a-z0-9-]*\) -->$/\1/p'
}

@test "every block of a document is tested by its name, or says why it is not run" {
    for document in "${DOCUMENTS[@]}"; do
        run grep -vE '^[0-9]+ <!-- (tested: [a-z0-9-]+|not run: .+) -->$' <(blocks "$document")
        [[ -z $output ]] || fail "$document: blocks without a mark, by line:" "$output"
    done
    [[ -z $(names | sort | uniq -d) ]] || fail 'one name for two blocks'
    cat "$SOURCE_ROOT"/tests/cli/*.bats >tests
    for name in $(names); do
        grep -qE "(readme_block|assert_transcript|run_block|recipe) $name\b" tests || fail "no test takes block $name"
    done
    (($(names | wc -l) >= 20))
}

@test "the README fits: 250 lines, 14 kB, and each of its sections in its own lines" {
    (($(wc -l <"$SOURCE_ROOT/README.md") <= 250 && $(wc -c <"$SOURCE_ROOT/README.md") <= 14000))
    awk '/^#+ / && !inside { section++ } /^```/ { inside = !inside } { lines[section]++ }
        END { for (n = 1; n <= section; n++) print lines[n] }' "$SOURCE_ROOT/README.md" >lines
    paste -d ' ' lines <(printf '%s\n' 20 25 30 30 20 25 12 15 35 8 18 12) | awk 'NF != 2 || $1 > $2 { bad = 1 } { print } END { exit bad }'
}

# places DOCUMENT: of its headings, as GitHub makes them.
places() {
    grep '^#' "$1" | sed -E 's/^#+ //; s/[^A-Za-z0-9 _-]//g; s/ /-/g' | tr '[:upper:]' '[:lower:]'
}

@test "what the documents link to is there" {
    for document in "${DOCUMENTS[@]}"; do
        cd "$(dirname "$document")"
        while IFS='#' read -r file place; do
            [[ -e ${file:-$document} ]] || fail "$document: no file $file"
            [[ -z $place ]] || places "${file:-$document}" | grep -qxF -- "$place" || fail "$document: no section $file#$place"
        done < <(grep -oE '\]\([^): ]+\)' "$document" | sed 's/^](//; s/)$//')
    done
}

@test "the files that src/README.md names are there" {
    cd "$SOURCE_ROOT/src"
    grep -oE '`([a-z_]+/)+[A-Za-z_*]+\.(def|c|json|md|bats|txt|py)`' README.md | tr -d '`' | sort -u >"$WORK/named"
    (($(wc -l <"$WORK/named") >= 12))
    while read -r file; do
        compgen -G "${file/NAME/*}" >/dev/null || compgen -G "../${file/NAME/*}" >/dev/null || fail "no file $file"
    done <"$WORK/named"
}

@test "the opening is what a refused commit says, and so is the picture" {
    "$SOURCE_ROOT/tests/picture.sh" text >"$WORK/actual"
    "$SOURCE_ROOT/tests/picture.sh" svg >"$WORK/picture"
    if [[ -n ${UPDATE_DOCUMENTS-} ]]; then
        replace_block refused <"$WORK/actual"
        cp "$WORK/picture" "$SOURCE_ROOT/tests/data/refused.svg"
    fi
    readme_block refused | diff - "$WORK/actual"
    diff "$SOURCE_ROOT/tests/data/refused.svg" "$WORK/picture" || fail 'draw it with UPDATE_DOCUMENTS=1, and look at it'
    grep -q '(tests/data/refused.svg)' "$SOURCE_ROOT/README.md"
}

# --- the examples ------------------------------------------------------------------------------

# shop: a repository with the bytecode of a replaced migration in it, as /home/you/shop might be.
shop() {
    new_repo shop
    write shop/__init__.py ''
    write shop/models.py 'name = "shop"'
    write shop/migrations/__init__.py ''
    write shop/migrations/0001_initial.py 'operations = []'
    write shop/migrations/0002_rename.py 'operations = ["rename"]'
    write Dockerfile 'FROM scratch'
    find . -name '*.py' -exec touch -d '2024-01-01 10:00:00' {} +
    for name in __init__ 0001_initial 0002_rename; do
        cache "shop/migrations/__pycache__/$name.cpython-311.pyc" "shop/migrations/$name.py"
    done
    cache shop/migrations/0002_rename.pyc shop/migrations/0002_rename.py
    commit 'A shop' .
    git mv shop/migrations/0002_rename.py shop/migrations/0002_placeholder.py
    commit 'Replace migration 0002'
}

@test "the README has every verb" {
    for verb in $("$PYCGUARD" --help | sed -n '/^Options/q; s/^  \(--[a-z-]*\).*/\1/p'); do
        [[ $verb == --check-staged ]] || grep -qE "^\| .*$verb\b" "$SOURCE_ROOT/README.md" || fail "the README lacks $verb"
    done
}

@test "the example of explain" {
    shop
    assert_transcript explain
}

@test "the example of history" {
    shop
    # How well zlib compresses is not for us to say.
    assert_transcript history 's/[0-9]* bytes/N bytes/g'
}

# each_line: runs each line of standard input by itself; what it may exit with is 0 or 1.
each_line() {
    local line
    while IFS= read -r line; do
        [[ -n $line ]] || continue
        run bash -c "$line"
        ((status <= 1)) || fail "exit status $status: $line"
    done
}

@test "the commands that install the hooks" {
    on_path
    new_repo
    readme_block hooks >"$WORK/lines"
    while IFS= read -r line; do bash -c "$line"; done <"$WORK/lines"
    [[ -z $(ls .git/hooks/pre-*[!e]) ]]
}

@test "the commands for ranges, pushes and servers" {
    on_path
    new_repo
    git init -q --bare ../server.git
    git remote add origin ../server.git
    commit base
    git push -q origin main
    commit 'bytecode' "$(pyc m.py)" m.py
    readme_block ranges | sed "s|/srv/git/shop.git|'$WORK/server.git'|" >"$WORK/lines"
    each_line <"$WORK/lines"
    run git push origin main
    assert_status 1
    assert_output_has 'm.cpython'
    run git push --no-verify origin main
    assert_status 1
    assert_output_has 'remote: '
}

@test "an entrypoint that cleans starts its program, unless something misleading cannot go" {
    on_path
    write app/main.py 'x = 1'
    readme_block entrypoint | sed "s|/app|'$WORK/app'|" >start.sh
    cache app/m.pyc
    run sh start.sh echo started
    assert_status 0
    assert_output_has started
    [[ ! -e app/m.pyc ]]
    write app/m.pyc text
    run sh start.sh echo started
    assert_status 1
    assert_output_lacks started
}

@test "the policy of the README decides as its comments say" {
    new_repo
    readme_block policy >.pycguard
    for path in tests/data/old.pyc build/m.txt lib/m.so.1 src/m.pyc; do write "$path" x; done
    write pkg/build/fine.txt x
    git add -f .
    judge --check-tracked
    assert_judged 1 'error policy build/m.txt' 'error policy lib/m.so.1' 'error ghost-module src/m.pyc'
}

@test "a file is allowed on purpose, and its deleted source is found all the same" {
    on_path
    new_repo
    write tests/data/old.py 'x = 1'
    write tests/data/old.pyc x
    git add -f .
    readme_block allow >"$WORK/lines"
    bash -e "$WORK/lines"
    judge
    assert_judged 0
    git rm -q --cached tests/data/old.py
    judge
    assert_judged 1 'error ghost-module tests/data/old.pyc'
}

# recipe NAME REJECTED... -- ALLOWED...: that block as .pycguard, over empty files of these paths.
recipe() {
    local rejected=()
    new_repo "$1"
    readme_block "$1" >.pycguard
    shift
    while [[ $1 != -- ]]; do
        write "$1" '' && rejected+=("$1")
        shift
    done
    for path in "${@:2}"; do write "$path" ''; done
    git add -f .
    [[ $("$PYCGUARD" -z | tr '\0' '\n') == "$(printf '%s\n' "${rejected[@]}")" ]] || fail 'rejected:' "$("$PYCGUARD")"
    cd "$WORK" || return
}

@test "the recipes of policy reject and allow what they say" {
    recipe recipe-fixtures m.pyc tests/__pycache__/m.cpython-311.pyc -- tests/data/m.pyc tests/data/deep/m.pyc
    recipe recipe-vendored vendor/other/m.pyc -- vendor/acme/m.pyc vendor/acme/__pycache__/m.cpython-311.pyc
    recipe recipe-migrations shop/migrations/0001.pyc shop/migrations/__pycache__/0001.cpython-311.pyc -- \
        plugins/a.pyc __pycache__/a.cpython-311.pyc migrations_of_birds.pyc
    recipe recipe-secrets .env .env.production deep/.env keys/server.pem -- .env.example tests/data/a.pem .envrc
    recipe recipe-litter .DS_Store build/x dist/y ext/m.so m.egg-info/PKG-INFO -- src/build/z src/so.py
}
