#!/usr/bin/env bats
# --check-tracked: every file in the index, whoever put it there.

load helper

@test "a clean index is let through in silence" {
    new_repo
    write m.py 'x = 1'
    commit start m.py
    run_pycguard --check-tracked
    assert_status 0
    assert_no_output
    judge --check-tracked
    assert_judged 0
    assert_json '.mode == "tracked" and .checked == 1 and .findings == []'
}

@test "an index that does not exist yet is clean" {
    new_repo
    judge --check-tracked
    assert_judged 0
    assert_json '.checked == 0'
}

@test "what is committed and what is staged are errors alike" {
    new_repo
    write m.py 'x = 1'
    write n.py 'x = 1'
    old=$(pyc m.py)
    commit 'before the hook' m.py n.py "$old"
    new=$(pyc n.py)
    git add -f "$new"
    judge --check-tracked
    assert_judged 1 "error bytecode $old" "error bytecode $new"
    judge --check-tracked --strict
    assert_judged 1 "error bytecode $old" "error bytecode $new"
}

@test "with paths, only those files and what is below those directories" {
    new_repo
    a=$(pyc a/m.py) b=$(pyc b/m.py) n=$(pyc b/deep/n.py)
    commit start .
    judge --check-tracked b/deep a/__pycache__
    assert_judged 1 "error bytecode $a" "error bytecode $n"
    assert_json '.checked == 3'
    judge --check-tracked b/m.py
    assert_judged 0
    cd b
    judge --check-tracked deep
    assert_judged 1 "error bytecode $n"
    judge --check-tracked .
    assert_judged 1 "error bytecode $b" "error bytecode $n"
    judge --check-tracked ..
    assert_judged 1 "error bytecode $a" "error bytecode $b" "error bytecode $n"
    assert_refuses "path 'b/gone' is not in the index" --check-tracked gone
}

@test "a source that git-lfs keeps is not held against its hash" {
    new_repo
    write m.py 'x = 1'
    cache=__pycache__/m.cpython-311.pyc
    printf '%s' $'\xa7\r\r\n\3' >"$WORK/header"
    mkdir __pycache__
    { cat "$WORK/header" && printf '\0\0\0an other hash'; } >$cache
    git add -f .
    judge --check-tracked
    assert_judged 1 "error stale-cache $cache"
    printf '%s\n' 'version https://git-lfs.github.com/spec/v1' 'oid sha256:0' 'size 6' >m.py
    git add m.py
    judge --check-tracked
    assert_judged 1 "error bytecode $cache"
}

@test "--strict rejects no more than there is" {
    new_repo
    write m.py 'x = 1'
    commit start m.py
    judge --check-tracked --strict
    assert_judged 0
}

@test "what is removed from the index is not tracked, though HEAD has it" {
    new_repo
    cache=$(pyc m.py)
    commit 'before the hook' m.py "$cache"
    git rm -q --cached "$cache"
    judge --check-tracked
    assert_judged 0
}

@test "the text is of tracked files, and the command fixes them" {
    new_repo
    write pkg/m.pyc x
    commit 'before the hook' pkg/m.pyc
    PATH=$(dirname "$PYCGUARD"):$PATH
    run_pycguard --check-tracked
    assert_status 1
    assert_output_is 'pycguard: 1 tracked bytecode file found

ghost-module (1): its source was deleted, but Python still imports this file
  pkg/m.pyc

Stop tracking it (the file stays on disk):
  git rm --cached -f -- pkg/m.pyc
Then delete from disk what Python would still run:
  pycguard --clean
Then have git ignore bytecode: pycguard --add-ignores
Then commit that: git commit -m '\''Stop tracking Python bytecode'\''
To allow a file on purpose: pycguard --allow PATH'
}

@test "a file in ten thousand is found" {
    new_repo
    write m.py 'x = 1'
    blob=$(git hash-object -w m.py)
    seq 9999 | awk -v blob="$blob" '{ printf "100644 %s\tdir%d/file%d.py\n", blob, $1 % 100, $1 }' |
        git update-index --index-info
    git update-index --add --cacheinfo "100644,$blob,dir50/file5050.pyc"
    judge --check-tracked
    assert_judged 1 'error bytecode dir50/file5050.pyc'
    assert_json '.checked == 10000'
}

# --- the incident ----------------------------------------------------------------------------------

# The repository of tests/data/incident.tsv: sources of that size and number of lines, caches of that
# header and size.
build_incident() {
    "$PYTHON" -I - "$SOURCE_ROOT/tests/data/incident.tsv" <<'END'
import csv, os, sys

for row in csv.DictReader(open(sys.argv[1]), delimiter="\t"):
    size = int(row["size"])
    if row["class"] == "source":
        lines = int(row["newlines"])
        text = b"#" * (size - lines) + b"\n" * lines
    else:
        text = bytes.fromhex(row["header"]).ljust(size, b"\0")
    os.makedirs(os.path.dirname(row["path"]), exist_ok=True)
    with open(row["path"], "wb") as f:
        f.write(text)
END
    git add -f .
}

# What each class of the incident is to pycguard: a line "RULE PATH" a cache.
expected_of_incident() {
    awk -F'\t' 'BEGIN { rule["orphan"] = "orphaned-cache"; rule["stale"] = "stale-cache"
            rule["match"] = rule["match-crlf"] = "bytecode" }
        $6 in rule { print rule[$6], $1 }' "$SOURCE_ROOT/tests/data/incident.tsv" | sort
}

@test "the incident: each of its caches is found, and known for what it is" {
    new_repo
    build_incident
    judge --check-tracked
    assert_status 1
    assert_json '.checked == 51 and (.findings | length == 20
        and ([group_by(.rule)[] | {(.[0].rule): length}] | add) ==
            {"bytecode": 16, "orphaned-cache": 3, "stale-cache": 1}
        and all(.[]; .migration and .severity == "error" and .python == "3.13"
            and .invalidation == "timestamp" and (.source | test("/migrations/[^/]*[.]py$"))))'
    [[ $(jq -r '.findings[] | "\(.rule) \(.path)"' <<<"$json" | sort) == "$(expected_of_incident)" ]] ||
        fail "$json"
}

@test "the incident: what the interpreter would do with each" {
    new_repo
    build_incident
    judge --check-tracked
    # Sources are committed with LF, so a cache compiled from CRLF loses to its source by its size.
    assert_json '[.findings[] | select(.rule == "orphaned-cache") | .loads] == ["nothing", "nothing", "nothing"]
        and [.findings[] | select(.rule == "stale-cache") | .loads] == ["source"]
        and ([.findings[] | select(.rule == "bytecode") | .loads] | sort) ==
            ([range(6) | "cache-if-mtime-kept"] + [range(10) | "source"])'
}

@test "the incident: the commit that replaced the migration is refused" {
    new_repo
    build_incident
    orphan=$(awk -F'\t' '$6 == "orphan" { print $1; exit }' "$SOURCE_ROOT/tests/data/incident.tsv")
    source=$(jq -rn --arg p "$orphan" '$p | sub("__pycache__/"; "") | sub("[.]cpython-[0-9]+[.]pyc$"; ".py")')
    write "$source" 'the old migration'
    commit 'before the hook' "$source"
    git mv "$source" "$(dirname "$source")/0002_placeholder.py"
    hook_file pre-commit
    run git commit -m 'replace the migration'
    assert_status 1
    assert_output_has "$orphan"
    judge
    assert_status 1
    [[ $(grep '^error' <<<"$output") == "error orphaned-cache $orphan" ]] || fail
    git rm -q --cached "$orphan"
    git commit -qm 'replace the migration, and its cache'
}
