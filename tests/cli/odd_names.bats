#!/usr/bin/env bats
# Names that break other tools: each is refused by a real commit, shown without harm, and given to
# programs byte by byte.

load helper

# Every one of them is a name of bytecode; none has a slash.
odd_names=(
    'two words.pyc' "it's.pyc" '"quoted".pyc' $'new\nline.pyc' $'tab\tbed.pyc' $'return\r.pyc'
    '-rf.pyc' '--help.pyc' '--.pyc' $'\e[31mred\e[m.pyc' $'\e]0;title\a.pyc' $'back\b\b\b\b.pyc' $'del\x7f.pyc'
    $'\xff\xfe.pyc' $'latin-\xe9.pyc' $'cut-\xe2\x82.pyc' $'\xc0\xaf.pyc' $'\xed\xa0\x80.pyc'
    $'csi-\xc2\x9b31m.pyc' $'raw-\x9b31m.pyc' $'bidi-\xe2\x80\xae.pyc' $'line-\xe2\x80\xa8.pyc' $'\xef\xbb\xbfbom.pyc'
    'ümläut.pyc' '日本語.pyc' '🐍.pyc'
    '*.pyc' '?.pyc' '[a-z].pyc' '{a,b}.pyc' '\.pyc' '\n.pyc' ':x.pyc' ':(top).pyc' ':!y.pyc' ':^z.pyc'
    '$HOME.pyc' '$(id).pyc' '`id`.pyc' 'a;b.pyc' 'a|b&c.pyc' '#hash.pyc' '!bang.pyc' '~.pyc' '%s%n.pyc' ' .pyc' '.pyc'
    '::error file=x::y.pyc' '##[error]z.pyc' '</script><b>.pyc'
)

# add NAME...: each a file and in the index, by its literal name.
add() {
    local name
    for name in "$@"; do write "./$name" x; done
    git --literal-pathspecs add -f -- "$@"
}

@test "each odd name is refused by a real commit" {
    new_repo
    commit start
    hook_file pre-commit
    for name in "${odd_names[@]}"; do
        git read-tree HEAD
        git update-index --add --cacheinfo "100644,$(git hash-object -w --stdin <<<x),$name"
        run git commit -qm x
        [[ $status == 1 ]] || fail "let through: $name"
        assert_output_has 'commit refused: 1 bytecode file '
    done
    [[ $(git rev-list --count HEAD) == 1 ]]
}

@test "no name reaches the terminal raw: text" {
    new_repo
    add "${odd_names[@]}"
    run_pycguard -v --color=never
    assert_status 1
    assert_no_control_bytes "$output"
    [[ $(grep -c '(added)$' <<<"$output") == "${#odd_names[@]}" ]] || fail 'expected a line a name'
    # By sixes, so that the command names each.
    git rm -rq --cached .
    for first in $(seq 0 6 $((${#odd_names[@]} - 1))); do
        git --literal-pathspecs add -f -- "${odd_names[@]:first:6}"
        run_pycguard
        assert_status 1
        assert_no_control_bytes "$output"
        git rm -rq --cached .
    done
}

@test "no name reaches the terminal raw: JSON" {
    new_repo
    add "${odd_names[@]}"
    run_pycguard --format=json
    assert_status 1
    assert_no_control_bytes "$output"
}

@test "no name reaches the terminal raw: diagnostics" {
    new_repo
    add "${odd_names[@]}"
    for name in "${odd_names[@]}"; do
        assert_refuses 'is not in the index' --check-staged -- "./no-$name"
        said+=$stderr$'\n'
    done
    assert_no_control_bytes "$said"
}

@test "no line of the text begins with what a name dictates" {
    new_repo
    add $'x\n::error file=a::b.pyc' '::error file=x::y.pyc' '##[error]z.pyc'
    run_pycguard
    assert_status 1
    run ! grep -E '^(::|##)' <<<"$output"
}

@test "control bytes are quoted as git quotes them" {
    new_repo
    names=($'a\nb.pyc' $'a\tb.pyc' $'a\rb.pyc' $'a\x01b.pyc' $'a\eb.pyc' $'a\ab.pyc' $'a\x7fb.pyc' 'a"b.pyc' 'a\b.pyc'
        $'a\xffb.pyc' 'a b.pyc' "a'b.pyc")
    add "${names[@]}"
    run_pycguard -v
    assert_status 1
    git ls-files -c -- >"$WORK/as-git"
    while read -r quoted; do assert_output_has "  $quoted  (added)"; done <"$WORK/as-git"
}

@test "-z gives every name byte by byte, in the order of the index" {
    new_repo
    add "${odd_names[@]}"
    run ! bash -c '"$0" -z >got' "$PYCGUARD"
    git ls-files -z >expected
    cmp got expected
    run ! bash -c '"$0" -z --check-tracked >got' "$PYCGUARD"
    cmp got expected
}

@test "JSON gives every name back, by path_hex where it is not UTF-8" {
    new_repo
    add "${odd_names[@]}"
    run_pycguard --format=json
    assert_status 1
    git ls-files -z >expected
    "$PYTHON" -I -c 'import json, sys
findings = json.loads(sys.stdin.buffer.read())["findings"]
expected = open("expected", "rb").read().split(b"\0")[:-1]
assert len(findings) == len(expected)
for f, path in zip(findings, expected):
    try:
        text = path.decode()
        assert "path_hex" not in f, f
    except UnicodeDecodeError:
        assert bytes.fromhex(f["path_hex"]) == path, f
        assert "\ufffd" in f["path"], f
        text = f["path"]
    assert f["path"] == text, f
    assert f["source"] is None or f["source"] == text[:-1], f' <<<"$output"
}

@test "bad bytes are U+FFFD each, in path, source and message" {
    new_repo
    add $'a\xffb\xc3.pyc'
    judge
    assert_status 1
    assert_json '.findings[0] | .path == "a\ufffdb\ufffd.pyc" and .path_hex == "61ff62c32e707963"
        and .source == "a\ufffdb\ufffd.py" and .fix == "git rm --cached -f -- \"$(printf '"'a\\\\377b\\\\303.pyc'"')\""'
}

@test "the fix of each odd name takes out that file and no other" {
    new_repo
    add "${odd_names[@]}"
    git write-tree >tree
    judge
    assert_status 1
    jq -j '.findings[] | .fix, "\u0000"' <<<"$json" >fixes
    count=${#odd_names[@]}
    while IFS= read -rd '' fix; do
        bash -ec "$fix" >/dev/null || fail "$fix"
        count=$((count - 1))
        [[ $(git ls-files -z | tr -dc '\0' | wc -c) == "$count" ]] || fail "took too much: $fix"
    done <fixes
    [[ $count == 0 ]]
}

@test "an odd directory around a cache keeps its source" {
    new_repo
    for dir in 'a b' $'new\nline' '*' ':x' $'\xff' '-d'; do
        add "./$dir/m.py" "./$dir/__pycache__/m.cpython-311.pyc"
    done
    judge
    assert_status 1
    assert_json '.findings | length == 6 and all(.[]; .rule == "bytecode" and .source_present)'
}

@test "a path of 4,000 bytes is refused, shown and given whole" {
    new_repo
    commit start
    hook_file pre-commit
    part=$(printf 'd%.0s' {1..199})
    path=$(for _ in {1..19}; do printf '%s/' "$part"; done)$(printf 'm%.0s' {1..196}).pyc
    ((${#path} == 4000))
    git update-index --add --cacheinfo "100644,$(git hash-object -w --stdin <<<x),$path"
    run git commit -qm x
    assert_status 1
    assert_output_has "  $path  (added)"
    judge
    assert_judged 1 "error ghost-module $path"
    assert_json '.findings[0] | .source == $source and (.fix | endswith($path))' --arg source "${path%c}" --arg path "$path"
    [[ $("$PYCGUARD" -z | tr '\0' '\n') == "$path" ]]
    judge --check-staged -- "${path%/*}" 2>/dev/null
    assert_judged 1 "error ghost-module $path"
}

@test "a path longer than the system's is refused too" {
    new_repo
    part=$(printf 'd%.0s' {1..199})
    path=$(for _ in {1..99}; do printf '%s/' "$part"; done)m.pyc
    printf '100644 %s\t%s\0' "$(git hash-object -w --stdin <<<x)" "$path" | git update-index -z --index-info
    judge
    assert_judged 1 "error ghost-module $path"
}

@test "a repository in an odd place is read" {
    for dir in 'two words' $'new\nline' $'\xff' "it's" '-d' ':x' '*'; do
        (
            git init -q "./$dir"
            cd "./$dir"
            add m.py m.pyc
            judge
            assert_judged 1 'error bytecode m.pyc'
            GIT_DIR=$PWD/.git GIT_INDEX_FILE=$PWD/.git/index judge --check-staged m.pyc
            assert_judged 1 'error bytecode m.pyc'
            cd ..
            judge -C "./$dir"
            assert_judged 1 'error bytecode m.pyc'
        )
    done
}
