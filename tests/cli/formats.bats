#!/usr/bin/env bats
# --format and -z: every document is valid, empty ones too, and no name comes through as anything but
# a name. $SARIF_SCHEMA may name a copy of the OASIS schema, to hold SARIF against that as well.

load helper
load readme

# Names of files at the top. As text in the log of a CI run, as a URI, as a shell's word or as a link
# they would be something else.
odd_names=(
    $'new\nline.pyc' $'\n::error::x.pyc' $'return\r::error::x.pyc' ' ::stop-commands::x.pyc'
    '::error::x.pyc' '::warning file=m::x.pyc' '##[error]x.pyc' '###[error]x.pyc' '##vso[task]x.pyc'
    $'\xc2\xa0::notice::x.pyc' '%0A::error::x.pyc' 'a,line=1.pyc' 'a::b.pyc' '%3A%25.pyc' '=.pyc' $'\e[31m.pyc'
    $'\xff\xfe.pyc' $'\xc2\x9b.pyc' 'ümläut.pyc' 'two words.pyc' 'a?b#c.pyc' 'a:b.pyc' '{0}.pyc' '{.pyc'
    '[x](m.pyc' '"quoted".pyc' '\back.pyc' '~.pyc'
)

# odd_repo: a repository, nothing committed, with all of these and a file for each rule staged.
odd_repo() {
    new_repo
    local name
    for name in m orphan stale unchecked; do write "pkg/$name.py" 'x = 1'; done
    "$PYTHON" -I -m compileall -q pkg/m.py pkg/orphan.py pkg/stale.py
    "$PYTHON" -I -m compileall -q --invalidation-mode unchecked-hash pkg/unchecked.py
    write pkg/stale.py 'x = 1000'
    write pkg/unchecked.py 'x = 2'
    write shop/migrations/__init__.py ''
    pyc 0002_gone.py shop/migrations/0002_gone.pyc
    for name in "${odd_names[@]}"; do cp shop/migrations/0002_gone.pyc "./$name"; done
    rm pkg/orphan.py 0002_gone.py
    write lib/xx.so
    # shellcheck disable=SC2016
    write .pycguard 'regex:^[^{}[\]()]+x{2}\.so$'
    git add -Af
}

# of ARG...: what pycguard says, into the file `out`; its exit status into `status`.
of() {
    status=0
    "$PYCGUARD" "$@" >out 2>err || status=$?
    [[ ! -s err ]] || fail "$(<err)"
}

valid() { "$PYTHON" -I "$BATS_TEST_DIRNAME/validate.py" "$@" <out || fail "not valid: $(<out)"; }
valid_json() { valid "$SOURCE_ROOT/src/report/report.schema.json"; }
valid_gitlab() { valid "$SOURCE_ROOT/tests/data/gitlab.schema.json"; }

# Valid also by what a schema cannot say: each result's rule is the one at its index.
valid_sarif() {
    valid "$SOURCE_ROOT/tests/data/sarif.schema.json"
    [[ -z ${SARIF_SCHEMA-} ]] || valid "$SARIF_SCHEMA"
    jq -e '.runs[0] | .tool.driver.rules as $rules | all(.results[]; $rules[.ruleIndex].id == .ruleId)' out >/dev/null
}

annotations() { "$PYTHON" -I "$BATS_TEST_DIRNAME/annotations.py"; }

# same_paths: standard input, NUL-separated, is what -z gives, in any order.
same_paths() { diff <("$PYCGUARD" --check-tracked -z | sort -z | od -c) <(sort -z | od -c); }

@test "where nothing is found, each format is a valid document, and the status is 0" {
    new_repo
    for verb in --check-staged --check-tracked --check-worktree; do
        of "$verb" --format=json && valid_json
        assert_status 0
        jq -e '.findings == []' out
        of "$verb" --format=sarif && valid_sarif
        assert_status 0
        jq -e '.runs[0].results == []' out
        of "$verb" --format=gitlab && valid_gitlab
        assert_status 0
        jq -e '. == []' out
        for silent in --format=github -z; do
            of "$verb" "$silent"
            assert_status 0
            [[ ! -s out ]]
        done
    done
}

@test "a format changes nothing of the exit status, and -q silences none of them" {
    odd_repo
    for format in json sarif github gitlab; do
        of --check-tracked --format="$format"
        assert_status 1
        mv out loud
        of --check-tracked --format="$format" -q
        assert_status 1
        diff loud out
        run_pycguard --check-tracked --format="$format" --policy gone
        assert_status 2
        assert_no_output
        run_pycguard --check-tracked --format="$format" >/dev/full
    done
    run_pycguard --format=xml
    assert_status 2
    assert_stderr_has "human|json|sarif|github|gitlab"
}

@test "JSON is as its schema says, for every verb, every rule and every name" {
    odd_repo
    for verb in --check-staged --check-tracked --check-worktree; do
        of "$verb" --format=json && valid_json
        jq -e '[.findings[].rule] | unique | length >= 4' out
    done
    of --check-tracked --format=json
    jq -e '[.findings[].rule] | unique | length == 6' out
    # The bytes of each path come back.
    "$PYTHON" -I -c 'import json, os, sys
for f in json.load(open("out"))["findings"]:
    path = bytes.fromhex(f["path_hex"]) if "path_hex" in f else f["path"].encode()
    sys.stdout.buffer.write(path + b"\0")' | same_paths
    for path in pkg/m.py shop/migrations/0002_gone.pyc; do
        of --explain "$path" --format=json
        valid "$SOURCE_ROOT/src/report/report.schema.json" finding
    done
}

@test "the schema takes no more than the contract has" {
    odd_repo
    of --check-tracked --format=json
    mv out right
    refused() { jq -ac "$1" right >>wrong; }
    id=$(printf '%040d' 0)
    refused '.more = 1'
    refused '.findings[0].more = 1'
    refused '.mode = "everything"'
    refused '.checked = "3"'
    refused 'del(.tool.version)'
    refused '.findings[0].rule = null'
    refused '.findings[0].rule = "other"'
    refused '.findings[0].fix = null'
    refused '.findings[0].severity = "warning"'
    refused '.findings[0].python = "3"'
    refused '.findings[0].path_hex = "ff"'
    refused ".findings[0].commit = \"$id\""
    refused '.mode = "range"'
    for key in path rule severity message fix pattern migration source source_present python invalidation loads; do
        refused "del(.findings[0].$key)"
    done
    for mode in range history push receive; do
        jq ".mode = \"$mode\" | .findings[].commit = \"$id\"" right >out && valid_json
    done
    jq '.mode = "staged" | .findings[].severity = "warning"' right >out && valid_json
    refused '.mode = "staged" | .findings[0].severity = "note"'
    refused '.mode = "worktree" | .findings[0].loads = "cache-if-mtime-kept"'
    (($(wc -l <wrong) == 27))
    "$PYTHON" -I -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null ||
        skip 'this python3-jsonschema is older than the draft of the schema'
    "$PYTHON" -I "$BATS_TEST_DIRNAME/validate.py" "$SOURCE_ROOT/src/report/report.schema.json" --refused <wrong
}

@test "SARIF is valid, and its URIs are the names, byte by byte" {
    odd_repo
    for verb in --check-staged --check-worktree --check-tracked; do
        of "$verb" --format=sarif && valid_sarif
    done
    jq -e '[.runs[0].results[] | .level] | unique == ["error"]' out
    jq -j '.runs[0].results[].locations[0].physicalLocation.artifactLocation | .uri + "\u0000"' out |
        "$PYTHON" -I -c 'import sys, urllib.parse
sys.stdout.buffer.write(urllib.parse.unquote_to_bytes(sys.stdin.read()))' | same_paths
    # Braces and brackets of a name are no placeholder and no link: as a viewer would show it.
    jq -r '.runs[0].results[].message.text | gsub("\\{\\{"; "{") | gsub("\\}\\}"; "}") | gsub("\\\\\\]\\("; "](")' out >shown
    grep -F 'its source {0}.py was deleted' shown
    grep -F 'its source {.py was deleted' shown
    grep -F 'its source [x](m.py was deleted' shown
    grep -F 'keeps this file out: "regex:^[^{}[\\]()]+x{2}\\.so$"' shown
}

@test "SARIF of a directory that is not below: a file URI, with no base" {
    pyc "$WORK/else where/gone.py" >/dev/null
    rm "$WORK/else where/gone.py"
    mkdir here && cd here
    of --check-worktree "$WORK/else where" --format=sarif && valid_sarif
    assert_status 1
    jq -e --arg work "$WORK" '.runs[0].results[0].locations[0].physicalLocation.artifactLocation
        | has("uriBaseId") == false and (.uri | startswith("file://\($work)/else%20where/__pycache__/gone."))' out
}

@test "a fingerprint is the rule's and the path's alone: it outlives rebases, and differs for each" {
    odd_repo
    of --format=sarif
    jq -c '[.runs[0].results[].partialFingerprints["pycguard/v1"]]' out >staged
    jq -e 'length > 30 and length == (unique | length)' staged
    git commit -qm 'all of it' --no-verify
    echo 'more' >>shop/migrations/0002_gone.pyc
    git add -u
    of --check-tracked --format=sarif
    jq -c '[.runs[0].results[].partialFingerprints.primaryLocationLineHash]' out | diff staged -
    of --check-tracked --format=gitlab
    jq -c '[.[].fingerprint]' out | diff staged -
    # The same path by another rule is another finding.
    write shop/migrations/0002_gone.py
    git add shop
    of --check-tracked --format=gitlab
    run ! diff <(jq -c '[.[].fingerprint]' out) staged
    # And they must never change.
    jq -r '.[] | select(.location.path == "lib/xx.so") | .fingerprint' out | diff <(fingerprint policy lib/xx.so) -
}

# fingerprint RULE PATH: as check.h defines it, by Python's own SipHash where it has one (PEP 552
# has 3.7 to 3.10 take SipHash-2-4; later ones 1-3), else by hand.
fingerprint() {
    "$PYTHON" -I -c 'import sys
M = 2**64 - 1
rot = lambda x, n: (x << n | x >> 64 - n) & M
def siphash(k0, k1, data):
    v0, v1, v2, v3 = (a ^ b for a, b in zip((k0, k1, k0, k1), (
        0x736f6d6570736575, 0x646f72616e646f6d, 0x6c7967656e657261, 0x7465646279746573)))
    def rounds(n):
        nonlocal v0, v1, v2, v3
        for _ in range(n):
            v0 = v0 + v1 & M; v1 = rot(v1, 13) ^ v0; v0 = rot(v0, 32)
            v2 = v2 + v3 & M; v3 = rot(v3, 16) ^ v2
            v0 = v0 + v3 & M; v3 = rot(v3, 21) ^ v0
            v2 = v2 + v1 & M; v1 = rot(v1, 17) ^ v2; v2 = rot(v2, 32)
    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) % 256])
    for i in range(0, len(padded), 8):
        word = int.from_bytes(padded[i:i + 8], "little")
        v3 ^= word; rounds(2); v0 ^= word
    v2 ^= 0xff; rounds(4)
    return v0 ^ v1 ^ v2 ^ v3
data = "\0".join(sys.argv[1:]).encode()
print("%016x%016x" % (siphash(0, 0, data), siphash(1, 0, data)))' "$@"
}

@test "GitHub: one annotation a finding, at its file, and no name adds one" {
    odd_repo
    of --check-tracked --format=github
    assert_status 1
    annotations <out >seen
    [[ $(wc -l <out) == "$("$PYCGUARD" --check-tracked -z | tr -dc '\0' | wc -c)" ]]
    [[ $(wc -l <seen) == "$(wc -l <out)" ]]
    jq -e -s 'all(.[]; .command == "error" and (.properties | keys == ["file", "title"]))' seen
    # Each name that is text comes back; the others have U+FFFD for what is not.
    jq -j '.properties.file + "\u0000"' seen | sort -z | od -c >files
    "$PYCGUARD" --check-tracked -z | "$PYTHON" -I -c 'import re, sys
text = sys.stdin.buffer.read().decode("utf-8", "replace")
sys.stdout.buffer.write(re.sub("[\x01-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text).encode())' |
        sort -z | od -c | diff files -
    # The message says the name as people read it, in one line.
    jq -e -s 'any(.[]; .message | startswith("\"return\\r:\\072error:\\072x.pyc\": its source "))' seen
    jq -e -s 'any(.[]; .message | startswith("\"%0A:\\072error:\\072x.pyc\": "))' seen
    jq -e -s 'any(.[]; .properties.title == "pycguard ghost-module" and (.message | contains("migration 0002_gone")))' seen
}

@test "a warning is a warning in each format, and with --strict an error" {
    new_repo
    cache=$(pyc m.py)
    commit 'before the hook' m.py "$cache"
    of --format=github && assert_status 0
    [[ $(<out) == "::warning file=$cache,title=pycguard bytecode::"* ]]
    of --format=sarif && valid_sarif
    jq -e '.runs[0].results[0].level == "warning"' out
    of --format=gitlab && valid_gitlab
    jq -e '.[0].severity == "minor"' out
    of --strict --format=github
    assert_status 1
    [[ $(<out) == "::error file=$cache,"* ]]
    of --strict --format=sarif && valid_sarif
    jq -e '.runs[0].results[0].level == "error"' out
    of --strict --format=gitlab && valid_gitlab
    jq -e '.[0].severity == "critical"' out
}

@test "nothing that pycguard prints is a command to a CI runner because of a name" {
    odd_repo
    # The reader must know one when it sees one.
    printf '%s\n' 'x ##[error]x' ' ::error::x' | annotations | jq -e -s 'length == 2'
    for verb in --check-staged --check-tracked --check-worktree; do
        for how in --format=human -v --color=always --format=json --format=sarif --format=gitlab; do
            of "$verb" "$how"
            assert_status 1
            cat out >>log
        done
    done
    # The command to paste, for few files, which does what it says.
    for name in "${odd_names[@]}"; do
        mkdir one && cp "./$name" one/
        run "$PYCGUARD" -C one --check-worktree
        assert_status 1
        bash -c "$(sed -n '/^Delete it from disk/{n;p}' <<<"$output") --all" >/dev/null
        rmdir one
        {
            echo "$output"
            "$PYCGUARD" --explain "$name"
            run ! --separate-stderr "$PYCGUARD" --explain "$name.gone"
            echo "$stderr"
        } >>log
    done
    printf '%s\n' '!a##[error]x' '! ::error::' $'!\r::error::' >.pycguard
    git add .pycguard
    run -1 "$PYCGUARD" --check-tracked -v
    [[ $output == *'.pycguard:3: '* ]]
    echo "$output" >>log
    [[ $(wc -l <log) -gt 500 && -z $(annotations <log) ]] || fail "$(annotations <log)"
}

@test "GitLab: a valid report with each path" {
    odd_repo
    for verb in --check-staged --check-tracked --check-worktree; do
        of "$verb" --format=gitlab && valid_gitlab
        assert_status 1
    done
    of --check-tracked --format=gitlab
    jq -e 'any(.[]; .location.path == "new\nline.pyc" and .check_name == "ghost-module" and .severity == "critical")' out
    jq -e 'any(.[]; .location.path == "lib/xx.so" and .check_name == "policy")' out
}

@test "-z gives the rejected paths and nothing else, byte by byte" {
    odd_repo
    of --check-staged -z
    assert_status 1
    { printf '%s\0' "${odd_names[@]}" lib/xx.so shop/migrations/0002_gone.pyc && find pkg -name '*.pyc' -print0; } |
        same_paths
    of --check-tracked -z --format=sarif -q
    assert_status 1
    same_paths <out
    # As input to git, it takes them all out.
    git --literal-pathspecs rm -q --cached -f --pathspec-from-file=out --pathspec-file-nul
    of --check-tracked -z
    assert_status 0
    [[ ! -s out ]]
    # What HEAD has already is not rejected, unless it counts.
    git add -Af && git commit -qm 'all of it' --no-verify
    of -z
    assert_status 0
    [[ ! -s out ]]
    of -z --strict
    assert_status 1
    [[ -s out ]]
}

@test "--explain knows people and JSON, and refuses the other formats" {
    new_repo
    for format in sarif github gitlab; do
        run_pycguard --explain bytecode --format="$format"
        assert_status 2
        assert_no_output
        assert_stderr_is_one_line
    done
}

@test "the examples of the guide are what is printed" {
    new_repo
    write shop/migrations/__init__.py ''
    write shop/migrations/0002_rename.py 'x = 1'
    pyc shop/migrations/0002_rename.py shop/migrations/0002_rename.pyc
    rm shop/migrations/0002_rename.py
    git add -Af
    of --format=json
    readme_block json | diff - <(sed 's/"python": ".*"/"python": "3.13"/; s/"version": ".*"/"version": "0.1.0"/' out)
    of --format=sarif
    readme_block sarif | diff - <(jq '.runs[0].results[0]' out)
    of --format=github
    readme_block format-github | diff - out
    of --format=gitlab
    readme_block format-gitlab | diff - out
}

@test "-o: the report in that format goes to the file, and the one for people to standard output" {
    new_repo
    write m.pyc x
    git add m.pyc
    for format in json sarif github gitlab; do
        "$PYCGUARD" --check-tracked --format="$format" >"$WORK/expected" || :
        run_pycguard --check-tracked --format="$format" -o "$WORK/out"
        assert_status 1
        assert_output_has 'git rm --cached'
        [[ -z $stderr ]] || fail 'standard error'
        cmp "$WORK/expected" "$WORK/out"
    done
    run_pycguard --check-tracked -q -z -o "$WORK/out"
    assert_status 1
    assert_no_output
    printf 'm.pyc\0' | cmp - "$WORK/out"
    run_pycguard --check-tracked --color=always -o "$WORK/out"
    [[ $output == *$'\e['* && $(<"$WORK/out") != *$'\e['* ]] || fail 'colour'
    # What is all right is in the file too.
    git rm -q --cached m.pyc
    run_pycguard --format=json -o "$WORK/out"
    assert_status 0
    assert_no_output
    jq -e '.findings == []' "$WORK/out"
}

@test "-o replaces a file, writes to what is no file, and follows no link" {
    new_repo
    echo mine >"$WORK/mine"
    ln -s "$WORK/mine" link
    assert_refuses "cannot write 'link'" --check-tracked --format=json -o link
    [[ $(<"$WORK/mine") == mine ]]
    run_pycguard --check-tracked --format=json -o /dev/null
    assert_status 0
    [[ -c /dev/null ]]
    mkdir dir
    assert_refuses "cannot write 'dir'" --check-tracked --format=json -o dir
    assert_refuses "cannot write 'gone/out'" --check-tracked --format=json -o gone/out
    assert_refuses "'-o'" --check-tracked --format=json -o
    if [[ -e /dev/full ]]; then assert_refuses "cannot write '/dev/full'" --check-tracked --format=json -o /dev/full; fi
    # What could not be looked at leaves the file as it was.
    echo old >out
    rm .git/HEAD
    run_pycguard --check-tracked --format=json -o out
    assert_status 2
    [[ $(<out) == old ]]
}

@test "--exit-zero lets findings pass, and no failure" {
    new_repo
    write m.pyc x
    git add m.pyc
    run_pycguard --check-tracked --exit-zero
    assert_status 0
    assert_output_has 'm.pyc'
    run_pycguard --exit-zero
    assert_status 0
    run_pycguard --check-ignores --exit-zero
    assert_status 0
    rm .git/HEAD
    run_pycguard --check-tracked --exit-zero
    assert_status 2
}

@test "--statistics counts the findings by rule, for people" {
    new_repo
    write m.pyc x
    write n.pyc x
    write a.py 'x = 1'
    pyc a.py >/dev/null
    git add -f .
    run_pycguard --check-tracked --statistics
    assert_status 1
    [[ $output == *$'\n      2  ghost-module\n      1  bytecode' ]] || fail 'statistics'
    run_pycguard --check-tracked --statistics --format=json -o "$WORK/out"
    [[ $output == *$'\n      2  ghost-module\n      1  bytecode' ]] || fail 'statistics'
    jq -e '.findings | length == 3' "$WORK/out"
    run_pycguard --check-tracked --statistics --format=json
    jq -e '.findings | length == 3' <<<"$output"
    run_pycguard --check-tracked --statistics -q
    assert_no_output
    run_pycguard --check-worktree --statistics --format=json -o "$WORK/out"
    [[ $output == *$'\n      2  ghost-module' ]] || fail 'notes do not count'
}
