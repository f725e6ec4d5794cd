#!/usr/bin/env bash
# Counts instructions an entry under callgrind: of a run over twice as much less one over as much, so
# that starting up cancels out. Steady to a part in a hundred, whatever else the machine does. (valgrind
# runs without SHA instructions; the checksum is counted apart.)
set -euo pipefail

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${PYCGUARD:=$source_root/build/pycguard}" "${COUNT:=10000}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-bench.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=tests/bench/repositories.bash
. "$source_root/tests/bench/repositories.bash"
[[ -x $PYCGUARD ]] || die "no $PYCGUARD: build it, or set PYCGUARD"
command -v valgrind >/dev/null || die 'valgrind is not installed'

# count ARG...: instructions of a run, "all in-the-checksum".
count() {
    valgrind --tool=callgrind --callgrind-out-file="$WORK/out" "$PYCGUARD" "$@" >/dev/null 2>"$WORK/log" || (($? == 1))
    callgrind_annotate --threshold=100 "$WORK/out" | awk '
        /PROGRAM TOTALS/ { gsub(",", "", $1); all = $1 }
        /:take_(plain|block|sha_ni)/ { gsub(",", "", $1); sum += $1 }
        END { print all, sum + 0 }'
}

# row NAME ONCE TWICE: of two lines of `count`.
row() {
    local once twice
    read -ra once <<<"$2"
    read -ra twice <<<"$3"
    printf '| %-40s | %10d | %8d | %8d |\n' "$1" "${once[0]}" \
        $(((twice[0] - once[0] - twice[1] + once[1]) / COUNT)) $(((twice[1] - once[1]) / COUNT))
}

printf '| %s | in all, %d entries | an entry | its checksum |\n|---|---|---|---|\n' "$("$PYCGUARD" --version)" "$COUNT"
clean_repo once "$COUNT"
clean_repo twice "$((2 * COUNT))"
tree_of_caches caches-once "$COUNT"
tree_of_caches caches-twice "$((2 * COUNT))"
cd "$WORK"
row 'clean commit' "$(cd once && count)" "$(cd twice && count)"
row 'the same, not screened (-v)' "$(count -C once -v)" "$(count -C twice -v)"
row '--check-worktree, honest caches' "$(count --check-worktree caches-once)" "$(count --check-worktree caches-twice)"
