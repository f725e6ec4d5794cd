#!/usr/bin/env bash
# Times pycguard beside git and whatever else is installed, and prints tables of medians, the machine's
# noise (least, most) and ratios to the first row. PYCGUARD names the binary (build/pycguard, a Release
# build, by default), ROUNDS how often each runs, SIZES the numbers of entries, HISTORY a repository to
# walk instead of one of COMMITS that is made.
set -euo pipefail

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${PYCGUARD:=$source_root/build/pycguard}" "${ROUNDS:=21}" "${SIZES:=1000 10000 100000 1000000}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-bench.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=tests/bench/repositories.bash
. "$source_root/tests/bench/repositories.bash"
[[ -x $PYCGUARD ]] || die "no $PYCGUARD: build it, or set PYCGUARD"
"${CC:-cc}" -O2 -D_GNU_SOURCE -o "$WORK/time" "$source_root/tests/bench/time.c"

# measure TITLE ROUNDS NAME COMMAND... -- ...
measure() {
    printf '\n### %s\n\n' "$1"
    printf '| | median, ms | least | most | ratio | CPU, ms | MB |\n|---|---|---|---|---|---|---|\n'
    shift
    "$WORK/time" "$@" || echo '(failed)'
}

# other_tools: adds to the array `others` what runs hooks here, each with a rule against bytecode.
other_tools() {
    others=()
    if command -v pre-commit >/dev/null || command -v prek >/dev/null; then
        printf '%s\n' 'repos:' '- repo: local' '  hooks:' \
            '  - {id: bytecode, name: bytecode, language: fail, entry: bytecode, files: "\\.py[cod]$"}' >.pre-commit-config.yaml
    fi
    if command -v lefthook >/dev/null; then
        printf '%s\n' 'pre-commit:' '  commands:' '    bytecode:' '      glob: "*.py[cod]"' '      run: exit 1' >lefthook.yml
        others+=(-- lefthook lefthook run pre-commit)
    fi
    if command -v prek >/dev/null; then others+=(-- prek prek run); fi
    if command -v pre-commit >/dev/null; then others+=(-- pre-commit pre-commit run); fi
}

staged() {
    local count=$1 rounds=$ROUNDS others
    clean_repo "clean$count" "$count"
    other_tools
    export GIT_INDEX_FILE=.git/index # as git sets it for a hook
    ((count < 100000)) || others=()  # seconds each, of which nothing is learnt
    measure "A clean commit, $count entries" "$rounds" \
        'git diff --cached --name-only' git diff --cached --name-only -- \
        'the same, piped to grep, in sh' sh -c 'git diff --cached --name-only | grep "\.py[cod]$"' -- \
        'pycguard' "$PYCGUARD" "${others[@]}"
    unset GIT_INDEX_FILE
    stage "$(a_cache | git hash-object -w --stdin)" app000/__pycache__/gone.cpython-311.pyc
    export GIT_INDEX_FILE=.git/index
    measure "One orphan among $count entries" "$((rounds / 2 + 1))" \
        'git diff --cached --name-only' git diff --cached --name-only -- 'pycguard' "$PYCGUARD"
    unset GIT_INDEX_FILE
    cd "$WORK"
    rm -rf "$WORK/clean$count"
}

worktree() {
    tree_of_caches caches "$1"
    cd "$WORK"
    measure "$1 honest caches on disk" 7 \
        "find -name '*.pyc'" find caches -name '*.pyc' -- \
        'pycguard --check-worktree' "$PYCGUARD" --check-worktree caches -- \
        'a script: find, head -c 16, cksum' sh -c "find caches -name '*.pyc' -exec head -q -c 16 {} + | cksum"
    rm -rf caches
}

history() {
    cd "${HISTORY:-$WORK/history.git}"
    measure "The history of $(git rev-list --all --count) commits, $1" "$((ROUNDS / 4 + 1))" \
        'git log --all --diff-filter=A' git log --all --diff-filter=A --name-only --format= '*.py[cod]' -- \
        'pycguard --check-history' "$PYCGUARD" --check-history
    cd "$WORK"
}

# histories: as git gc leaves one, as a clone has it, and with all differences found anew.
histories() {
    if [[ -n ${HISTORY-} ]]; then
        history 'as it is'
        return
    fi
    history_repo history.git "${COMMITS:-25000}"
    history 'packed by git gc'
    rm -rf "$WORK/history.git/objects/info/commit-graph"*
    history 'without a commit-graph'
    git -C history.git repack -adfq --depth=50 --window=50
    history 'packed by git repack -f'
    rm -rf history.git
}

# What must not grow with the square: twice as much takes about twice as long.
growth() {
    local count
    clean_repo lines 10000
    for count in 250 500 1000; do
        seq -f 'no_such_name_%.0f.log' "$count" >"$WORK/lines-$count"
    done
    measure 'Lines of policy, 10,000 entries' 5 250 "$PYCGUARD" --policy "$WORK/lines-250" -- \
        500 "$PYCGUARD" --policy "$WORK/lines-500" -- 1000 "$PYCGUARD" --policy "$WORK/lines-1000"
    cd "$WORK"
    for count in 5000 10000 20000; do
        git init -q "findings-$count"
        blob=$(a_cache | git -C "findings-$count" hash-object -w --stdin)
        seq -f "100644 $blob 0	pkg/__pycache__/m%.0f.cpython-311.pyc" "$count" | git -C "findings-$count" update-index --index-info
        mkdir -p "wide-$count/__pycache__"
        (cd "wide-$count" && seq -f '%.0f.txt' "$((count * 10))" | xargs touch)
    done
    measure 'Findings' 5 5000 "$PYCGUARD" -C findings-5000 -- 10000 "$PYCGUARD" -C findings-10000 -- \
        20000 "$PYCGUARD" -C findings-20000
    measure 'Files in one directory' 5 50000 "$PYCGUARD" --check-worktree wide-5000 -- \
        100000 "$PYCGUARD" --check-worktree wide-10000 -- 200000 "$PYCGUARD" --check-worktree wide-20000
}

printf '%s; %s; %s processors, load %s; %s rounds\n' "$("$PYCGUARD" --version)" "$(git --version)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(uptime | sed 's/.*average: //')" "$ROUNDS"
for size in $SIZES; do staged "$size"; done
worktree "${CACHES:-80000}"
histories
growth
