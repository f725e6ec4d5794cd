#!/usr/bin/env bats
# src/packs.h against git: the commits and trees of packs of every shape, and nothing of damaged ones.

load helper

# grow COUNT: commits whose trees differ a little, so that packs hold them as differences.
grow() {
    {
        printf 'blob\nmark :1\ndata 1\nx\nreset refs/heads/main\n'
        for ((i = 0; i < $1; i++)); do
            printf 'commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 300\n%300d\n' "$i" "$i"
            printf 'M 644 :1 d%d/e%d/f%d.py\n' $((i % 7)) $((i % 3)) "$i"
        done
    } | git fast-import --quiet
    git tag -a -m 'A tag' v1
}

# all [TYPE...]: the ids of all objects, or of those types.
all() {
    git cat-file --batch-all-objects --batch-check='%(objecttype) %(objectname)' |
        grep -E "^($(IFS='|' && echo "${*:-.*}")) " | cut -d' ' -f2
}

# same_as_git [SIZE]: each commit and tree is what git says, whatever order they are read in.
same_as_git() {
    local order
    for order in sort 'sort -r'; do
        all commit tree | $order >ids
        [[ -s ids ]]
        git cat-file --batch <ids >expected
        "$PACKS_TOOL" "$(objects)" "${1:-20}" <ids >given
        cmp expected given
    done
}

objects() { echo "$(git rev-parse --git-common-dir)/objects/"; }

# pack_file EXTENSION: the one there is.
pack_file() { echo "$(objects)"pack/pack-*."$1"; }

@test "differences by offset and by id, chains, several packs, 64-bit offsets, SHA-256" {
    new_repo
    grow 200
    git repack -adfq --depth=50
    git verify-pack -v "$(pack_file idx)" | grep -q '^chain length = [3-9]' # or it proves nothing
    same_as_git

    git -c repack.useDeltaBaseOffset=false repack -adfq
    same_as_git

    commit 'another pack'
    git repack -dq
    [[ $(find "$(objects)pack" -name '*.pack' | wc -l) == 2 ]]
    same_as_git
    git repack -adq

    chmod u+w "$(pack_file idx)"
    git index-pack --index-version=2,0x40 -o "$(pack_file idx)" "$(pack_file pack)" >/dev/null
    same_as_git

    git init -q --object-format=sha256 "$WORK/long"
    cd "$WORK/long"
    grow 50
    git repack -adfq
    same_as_git 32
}

@test "blobs, tags, loose objects and what is not there are left to libgit2" {
    new_repo
    grow 20
    git repack -adq
    { all blob tag && git commit-tree -m loose 'HEAD^{tree}' && echo 1111111111111111111111111111111111111111; } >ids
    "$PACKS_TOOL" "$(objects)" 20 <ids >given
    [[ $(wc -l <ids) == 4 ]]
    sed 's/$/ ask/' ids | diff - given
}

@test "packs that are cut, of another version, or whose index is another's are left to libgit2" {
    new_repo
    grow 30
    git repack -adfq
    all commit tree >ids
    sed 's/$/ ask/' ids >nothing
    chmod u+w "$(objects)pack"/*
    index=$(pack_file idx) pack=$(pack_file pack)
    cp "$index" index
    cp "$pack" pack
    ask() { "$PACKS_TOOL" "$(objects)" 20 <ids 2>/dev/null | diff -q nothing - >/dev/null; }

    for size in 0 1 8 1031 1071 1100 $(($(wc -c <index) - 1)); do
        head -c "$size" index >"$index"
        ask
    done
    cp index "$index"
    for size in 0 11 32 1000 $(($(wc -c <pack) - 1)); do
        head -c "$size" pack >"$pack"
        ask
    done
    cp pack "$pack"
    run -1 ask # whole again, it is read
    printf '\001' | dd of="$pack" bs=1 seek=7 conv=notrunc status=none # the version
    ask
    cp pack "$pack"
    printf '\377' | dd of="$index" bs=1 seek=8 conv=notrunc status=none # the first of those that rise
    ask
    git index-pack --index-version=1 -o "$index" "$pack" >/dev/null
    ask
}

@test "a damaged object is libgit2's to tell of, and the others are read" {
    new_repo
    grow 30
    git repack -adfq --window=0 # no object is another's base
    all tree >ids
    git cat-file --batch <ids >expected
    id=$(git rev-parse HEAD~5)
    at=$(git verify-pack -v "$(pack_file idx)" | awk -v id="$id" '$1 == id { print $5 }')
    chmod u+w "$(pack_file pack)"
    # In the midst of its stream.
    printf '\377\377\377' | dd of="$(pack_file pack)" bs=1 seek=$((at + 30)) conv=notrunc status=none
    [[ $(echo "$id" | "$PACKS_TOOL" "$(objects)" 20) == "$id ask" ]]
    "$PACKS_TOOL" "$(objects)" 20 <ids | cmp expected -
    run_pycguard --check-history
    assert_status 2
    assert_stderr_has "cannot read commit '$id'"
}

@test "no single byte of a pack or its index can make the reader fail" {
    new_repo
    grow 12
    git repack -adfq
    all commit tree >ids
    chmod u+w "$(objects)pack"/*
    "$PYTHON" -I - "$PACKS_TOOL" "$(objects)" "$(pack_file idx)" "$(pack_file pack)" <<'PYTHON'
import subprocess, sys
tool, objects, *files = sys.argv[1:]
ids = open("ids", "rb").read()
for name in files:
    whole = open(name, "rb").read()
    with open(name, "r+b", buffering=0) as file:
        for at in range(0, len(whole), max(1, len(whole) // 150)):
            file.seek(at)
            file.write(bytes([whole[at] ^ 0xFF if at % 2 else whole[at] ^ 1 << at % 8]))
            done = subprocess.run([tool, objects, "20"], input=ids, capture_output=True)
            assert done.returncode == 0 and done.stderr in (b"", b"no packs\n"), (name, at, done.stderr)
            file.seek(at)
            file.write(whole[at : at + 1])
PYTHON
}
