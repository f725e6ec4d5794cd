#!/usr/bin/env bats
# --allow: lines in .pycguard for files that are there on purpose, each as what it is now.

load helper

# A package with an honest cache at its source's place, one in __pycache__, and a ghost.
with_caches() {
    new_repo
    cache=$(pyc app/m.py)
    pyc app/n.py app/n.pyc >/dev/null
    pyc app/gone.py app/gone.pyc >/dev/null
    rm app/gone.py
    git add -f .
    git commit -qm start
}

@test "a line for each file, with the reason above, and what to stage" {
    with_caches
    run_pycguard --allow --reason 'known, to go' app/n.pyc app/gone.pyc
    assert_status 0
    assert_output_has 'allowed 2 files in .pycguard'
    assert_output_has '  app/gone.pyc'
    [[ $(cat .pycguard) == '# known, to go
!ghost-module:/app/gone.pyc
# known, to go
!bytecode:/app/n.pyc' ]] || fail "$(cat .pycguard)"
    bash -c "$(sed -n 's/^Stage that, then commit: //p' <<<"$output")"
    [[ $(git diff --cached --name-only) == .pycguard ]]
    run_pycguard --check-tracked
    assert_status 1
    assert_output_lacks 'app/n.pyc'
    assert_output_has "$cache"
    run_pycguard --explain app/n.pyc
    assert_output_has 'known, to go'
}

@test "what --check-tracked -z prints, from the top or below it" {
    with_caches
    cd app
    "$PYCGUARD" --check-tracked -z | xargs -0 "$PYCGUARD" --allow -q --reason here || fail
    git add ../.pycguard
    run_pycguard --check-tracked
    assert_status 0
    run_pycguard --allow n.pyc
    assert_status 0
    assert_no_output
    [[ $(grep -c '^!' ../.pycguard) == 3 ]]
}

@test "a cache that is allowed, and becomes a ghost, is found again" {
    with_caches
    "$PYCGUARD" --allow -q app/n.pyc
    git rm -q --cached app/gone.pyc "$cache"
    git add .pycguard
    run_pycguard --check-tracked
    assert_status 0
    git commit -qm allowed
    git rm -q app/n.py
    run_pycguard
    assert_status 1
    assert_output_has ghost-module
    # And may be allowed as that, too.
    "$PYCGUARD" --allow -q app/n.pyc
    [[ $(cat .pycguard) == '!bytecode:/app/n.pyc

!ghost-module:/app/n.pyc' ]] || fail "$(cat .pycguard)"
    git add .pycguard
    run_pycguard
    assert_status 0
}

@test "a directory, a name for two files, one that is not in the index" {
    with_caches
    write app/app/n.pyc x
    git add -f app/app
    cd app
    assert_refuses "'app/n.pyc' names two files: 'app/app/n.pyc'" --allow app/n.pyc
    cd ..
    assert_refuses "cannot allow 'none.pyc': it is not in the index" --allow app/n.pyc none.pyc
    assert_refuses outside --allow ../x.pyc
    [[ ! -e .pycguard ]]
    "$PYCGUARD" --allow -q app
    [[ $(grep -c '^!' .pycguard) == 4 ]]
    run_pycguard --allow
    assert_status 2
}

@test "odd names are allowed, and no others" {
    new_repo
    for dir in ' a' $'new\nline' $'\xff' '-n' '*' '"q"' '!x' '#' 'a\b' '[x]' 'regex:x' 'b ' $'cr\r'; do
        write "./$dir/m.pyc" x
        write "./x$dir/m.pyc" x
    done
    git add -f .
    git ls-files -z | grep -zv '^x' | xargs -0 "$PYCGUARD" --allow -q --reason odd --
    git add .pycguard
    "$PYCGUARD" --check-tracked -z >../left || true
    git ls-files -z | grep -z '^x' | cmp - ../left
}

@test "a reason of several lines, and text that is there already" {
    with_caches
    printf '# a comment at the end' >.pycguard
    "$PYCGUARD" --allow -q --reason $'one\n\ntwo\r\n' app/n.pyc
    [[ $(cat .pycguard) == '# a comment at the end

# one
# two
!bytecode:/app/n.pyc' ]] || fail "$(cat .pycguard)"
    printf 'x\r\n' >.pycguard
    "$PYCGUARD" --allow -q app/n.pyc
    [[ $(cat -A .pycguard) == 'x^M$
^M$
!bytecode:/app/n.pyc^M$' ]] || fail "$(cat -A .pycguard)"
}

@test "what is on disk counts, staged or not, and a policy line that rejects" {
    with_caches
    write .pycguard '*.txt'
    write notes.txt x
    git add -f notes.txt
    "$PYCGUARD" --allow -q notes.txt
    grep -qx '!policy:/notes.txt' .pycguard
    before=$(cat .pycguard)
    run_pycguard --allow notes.txt
    assert_status 0
    [[ $(cat .pycguard) == "$before" ]]
}

@test "a dry run writes nothing; -z prints the paths" {
    with_caches
    run_pycguard --allow -n app/n.pyc
    assert_status 1
    assert_output_has 'would allow 1 file'
    [[ $("$PYCGUARD" --allow -n -z app | tr '\0' ' ') == "$cache app/gone.pyc app/n.pyc " ]]
    [[ ! -e .pycguard ]]
}

@test "a .pycguard that is not on disk, a link, or not to be read" {
    with_caches
    write .pycguard '!x'
    git add .pycguard
    rm .pycguard
    assert_refuses "cannot add to '.pycguard': it is in the index, but not on disk" --allow app/n.pyc
    ln -s elsewhere .pycguard
    assert_refuses "'.pycguard': it is a symbolic link" --allow app/n.pyc
    rm .pycguard
    write .pycguard 'regex:('
    assert_refuses '.pycguard:1:' --allow app/n.pyc
}

@test "several at once add all that each was asked for" {
    new_repo
    for i in {1..12}; do write "m$i.pyc" x; done
    git add -f .
    for i in {1..12}; do "$PYCGUARD" --allow -q "m$i.pyc" & done
    wait
    [[ $(grep -c '^!' .pycguard) == 12 ]] || fail "$(cat .pycguard)"
}

@test "a file that somebody has open to write to is left as it is" {
    [[ $(uname) == Linux ]] || skip 'only there it can be told'
    new_repo
    write m.pyc x
    write .pycguard '# first'
    write .gitignore '# first'
    git add -f .
    for verb in '--allow m.pyc' --add-ignores; do
        exec 7>>.pycguard 8>>.gitignore
        # shellcheck disable=SC2086
        assert_refuses 'it was changed meanwhile; try again' $verb
        echo '# edit' | tee /dev/fd/7 >&8
        exec 7>&- 8>&-
        [[ $(tail -n 1 .pycguard) == '# edit' && $(tail -n 1 .gitignore) == '# edit' && -z $(ls -d .*.pycguard-* 2>/dev/null) ]]
        # shellcheck disable=SC2086
        "$PYCGUARD" $verb
    done
}
