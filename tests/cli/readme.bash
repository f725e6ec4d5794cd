# shellcheck shell=bash
# The blocks of the documents by name, for the tests that run them; `load readme` after helper.
#
# Above each fenced block of a document stands a line that says what becomes of it:
#
#     <!-- tested: NAME -->      a test takes it, by readme_block NAME or a word that uses it
#     <!-- not run: WHY -->
#
# readme.bats sees to it that there is such a line, and such a test.

DOCUMENTS=("$SOURCE_ROOT"/README.md "$SOURCE_ROOT"/src/doc/*.md "$SOURCE_ROOT"/{src,tests,tests/bench}/README.md)

# readme_block NAME: prints the block of that name.
readme_block() {
    cat "${DOCUMENTS[@]}" | awk -v mark="<!-- tested: $1 -->" '
        $0 == mark { due = 1; next }
        due && /^```/ { if (inside) exit; inside = found = 1; next }
        inside
        END { exit !found }' || fail "no document has a block $1"
}

# replace_block NAME <TEXT: puts TEXT into that block, for whoever changes what is printed.
replace_block() {
    local document
    document=$(grep -lxF "<!-- tested: $1 -->" "${DOCUMENTS[@]}")
    awk -v mark="<!-- tested: $1 -->" '
        NR == FNR { text = text $0 "\n"; next }
        inside && !/^```/ { next }
        { print }
        $0 == mark { due = 1; next }
        /^```/ { if (due) printf "%s", text; inside = due; due = 0 }' - "$document" >"$WORK/document"
    cp "$WORK/document" "$document"
}

# on_path: pycguard, and git pycguard, are on PATH, and no other of theirs.
on_path() {
    mkdir -p "$WORK/bin"
    ln -sf "$PYCGUARD" "$WORK/bin/pycguard"
    ln -sf "$PYCGUARD" "$WORK/bin/git-pycguard"
    PATH=$WORK/bin:$PATH
}

# transcript: runs each command, a line `$ COMMAND`, of standard input in one shell, and prints it with
# what it said.
transcript() {
    grep '^\$ ' >"$WORK/commands"
    # shellcheck disable=SC2016 # it is that shell's
    bash -c 'while IFS= read -r line <&9; do printf "%s\n" "$line"; eval "${line#\$ }" </dev/null; done' \
        9<"$WORK/commands" 2>&1 || true
}

# assert_transcript NAME [SED]: the console block of that name is what its commands say here and now,
# where /home/you is WORK; both after that sed script. With UPDATE_DOCUMENTS=1 the block is replaced.
assert_transcript() {
    on_path
    readme_block "$1" >"$WORK/expected"
    sed "s|/home/you|$WORK|g" "$WORK/expected" | transcript | sed "s|$WORK|/home/you|g" >"$WORK/actual"
    if [[ -n ${UPDATE_DOCUMENTS-} ]]; then replace_block "$1" <"$WORK/actual"; fi
    diff <(sed "${2-}" "$WORK/expected") <(sed "${2-}" "$WORK/actual")
}

# cache PATH [SOURCE]: a cache of Python 3.11 that fits SOURCE as it is, and holds no code; the same
# bytes wherever it is made.
cache() {
    local size=0 time=0
    [[ -z ${2-} ]] || read -r size time < <(stat -c '%s %Y' "$2")
    mkdir -p "$(dirname "$1")"
    "$PYTHON" -I -c 'import struct, sys
path, time, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
open(path, "wb").write(struct.pack("<H2sIII", 3495, b"\r\n", 0, time, size) + b"x" * 184)' "$1" "$time" "$size"
}
