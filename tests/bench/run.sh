#!/usr/bin/env bash
# Times pycguard beside git and whatever else is installed, and prints tables of medians, the machine's
# noise (least, most) and ratios to the first row. PYCGUARD names the binary (build/pycguard, a Release
# build, by default), BEFORE another one to put beside it, ROUNDS how often each runs, SIZES the numbers of
# entries, HISTORY a repository to walk instead of one of COMMITS that is made, PARTS what to measure
# (staged, policy, worktree, histories, growth).
set -euo pipefail

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${PYCGUARD:=$source_root/build/pycguard}" "${ROUNDS:=21}" "${SIZES:=1000 100000 1000000}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-bench.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=tests/bench/repositories.bash
. "$source_root/tests/bench/repositories.bash"
[[ -x $PYCGUARD ]] || die "no $PYCGUARD: build it, or set PYCGUARD"
"${CC:-cc}" -O2 -D_GNU_SOURCE -o "$WORK/time" "$source_root/tests/bench/time.c"

# measure TITLE ROUNDS NAME COMMAND... -- ...
measure() {
    printf '\n### %s\n\n' "$1"
    printf '| | median, ms | least | most | ratio | CPU, ms | its ratio | MB |\n|---|---|---|---|---|---|---|---|\n'
    shift
    "$WORK/time" "$@" || echo '(failed)'
}

# guards ARG...: adds to the array `tools` pycguard with these arguments, and the one before.
guards() {
    tools=(-- "pycguard $*" "$PYCGUARD" "$@")
    [[ -z ${BEFORE-} ]] || tools+=(-- "before: pycguard $*" "$BEFORE" "$@")
}

# other_tools: adds to `tools` what runs hooks here, each with a rule against bytecode.
other_tools() {
    if command -v pre-commit >/dev/null || command -v prek >/dev/null; then
        printf '%s\n' 'repos:' '- repo: local' '  hooks:' \
            '  - {id: bytecode, name: bytecode, language: fail, entry: bytecode, files: "\\.py[cod]$"}' >.pre-commit-config.yaml
    fi
    if command -v lefthook >/dev/null; then
        printf '%s\n' 'pre-commit:' '  commands:' '    bytecode:' '      glob: "*.py[cod]"' '      run: exit 1' >lefthook.yml
        tools+=(-- lefthook lefthook run pre-commit)
    fi
    if command -v prek >/dev/null; then tools+=(-- prek prek run); fi
    if command -v pre-commit >/dev/null; then tools+=(-- pre-commit pre-commit run); fi
}

staged() {
    local count=$1 version tools git=('git diff --cached --name-only' git diff --cached --name-only)
    clean_repo "clean$count" "$count"
    for version in 2 4; do
        git update-index --index-version "$version"
        guards --check-staged -q
        if ((version == 2 && count < 100000)); then other_tools; fi # seconds each where there are more
        if [[ -z ${BEFORE-} ]]; then tools+=(-- 'pycguard --check-tracked -q' "$PYCGUARD" --check-tracked -q); fi
        # As git sets it for a hook.
        GIT_INDEX_FILE=.git/index measure "A clean commit, $count entries, index version $version" "$ROUNDS" "${git[@]}" "${tools[@]}"
    done
    git update-index --index-version 2
    stage "$(a_cache | git hash-object -w --stdin)" app000/__pycache__/gone.cpython-311.pyc
    guards --check-staged
    GIT_INDEX_FILE=.git/index measure "One orphan among $count entries" "$((ROUNDS / 2 + 1))" "${git[@]}" "${tools[@]}"
    cd "$WORK"
    rm -rf "$WORK/clean$count"
}

policy() {
    clean_repo lines 100000
    seq -f '/vendor/thing_%.0f/**/*.so' 50 >"$WORK/lines-50"
    measure 'A policy of 50 lines, 100,000 entries' "$((ROUNDS / 2 + 1))" 'no policy' "$PYCGUARD" --check-tracked -q -- \
        '50 lines' "$PYCGUARD" --check-tracked -q --policy "$WORK/lines-50"
    cd "$WORK"
    rm -rf lines
}

headers='import os, sys
for top, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".pyc"):
            with open(os.path.join(top, name), "rb") as file:
                file.read(16)'

worktree() {
    local tools
    tree_of_caches caches "$1"
    cd "$WORK"
    guards --check-worktree caches
    measure "$1 honest caches on disk" 7 "find -name '*.pyc'" find caches -name '*.pyc' "${tools[@]}" -- \
        'a script: Python, 16 bytes of each' python3 -I -c "$headers" caches
    rm -rf caches
}

history() {
    local tools
    cd "${HISTORY:-$WORK/history.git}"
    guards --check-history
    measure "The history of $(git rev-list --all --count) commits, $1" "$((ROUNDS / 4 + 1))" \
        'git log --all --diff-filter=A' git log --all --format= --name-only --diff-filter=A '*.py[cod]' "${tools[@]}"
    cd "$WORK"
}

# histories: as git gc leaves one, and as a clone has it.
histories() {
    if [[ -n ${HISTORY-} ]]; then
        history 'as it is'
        return
    fi
    history_repo history.git "${COMMITS:-25000}"
    history 'packed by git gc'
    rm -rf "$WORK/history.git/objects/info/commit-graph"*
    history 'without a commit-graph'
    rm -rf history.git
}

# What must not grow with the square: five times as much takes about five times as long.
growth() {
    local count format blob
    for count in 4000 20000 100000; do
        git init -q "findings-$count"
        blob=$(a_cache | git -C "findings-$count" hash-object -w --stdin)
        seq -f "100644 $blob 0	pkg/__pycache__/m%.0f.cpython-311.pyc" "$count" | git -C "findings-$count" update-index --index-info
    done
    for format in human json sarif github gitlab; do
        measure "Findings, as $format" 1 4,000 "$PYCGUARD" --format "$format" -C findings-4000 -- \
            20,000 "$PYCGUARD" --format "$format" -C findings-20000 -- \
            100,000 "$PYCGUARD" --format "$format" -C findings-100000
    done
    for count in 8000 40000 200000; do
        mkdir -p "wide-$count/__pycache__"
        (cd "wide-$count/__pycache__" && seq -f 'm%.0f.cpython-311.pyc' "$count" | xargs touch)
        git init -q "wide-$count"
        git -C "wide-$count" add -f .
    done
    for verb in --check-worktree '--clean -n' '--untrack -n' --check-ignores; do
        # shellcheck disable=SC2086 # a verb and its option
        measure "Files in one directory, $verb" 1 8,000 "$PYCGUARD" -q -C wide-8000 $verb -- \
            40,000 "$PYCGUARD" -q -C wide-40000 $verb -- 200,000 "$PYCGUARD" -q -C wide-200000 $verb
    done
}

printf '%s; %s; %s processors, load %s; %s rounds\n' "$("$PYCGUARD" --version)" "$(git --version)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(uptime | sed 's/.*average: //')" "$ROUNDS"
for part in ${PARTS:-staged policy worktree histories growth}; do
    case $part in
        staged) for size in $SIZES; do staged "$size"; done ;;
        worktree) worktree "${CACHES:-80000}" ;;
        policy | histories | growth) "$part" ;;
        *) die "no such part: $part" ;;
    esac
done
printf '\nload at the end: %s\n' "$(uptime | sed 's/.*average: //')"
