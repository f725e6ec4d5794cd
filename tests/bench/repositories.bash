# shellcheck shell=bash
# What the benchmarks measure: made afresh, with no file on disk but where the disk is looked at.

export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 HOME=$WORK
unset -v GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
# Else git cleans up behind our back, on the processor that is being timed.
git config --global gc.auto 0
git config --global maintenance.auto false

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

# history_repo DIR COMMITS: a bare repository, packed as `git gc` does. Some files change all the time,
# most hardly ever, in packages three deep; one commit in ten or so is of a branch that is merged.
history_repo() {
    git init -q --bare "$WORK/$1"
    cd "$WORK/$1" || return
    python3 -I - "$2" <<'END' | git fast-import --quiet
import random, sys
rng = random.Random(1)
lines = [f'    value_{i} = compute(context, {i * 7919 % 1000}, name="{i * 104729 % 99991:x}")\n' for i in range(997)]
files, text, commits = [], {}, 0

def add():
    i = len(text)
    package = rng.randrange(1265)
    path = f'app{package % 23:02d}/package{package // 23 % 11:02d}/module{package // 253}/file_{i}.py'
    text[path] = rng.choices(lines, k=rng.randrange(10, 80))
    files.insert(rng.randrange(len(files) + 1), path)
    return path

def change():
    changed = {}
    for _ in range(1 + int(rng.expovariate(0.8))):
        what = rng.random()
        path = files[min(int(rng.expovariate(6 / len(files))), len(files) - 1)]
        if what < 0.12:
            path = add()
        elif what < 0.15:
            files.remove(path)
            changed[path] = None
            continue
        text[path][rng.randrange(len(text[path]))] = rng.choice(lines)
        changed[path] = ''.join(text[path])
    return changed

def commit(branch, changed, merged=None):
    global commits
    commits += 1
    who = f'Dev {commits * 31 % 83} <dev@example.org> {1200000000 + 5000 * commits} +0100'
    words = f'Change {commits}: fix #{rng.randrange(30000)}\n\n' + ''.join(rng.choices(lines, k=3))
    print(f'commit refs/heads/{branch}\nmark :{commits}\nauthor {who}\ncommitter {who}\ndata {len(words)}\n{words}')
    if merged:
        print(f'merge :{merged}')
    for path, source in changed.items():
        print(f'D {path}' if source is None else f'M 644 inline {path}\ndata {len(source)}\n{source}')
    print()
    return commits

commit('main', {path: ''.join(text[path]) for path in [add() for _ in range(1500)]})
while commits < int(sys.argv[1]):
    if rng.random() > 0.03:
        commit('main', change())
        continue
    print(f'reset refs/heads/topic\nfrom :{commits}\n')
    brought = {}
    for _ in range(rng.randrange(1, 4)):
        last = change()
        brought.update(last)
        side = commit('topic', last)
    commit('main', {path: source for path, source in change().items() if path not in brought})
    commit('main', brought, side)
END
    git update-ref -d refs/heads/topic
    git gc -q
}
