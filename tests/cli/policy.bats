#!/usr/bin/env bats
# The policy of a repository: which .pycguard counts, what its lines do, and what is said of bad ones.
# Globs one by one are in the unit tests; here is what a user sees.

load helper

# policy [LINE...]: the lines of .pycguard, staged.
policy() {
    printf '%s\n' "$@" >.pycguard
    git add .pycguard
}

# stage PATH...: a file of that name, added to the index.
stage() {
    local path
    for path in "$@"; do write "$path" "of $path"; done
    git --literal-pathspecs add -f -- "$@"
}

# --- which policy counts -----------------------------------------------------------------------------

@test "the policy is .pycguard as staged: an edit that is not staged silences nothing" {
    new_repo
    stage m.py m.pyc
    policy '# nothing'
    write .pycguard '!*.pyc'
    judge
    assert_judged 1 'error bytecode m.pyc'
    git add .pycguard
    judge
    assert_judged 0
}

@test "an edit that is not staged accuses nobody either" {
    new_repo
    stage notes.log
    policy '# nothing'
    write .pycguard '*.log'
    judge
    assert_judged 0
    git add .pycguard
    judge
    assert_judged 1 'error policy notes.log'
}

@test "a .pycguard that is not tracked, or only intended to be, does not count" {
    new_repo
    stage m.py m.pyc
    write .pycguard '!*.pyc'
    judge
    assert_judged 1 'error bytecode m.pyc'
    git add -N .pycguard
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
}

@test "a .pycguard staged but gone from disk counts" {
    new_repo
    stage m.py m.pyc
    policy '!*.pyc'
    rm .pycguard
    judge
    assert_judged 0
}

@test "a .pycguard staged for deletion does not count" {
    new_repo
    stage m.py m.pyc
    policy '!*.pyc'
    commit start
    git rm -q --cached .pycguard
    judge --check-tracked
    assert_judged 1 'error bytecode m.pyc'
}

@test "only the .pycguard at the top counts, wherever we stand" {
    new_repo
    stage sub/m.py sub/m.pyc
    write sub/.pycguard '!*.pyc'
    git add sub/.pycguard
    cd sub
    judge
    assert_judged 1 'error bytecode sub/m.pyc'
    write ../.pycguard '!/sub/m.pyc'
    git add ../.pycguard
    judge
    assert_judged 0
}

@test "a real commit is judged by the policy that it records" {
    new_repo
    commit start
    hook_file pre-commit
    stage m.py m.pyc
    write .pycguard '!m.pyc'
    run git commit -m x
    assert_status 1
    git add .pycguard
    git commit -qm x
    write m.pyc 'two'
    git rm -q --cached .pycguard
    run git commit -m x -- m.pyc .pycguard
    assert_status 0
    git rm -q .pycguard
    write m.pyc 'three'
    run git commit -a -m x
    assert_status 1
    assert_output_has m.pyc
}

@test "--policy stands in for .pycguard, from where we stand" {
    new_repo
    stage m.py m.pyc notes.log
    policy '!*.pyc'
    write sub/policy '*.log'
    judge --policy sub/policy
    assert_judged 1 'error bytecode m.pyc' 'error policy notes.log'
    cd sub
    judge --policy=policy
    assert_judged 1 'error bytecode m.pyc' 'error policy notes.log'
    judge --policy /dev/null --check-tracked
    assert_judged 1 'error bytecode m.pyc'
}

@test "--policy spares a .pycguard that is broken" {
    new_repo
    stage m.py
    policy '[z-'
    judge --policy /dev/null
    assert_judged 0
}

# --- what lines do -----------------------------------------------------------------------------------

@test "a line rejects, and the finding names it" {
    new_repo
    stage build/out.so notes.log sub/notes.log keep.txt
    policy '# what we build' 'build/' '' '/notes.log'
    judge
    assert_judged 1 'error policy build/out.so' 'error policy notes.log'
    assert_json '[.findings[].pattern] == ["build/", "/notes.log"]
        and all(.findings[]; .source == null and (.source_present | not) and (.migration | not)
            and .python == null and .invalidation == null)'
    run_pycguard
    assert_status 1
    assert_output_has 'build/out.so'
    assert_output_has 'build/'
}

@test "a file that both a built-in pattern and a line reject is bytecode, by the line" {
    new_repo
    stage m.py m.pyc
    policy '/m.*c'
    judge
    assert_judged 1 'error bytecode m.pyc'
    assert_json '.findings[0].pattern == "/m.*c"'
}

@test "a line that allows, with its reason" {
    new_repo
    stage tests/data/m.pyc tests/data/n.pyc
    policy '# A cache of Python 2,' '# which the reader is tested on.' '!/tests/data/m.pyc'
    judge
    assert_judged 1 'error ghost-module tests/data/n.pyc'
}

@test "! allows below a rejected directory" {
    new_repo
    stage pkg/__pycache__/a.cpython-311.pyc pkg/__pycache__/b.cpython-311.pyc build/x build/y/z
    policy 'build/' '!build/y/z' '!pkg/__pycache__/a.*'
    judge
    assert_judged 1 'error policy build/x' 'error orphaned-cache pkg/__pycache__/b.cpython-311.pyc'
}

@test "! of a directory allows all below it" {
    new_repo
    stage data/m.pyc data/deep/__pycache__/n.cpython-311.pyc other/m.pyc
    policy '!data/'
    judge
    assert_judged 1 'error ghost-module other/m.pyc'
}

@test "the last line that matches decides" {
    new_repo
    stage a.pyc b.pyc
    policy '!*.pyc' 'b.pyc'
    judge
    assert_judged 1 'error ghost-module b.pyc'
    policy 'b.pyc' '!*.pyc'
    judge
    assert_judged 0
}

@test "what is allowed is not looked into, and still a source to others" {
    new_repo
    stage m.py keep.pyc
    policy '!keep.pyc'
    judge --strict
    assert_judged 0
    assert_json '.checked == 3'
}

@test "regex: lines search the whole path" {
    new_repo
    stage a/secret-12.key a/secret-x.key b/SECRET-9.key m.py m.pyc
    policy 'regex:/secret-\d+\.' '!regex:^m\.pyc$'
    judge
    assert_judged 1 'error policy a/secret-12.key'
    assert_json '.findings[0].pattern == "regex:/secret-\\d+\\."'
}

@test "git's syntax: comments, escapes, trailing blanks, CRLF" {
    new_repo
    stage '#hash' '!bang' 'blank ' 'crlf.x' 'trail.x' 'a*b' 'axb' deep/er/end.x
    printf '%s\n' '# comment' '\#hash' '\!bang' 'blank\ ' 'trail.x   ' $'crlf.x\r' 'a\*b' 'deep/**/end.x' >.pycguard
    git add .pycguard
    judge
    assert_judged 1 'error policy !bang' 'error policy #hash' 'error policy a*b' 'error policy blank ' \
        'error policy crlf.x' 'error policy deep/er/end.x' 'error policy trail.x'
}

@test "core.ignoreCase makes built-in patterns, lines and regex: caseless" {
    new_repo
    stage M.PYC Build/x NOTES.TXT PKG/__PyCache__/m.cpython-311.pyc
    policy 'build/' 'regex:notes'
    git config core.ignoreCase true
    judge
    assert_judged 1 'error policy Build/x' 'error ghost-module M.PYC' 'error policy NOTES.TXT' \
        'error orphaned-cache PKG/__PyCache__/m.cpython-311.pyc'
    git config core.ignoreCase false
    judge
    assert_judged 1 'error bytecode PKG/__PyCache__/m.cpython-311.pyc'
}

# --- bad policies --------------------------------------------------------------------------------------

@test "a line that does not compile is exit 2, with file, line, column and reason" {
    new_repo
    stage m.py
    policy '*.log' '' '# comment' 'regex:a(b'
    assert_refuses 'pycguard: .pycguard:4:'
    [[ $stderr =~ ^pycguard:\ \.pycguard:4:[0-9]+:\ .*\ in\ \'regex:a\(b\'$ ]] || fail
    assert_refuses '.pycguard:4:' --check-tracked
    assert_refuses '.pycguard:4:' --format=json
    assert_refuses '.pycguard:4:' -z
    assert_refuses '.pycguard:4:' -q
}

@test "the column is where the fault is" {
    new_repo
    stage m.py
    # Each line, and the column that the fault is at.
    while read -r column line; do
        policy "$line"
        assert_refuses ".pycguard:1:$column: "
    done <<'END'
10 regex:a(b
11 !regex:a(b
1 !
END
}

@test "a bad line of --policy names that file" {
    new_repo
    stage m.py
    write "$WORK/my policy" 'regex:['
    assert_refuses "pycguard: $WORK/my policy:1:" --policy "$WORK/my policy"
}

@test "a bad line is shown without control bytes" {
    new_repo
    stage m.py
    policy $'regex:(\e]0;owned\a\x9b31m\x7f\xc2\x9b'
    assert_refuses '.pycguard:1:'
    assert_no_control_bytes "$stderr"
}

@test "a pattern that runs away is exit 2, never no match" {
    new_repo
    stage "$(printf 'a%.0s' {1..40})b"
    policy 'regex:^((a|aa)+)+$'
    assert_refuses '.pycguard:1'
}

@test "a .pycguard that is a symbolic link is exit 2" {
    new_repo
    stage m.py m.pyc
    write elsewhere '!*.pyc'
    ln -s elsewhere .pycguard
    git add .pycguard
    assert_refuses "'.pycguard': it is a symbolic link"
}

@test "a .pycguard that is a directory holds no policy" {
    new_repo
    stage m.py m.pyc .pycguard/rules
    judge
    assert_judged 1 'error bytecode m.pyc'
}

@test "a huge .pycguard is exit 2" {
    new_repo
    stage m.py
    head -c 20000000 /dev/zero | tr '\0' '#' >.pycguard
    git add .pycguard
    assert_refuses too\ large
    assert_refuses too\ large --policy .pycguard
    yes 'x' | head -n 1000000 >.pycguard
    git add .pycguard
    assert_refuses .pycguard
    assert_refuses too\ large --policy /dev/zero
}

@test "a NUL byte in .pycguard is exit 2" {
    new_repo
    stage m.py
    printf 'a\0b\n' >.pycguard
    git add .pycguard
    assert_refuses '.pycguard:1:2:'
}

@test "a policy that cannot be read is exit 2" {
    new_repo
    stage m.py
    assert_refuses "'nowhere': No such file or directory" --policy nowhere
    mkdir dir
    assert_refuses "'dir': Is a directory" --policy dir
}

@test "a .pycguard whose object is missing is exit 2" {
    new_repo
    stage m.py
    policy '!m.pyc'
    rm .git/objects/"$(git rev-parse :.pycguard | sed 's|^..|&/|')"
    assert_refuses "'.pycguard'" -v
    rm .pycguard
    assert_refuses "'.pycguard'"
}

# --- lines that are no longer needed -------------------------------------------------------------------

@test "--check-tracked warns of a ! line that matches nothing, and of no other" {
    new_repo
    stage tests/here.pyc notes
    policy '# kept for the tests' '!tests/here.pyc' '!tests/gone.pyc' '*.log'
    run_pycguard --check-tracked
    assert_status 0
    assert_no_output
    [[ $stderr == "pycguard: warning: .pycguard:3: '!tests/gone.pyc' matches no tracked file" ]] || fail
    stage m.pyc
    run_pycguard --check-tracked --format=json
    assert_status 1
    assert_json '.findings | length == 1'
    [[ $stderr == "pycguard: warning: .pycguard:3: '!tests/gone.pyc' matches no tracked file" ]] || fail
}

@test "--check-staged does not warn of a ! line that matches nothing" {
    new_repo
    stage m.py
    policy '!tests/gone.pyc'
    run_pycguard
    assert_status 0
    assert_no_output
    [[ -z $stderr ]] || fail
}

@test "the warning of a ! line is printed without control bytes" {
    new_repo
    stage m.py
    policy $'!\e\\[31m\xc2\x9b.pyc'
    run_pycguard --check-tracked
    assert_status 0
    assert_stderr_is_one_line
    assert_stderr_has 'matches no tracked file'
    assert_no_control_bytes "$stderr"
}

# --- lines that allow by some rules ------------------------------------------------------------------

@test "a cache allowed as bytecode that becomes a ghost is found again, by every verb" {
    new_repo
    write m.py 'x = 1'
    stage m.pyc
    git add m.py
    policy '# it is shipped' '!bytecode:/m.pyc'
    judge
    assert_judged 0
    commit allowed
    judge --check-tracked
    assert_judged 0
    run_pycguard --explain m.pyc
    assert_status 0
    assert_output_has 'allowed by !bytecode:/m.pyc (.pycguard:2)'
    assert_output_has 'it is shipped'
    run_pycguard --untrack -n
    assert_status 0
    run_pycguard --check-range HEAD
    assert_status 0
    git rm -q m.py
    judge
    assert_judged 1 'error ghost-module m.pyc'
    judge --check-tracked
    assert_judged 1 'error ghost-module m.pyc'
    run_pycguard --explain m.pyc
    assert_output_has 'only as bytecode it is allowed by !bytecode:/m.pyc'
    run_pycguard --untrack -n
    assert_status 1
    assert_output_has m.pyc
    commit orphan
    run_pycguard --check-range HEAD^..HEAD
    assert_status 1
}

@test "a rule that does not exist is exit 2, with the one that was meant" {
    new_repo
    stage m.py m.pyc
    policy '*.so' '!gost-module:/m.pyc'
    run_pycguard
    assert_status 2
    assert_stderr_has "pycguard: .pycguard:2:2: no rule is named 'gost-module' (did you mean 'ghost-module'?) in '!gost-module:/m.pyc'"
}

@test "--check-tracked warns of a line that allows by a rule and matches nothing" {
    new_repo
    stage m.py m.pyc
    policy '!bytecode:/m.pyc' '!stale-cache:/gone.pyc'
    run_pycguard --check-tracked
    assert_status 0
    assert_stderr_has "warning: .pycguard:2: '!stale-cache:/gone.pyc' matches no tracked file"
    [[ $(wc -l <<<"$stderr") == 1 ]]
}

# --- --extend ----------------------------------------------------------------------------------------

@test "the lines of --extend come before those of .pycguard, in every check" {
    new_repo
    stage notes.log keep.log
    printf '%s\n' '*.log' '!none.log' >../org
    run_pycguard --extend ../org -q
    assert_status 1
    policy '!keep.log'
    judge --extend ../org
    assert_judged 1 'error policy notes.log'
    run_pycguard --check-tracked --extend ../org
    assert_status 1
    assert_output_lacks keep.log
    [[ $stderr != *none.log* ]] || fail
    commit logs
    run_pycguard --check-range HEAD --extend ../org
    assert_status 1
    assert_output_has notes.log
    assert_output_lacks keep.log
    run_pycguard --check-history --extend ../org
    assert_status 1
    run_pycguard --explain notes.log --extend ../org
    assert_output_has '(../org:1)'
    run_pycguard --check-range HEAD
    assert_status 0
}

@test "--extend is allowed below --policy too, and must be there and be right" {
    new_repo
    stage notes.log keep.log
    policy '!*'
    echo '*.log' >../org
    echo '!keep.log' >../own
    judge --policy ../own --extend ../org
    assert_judged 1 'error policy notes.log'
    run_pycguard -q --policy ../own --extend ../org
    assert_status 1
    for option in '' -q -v; do
        run_pycguard ${option:+"$option"} --extend ../gone
        assert_status 2
        assert_stderr_has "cannot read policy '../gone'"
        echo '[' >../bad
        run_pycguard ${option:+"$option"} --extend ../bad
        assert_status 2
        assert_stderr_has '../bad:1:1: the class is not closed'
    done
}

# --- a stranger's policy -----------------------------------------------------------------------------

@test "a policy that a stranger pushes costs 10 s in all, whatever its lines and paths" {
    new_repo
    commit start
    local i n
    for i in {1..10000}; do echo "regex:[ab]*[ab]*[ab]\\d$i"; done >.pycguard
    git add .pycguard
    i=$(printf 'ab%.0s' {1..110})
    for n in {1..10}; do
        printf '100644 %s 0\t%s\n' "$(git hash-object -w .pycguard)" "$i/$n$i"
    done | git update-index --index-info
    git commit -q -m hard
    git init -q --bare ../server.git
    cp -r .git/objects ../server.git
    local start=$SECONDS
    "$PYCGUARD" --check-range HEAD^..HEAD 2>../range &
    run_pycguard -C ../server.git --pre-receive main "$(printf '0%.0s' {1..40})" "$(git rev-parse HEAD)"
    assert_status 2
    assert_stderr_has "cannot apply policy '.pycguard': it takes more than 10 s in all"
    wait $! && fail
    stderr=$(cat ../range) assert_stderr_has "it takes more than 10 s in all"
    ((SECONDS - start < 40)) || fail "$((SECONDS - start)) s"
}
