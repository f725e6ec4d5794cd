# shellcheck shell=bash
# What the benchmarks measure: made afresh, with no file on disk but where the disk is looked at.

export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 HOME=$WORK
unset -v GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

die() {
    echo "${0##*/}: $*" >&2
    exit 2
}

# index_lines COUNT BLOB: for update-index, paths as a large Python project has them.
index_lines() {
    awk -v count="$1" -v blob="$2" 'BEGIN {
        for (i = 0; i < count; i++)
            printf "100644 %s 0\tapp%03d/package%02d/module%02d/file_%02d_%d.py\n",
                blob, i / 4000, i / 200 % 20, i / 20 % 10, i % 20, i
    }'
}

# clean_repo DIR COUNT: all committed, and one more file staged. We are in it.
clean_repo() {
    git init -q "$WORK/$1"
    cd "$WORK/$1" || return
    git config user.name Bench
    git config user.email bench@example.org
    blob=$(echo 'x = 1' | git hash-object -w --stdin)
    index_lines "$2" "$blob" | git update-index --index-info
    git commit -qm base
    stage "$blob" app000/one_more.py
}

stage() { printf '100644 %s 0\t%s\n' "$1" "$2" | git update-index --index-info; }

# a_cache: the bytes of a cache of CPython 3.11, of a source of 6 bytes.
a_cache() { printf '\247\r\r\n\0\0\0\0\0\361\123\145\6\0\0\0code'; }

# tree_of_caches DIR COUNT: sources with their caches, which fit, 40 a package. Only python3 is quick
# enough to write that many files.
tree_of_caches() {
    python3 -I - "$WORK/$1" "$2" <<'END'
import os, struct, sys
top, count = sys.argv[1], int(sys.argv[2])
cache = struct.pack('<HHIII', 3495, 0x0a0d, 0, 1700000000, 6) + b'code' * 100
for i in range(count):
    package = f'{top}/app{i // 4000:03d}/package{i // 40:05d}'
    if i % 40 == 0:
        os.makedirs(package + '/__pycache__')
    source = f'{package}/module_{i % 40:02d}.py'
    with open(source, 'w') as file:
        file.write('x = 1\n')
    os.utime(source, (1700000000, 1700000000))
    with open(f'{package}/__pycache__/module_{i % 40:02d}.cpython-311.pyc', 'wb') as file:
        file.write(cache)
END
}
