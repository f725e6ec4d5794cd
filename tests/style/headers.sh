#!/usr/bin/env bash
# usage: headers.sh CC FLAG...
# Every header of src/ compiles with nothing included before it.
set -euo pipefail

status=0 count=0
shopt -s globstar
for header in ../src/**/*.h; do
    "$@" -fsyntax-only -x c "$header" || status=1
    count=$((count + 1))
done
echo "$count headers"
((count)) || status=1
exit "$status"
