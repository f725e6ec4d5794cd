#!/usr/bin/env bash
# Every C file is as clang-format would have it; `clang-format -i FILE` formats one. Each major version
# has a mind of its own, so any other than the one that the tree was formatted with is no judge.
set -euo pipefail

readonly version=14

die() {
    echo "style.format: skipped: $*"
    exit 77
}

for program in "clang-format-$version" clang-format; do
    if command -v "$program" >/dev/null; then
        found=$("$program" --version)
        [[ $found == *"version $version."* ]] && break
    fi
    program=
done
[[ $program ]] || die "clang-format $version is not here${found:+, but: $found}"

cd ..
shopt -s globstar
exec "$program" --dry-run -Werror src/**/*.[ch] tests/**/*.[ch]
