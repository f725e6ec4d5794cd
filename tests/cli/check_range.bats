#!/usr/bin/env bats
# --check-range: which commits, against which parents, by whose policy.

load helper

id() { git rev-parse "$1"; }

# judge_commits ARG...: as judge, but a line is "COMMIT RULE PATH", and a commit its subject.
judge_commits() {
    run_pycguard --format=json "$@"
    json=$output
    output=$(jq -r '.findings[] | "\(.commit) \(.rule) \(.path)"' <<<"$json" |
        while read -r commit rest; do echo "$(git log -1 --format=%s "$commit") $rest"; done)
}

# A base, then: bytecode comes, changes, loses its source, goes.
story() {
    new_repo
    write a.py 'x = 1'
    commit base a.py
    base=$(id HEAD)
    write pkg/m.py 'x = 1'
    commit adds pkg/m.py "$(pyc pkg/m.py)"
    cache=$(git ls-files '*.pyc')
    write pkg/m.py 'x = 1234'
    pyc pkg/m.py >/dev/null
    commit changes pkg/m.py "$cache"
    git rm -q pkg/m.py
    commit orphans
    git rm -q "$cache"
    commit removes
}

@test "each commit answers for what it does, oldest first, and for nothing else" {
    story
    judge_commits --check-range "$base..HEAD"
    assert_judged 1 "adds bytecode $cache" "changes bytecode $cache" "orphans orphaned-cache $cache"
    jq -e '.mode == "range" and .checked == 4 and all(.findings[]; .severity == "error")' <<<"$json"
    judge_commits --check-range HEAD~2..HEAD~1
    assert_judged 1 "orphans orphaned-cache $cache"
    judge_commits --check-range HEAD~1..HEAD
    assert_judged 0
}

# commit_of TEXT: the tree of the index, in a commit with TEXT after its names.
commit_of() {
    local names='A <a@example.org> 1700000000 +0000'
    printf 'tree %s\nauthor %s\ncommitter %s\n%b' "$(git write-tree)" "$names" "$names" "$1" |
        git hash-object -t commit -w --stdin
}

@test "the subject of a commit is the one that git shows, whatever its header holds" {
    local signature='gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAd\n -----END PGP SIGNATURE-----\n' row
    new_repo
    write m.pyc x
    git add -f .
    for row in "$signature\nsigned\n|signed" '\nplain|plain' '\n\n  \n\t one two  \n three\r\n\nbody\n|"\\t one two  three"' \
        '\n|""' '|""' 'x y\n|""'; do
        git update-ref --no-deref HEAD "$(commit_of "${row%|*}")"
        run_pycguard --check-range HEAD
        assert_status 1
        assert_output_has $'\n'"commit $(git rev-parse --short=10 HEAD)  $(printf %b "${row#*|}")"'  (1 file)'$'\n'
    done
}

@test "of many commits and of many files in one some are shown, and all with -v" {
    new_repo
    for number in {10..24}; do
        write "$number.pyc" "$number"
        write "many/$number.pyc" "$number"
        write "more/$number.pyc" "$number"
        commit "number $number" "$number.pyc"
    done
    run_pycguard --check-range HEAD
    assert_status 1
    assert_output_has 'number 17'
    assert_output_has $'\nand 7 commits more (-v lists all)\n'
    assert_output_lacks 'number 22'
    run_pycguard --check-range HEAD -v
    assert_output_has 'number 24'
    assert_output_lacks '-v lists all'
    run_pycguard --check-range HEAD~8..HEAD
    assert_output_lacks '-v lists all'
    commit many many more
    run_pycguard --check-range HEAD~1..HEAD
    assert_output_has more/17.pyc
    assert_output_has $'\n  and 7 files more (-v lists all)\n'
    assert_output_lacks more/18.pyc
    run_pycguard --check-range HEAD~1..HEAD -v
    assert_output_has more/24.pyc
}

@test "what was there before the range is no finding" {
    new_repo
    commit before "$(pyc old.py)" old.py
    write new.py 'x = 2'
    commit after new.py
    run_pycguard --check-range HEAD~1..HEAD
    assert_status 0
    assert_no_output
}

@test "bytecode that the range removes again is found, and says so" {
    story
    run_pycguard --check-range "$base..HEAD"
    assert_status 1
    assert_output_has "$cache"
    assert_output_has "(removed again by $(git rev-parse --short=10 HEAD))"
    # Not when the tip has it once more.
    git checkout -q HEAD~2 -- "$cache"
    commit 'brings it back'
    run_pycguard --check-range "$base..HEAD"
    assert_output_lacks 'removes it again'
}

@test "all ways to name a range" {
    story
    top=$(id HEAD)
    git checkout -q -b side HEAD~2
    write s.py 'x = 1'
    commit side "$(pyc s.py)" s.py
    for range in "$base..main" "$base...main" "^$base main" "main ^$base" "$base..refs/heads/main" \
        "HEAD~3..$top" 'main@{0}' 'main --' 'base..main' ':/removes' "base..base-4-g$(git rev-parse --short "$top")"; do
        git tag -f base "$base" >/dev/null
        # shellcheck disable=SC2086 # words
        judge_commits --check-range $range
        assert_status 1
        [[ $output == "adds bytecode $cache"* && $output != *side* ]] || fail "$range"
    done
    judge_commits --check-range main...side
    assert_output_has 'side bytecode'
    assert_output_lacks adds
    judge_commits --check-range main..side
    assert_judged 1 "side bytecode $(git ls-tree -r --name-only side | grep s.cpython)"
    for range in 'side^!' 'side^-' 'side@{0}^-1' ':/^side ^side^'; do
        # shellcheck disable=SC2086 # words
        judge_commits --check-range $range
        [[ $output == 'side bytecode '* && $output != *$'\n'* ]] || fail "$range"
    done
}

@test "what git reads as no revision is exit status 2, in its words" {
    story
    for range in ':/no such text' ':/no such text..HEAD' 'main@{99}..nowhere' nowhere 'HEAD^{nonsense}' HEAD~99 a.py --all -n1; do
        run_pycguard --check-range HEAD "$range"
        assert_status 2
        assert_stderr_is_one_line
        [[ $stderr != *damaged* ]] || fail "$range"
        [[ $range == -* ]] || assert_stderr_has "'$range'"
    done
}

@test "an end that is empty is a variable that was not set, and no range" {
    story
    for range in .. ... ^ '' "..$base" "$base.." "...$base" "$base..." "^..$base" "^$base.."; do
        run_pycguard --check-range HEAD "$range"
        assert_status 2
        assert_stderr_has 'is empty'
        run_pycguard --check-history "$range"
        assert_status 2
    done
    run_pycguard --check-range "^$base"
    assert_status 2
    assert_stderr_has 'no end'
}

@test "a base that a forced push removed is exit status 2, with advice" {
    new_repo
    commit one
    git clone -q . ../clone
    git commit -q --amend --allow-empty -m other
    run_pycguard -C ../clone --check-range "$(git rev-parse HEAD)..HEAD"
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "commit '$(git rev-parse HEAD)' is not here"
    assert_stderr_has 'merge base'
}

@test "replacement objects and grafts hide nothing" {
    story
    git replace "$(git rev-parse HEAD~3)" "$base"
    git rev-parse HEAD >.git/info/grafts
    export GIT_NO_REPLACE_OBJECTS=1 # for this test's own git
    judge_commits --check-range "$base..HEAD"
    assert_judged 1 "adds bytecode $cache" "changes bytecode $cache" "orphans orphaned-cache $cache"
    run_pycguard --check-history --format=json
    jq -e '.checked == 5' <<<"$output"
}

@test "--squash: the range as the one commit that a squash merge would make" {
    story
    judge_commits --check-range --squash "$base..HEAD"
    assert_judged 0
    jq -e '.checked == 1' <<<"$json"
    judge_commits --check-range --squash "$base..HEAD~1"
    assert_judged 1 "orphans orphaned-cache $cache"
    # The target has moved on: what it did since is not the range's.
    git branch topic HEAD~2
    git checkout -qb target "$base"
    write t.py 'x = 1'
    commit target t.py "$(pyc t.py)"
    for range in target..topic target...topic "topic ^target" "$(printf %040d 0)..topic"; do
        [[ $range == *...* ]] && continue
        # shellcheck disable=SC2086 # words
        judge_commits --check-range --squash $range
        assert_judged 1 "changes bytecode $cache"
    done
    judge_commits --check-range --squash topic..topic
    assert_judged 0
    judge_commits --check-range --squash topic..topic~1
    assert_judged 0
    for args in "topic target" "^topic" "$base.."; do
        # shellcheck disable=SC2086 # words
        run_pycguard --check-range --squash $args
        assert_status 2
    done
    run_pycguard --check-history --squash
    assert_status 2
    git clone -q --depth=1 --no-single-branch "file://$PWD" ../shallow
    run_pycguard -C ../shallow --check-range --squash origin/target..origin/topic
    assert_status 2
    assert_stderr_has 'lacks the merge base'
}

@test "a range across merges: only what the merge itself brings" {
    new_repo
    commit start
    git checkout -qb side
    commit 'theirs' "$(pyc theirs/m.py)" theirs/m.py
    git checkout -q main
    write ours.py 'x = 1'
    commit ours ours.py
    git merge -q --no-edit side
    judge_commits --check-range 'HEAD^1..HEAD'
    [[ $output == 'theirs bytecode '* && $output != *$'\n'* ]]
    git merge -q --no-edit side~0 || true
    git reset -q --hard 'HEAD^1'
    git merge -q --no-commit --no-ff side
    write evil.pyc x
    git add -f evil.pyc
    commit 'an evil merge'
    judge_commits --check-range 'HEAD^1..HEAD' '^side'
    assert_judged 1 'an evil merge ghost-module evil.pyc'
}

@test "a merge that removes the source on one side orphans the cache of the other" {
    new_repo
    write m.py 'x = 1'
    commit start m.py
    git checkout -qb cache
    commit cache "$(pyc m.py)"
    git checkout -q main
    git rm -q m.py
    commit source
    git merge -q --no-edit cache
    judge_commits --check-range 'HEAD^1..HEAD' ^cache
    [[ $output == "Merge branch 'cache' orphaned-cache __pycache__/m."* ]] || fail
}

@test "an all-zero base means everything that the end reaches" {
    story
    zero=$(printf %040d 0)
    for range in "$zero..HEAD" "$zero...HEAD" "^$zero HEAD" "$(printf %064d 0)..HEAD"; do
        # shellcheck disable=SC2086
        run_pycguard --format=json --check-range $range
        assert_status 1
        assert_json '.checked == 5'
        assert_stderr_has 'all zeros'
    done
    run_pycguard -q --check-range "$zero..HEAD"
    assert_status 1
    [[ -z $stderr ]]
}

@test "what cannot be looked at is exit status 2, each with words of its own" {
    story
    run_pycguard --check-range "HEAD..$(printf %040d 0)"
    assert_status 2
    assert_stderr_has 'a ref that is deleted'
    run_pycguard --check-range nowhere..HEAD
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "bad revision 'nowhere..HEAD'"
    run_pycguard --check-range "0123456789012345678901234567890123456789..HEAD"
    assert_status 2
    assert_stderr_has "commit '0123456789012345678901234567890123456789' is not here"
    run_pycguard --check-range "$(git rev-parse 'HEAD^{tree}')"
    assert_status 2
    assert_stderr_has 'is not a commit'
    run_pycguard --check-range
    assert_status 2
    assert_stderr_has '--check-range needs'
    run_pycguard --check-range -- x
    assert_status 2
    assert_stderr_has 'needs a revision'
    cd "$WORK"
    run_pycguard --check-range HEAD
    assert_status 2
}

@test "a shallow clone: inside it all is well, at its edge nobody knows" {
    story
    commit more
    git clone -q --depth=3 "file://$PWD" ../shallow
    cd ../shallow
    judge_commits --check-range HEAD~2..HEAD
    assert_judged 0
    run_pycguard --check-range "$base..HEAD"
    assert_status 2
    assert_stderr_has "commit '$base' is not here"
    assert_stderr_has '--unshallow'
    run_pycguard --check-range HEAD
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'it lacks the parents of commit'
    run_pycguard --check-history
    assert_status 2
    # The base alone is here, and not the way to it.
    git fetch -q --depth=1 origin "$base"
    run_pycguard --check-range "$base..HEAD"
    assert_status 2
    git fetch -q --unshallow
    judge_commits --check-range "$base..HEAD"
    assert_status 1
}

@test "a missing tree or commit is exit status 2, and no pass" {
    story
    tree=$(git rev-parse 'HEAD~1^{tree}')
    rm -f ".git/objects/${tree:0:2}/${tree:2}"
    run_pycguard --check-range "$base..HEAD"
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$tree"
    commit=$(id HEAD~2)
    rm -f ".git/objects/${commit:0:2}/${commit:2}"
    run_pycguard --check-range "$base..HEAD"
    assert_status 2
    assert_stderr_has "$commit"
}

@test ".pycguard holds as of each commit, so a later line silences nothing" {
    new_repo
    commit start
    pyc pkg/m.py >/dev/null
    commit 'not allowed' pkg
    write .pycguard '!pkg/'
    commit allows .pycguard
    pyc pkg/n.py >/dev/null
    commit allowed pkg
    git rm -q .pycguard
    commit 'allows no more'
    judge_commits --check-range HEAD
    [[ $output == 'not allowed bytecode pkg/__pycache__/m.'* && $output != *$'\n'* ]] || fail
    # A pinned policy holds for all.
    write ../pinned '*.secret'
    write a.secret x
    commit secret a.secret
    judge_commits --check-range HEAD --policy ../pinned
    assert_output_has 'allowed bytecode pkg/__pycache__/n.'
    assert_output_has 'secret policy a.secret'
}

@test "a policy that does not compile is exit status 2, and names the commit" {
    new_repo
    commit start
    write .pycguard 'regex:('
    commit broken .pycguard
    broken=$(id HEAD)
    git rm -q .pycguard
    commit fixed
    run_pycguard --check-range HEAD~2..HEAD
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$broken"
    assert_stderr_has .pycguard:1:
}

@test "a line that rejects what is no bytecode is followed to any place" {
    new_repo
    write .pycguard 'build/'
    commit start .pycguard
    write deep/build/x.bin 1
    commit build deep
    write build/new/y.bin 1
    commit 'build again' build
    judge_commits --check-range HEAD~2..HEAD
    assert_judged 1 'build policy deep/build/x.bin' 'build again policy build/new/y.bin'
}

@test "names of all kinds, mode changes and submodules" {
    new_repo
    commit start
    for name in 'a b.pyc' $'line\nend.pyc' '"quoted".pyc' $'\xff\xfe.pyc' -dash.pyc ':(top)x.pyc'; do
        write "./$name" x
        git --literal-pathspecs add -f -- "$name"
    done
    commit names
    run_pycguard --check-range HEAD~1..HEAD
    assert_status 1
    assert_no_control_bytes "$output"
    "$PYCGUARD" --check-range HEAD~1..HEAD -z | sort -z >../found || true
    git ls-files -z | sort -z | cmp - ../found
    git update-index --chmod=+x 'a b.pyc'
    commit mode
    judge_commits --check-range HEAD~1..HEAD
    assert_judged 1 'mode ghost-module a b.pyc'
    git update-index --add --cacheinfo "160000,$(id HEAD),sub.pyc"
    commit submodule
    judge_commits --check-range HEAD~1..HEAD
    assert_judged 0
}

@test "the command fixes added files without a stop, from the first commit on" {
    new_repo
    pyc m.py >/dev/null
    commit first .
    write 'x y/n.py' 'x = 1'
    pyc 'x y/n.py' >/dev/null
    commit second .
    write z.py 'x = 1'
    commit third z.py
    run_pycguard --check-range HEAD
    eval "$(grep '^  git rebase' <<<"$output")" >/dev/null 2>&1
    run_pycguard --check-range HEAD
    assert_status 0
    [[ -e 'x y/__pycache__' && $(git log --oneline | wc -l) == 3 ]]
}

@test "paths after -- are judged as the end of the range has them" {
    new_repo
    commit before "$(pyc old.py)" old.py
    write new.py 'x = 2'
    commit after new.py
    cache=$(git ls-files '*.pyc')
    judge_commits --check-range HEAD~1..HEAD -- "$cache" new.py
    assert_judged 1 "after bytecode $cache"
    run_pycguard --check-range HEAD~1..HEAD -- gone.pyc
    assert_status 2
    assert_stderr_has "'gone.pyc'"
    judge_commits --check-range HEAD -- "$cache"
    assert_judged 1 "before bytecode $cache"
}

@test "a tree that would unfold to a thousand million paths is looked at at once" {
    new_repo
    blob=$(echo x | git hash-object -w --stdin)
    entry="100644 blob $blob"
    for _ in 1 2 3 4 5 6 7 8 9; do
        tree=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '%s\tf%s\n' "$entry" "$i"; done | git mktree)
        entry="040000 tree $tree"
    done
    commit=$(git commit-tree -m bomb "$tree")
    other=$(printf '%s\tf0\n100644 blob %s\tz\n' "$entry" "$blob" | git mktree)
    next=$(git commit-tree -m more -p "$commit" "$other")
    run timeout 20 "$PYCGUARD" --check-range "$next"
    assert_status 0
}

@test "a tree nested without end is refused" {
    new_repo
    blob=$(echo x | git hash-object -w --stdin)
    "$PYTHON" -I - "$blob" >stream <<'PY'
import sys
print("commit refs/heads/deep\ncommitter A <a@b> 0 +0000\ndata 1\nx\nM 100644", sys.argv[1], "d/" * 2100 + "m.pyc\n")
PY
    git fast-import --quiet <stream
    run_pycguard --check-range deep
    assert_status 2
    assert_stderr_has 'levels deep'
}

@test "the JSON of a range, a history, a push and a receive is as the schema says" {
    story
    write $'\xff.pyc' x
    commit odd $'\xff.pyc'
    for args in --check-range=HEAD --check-history --pre-push --pre-receive; do
        IFS='=' read -ra words <<<"$args"
        run_pycguard --format=json "${words[@]}" </dev/null
        [[ $status != 2 ]] || fail "$args"
        "$PYTHON" -I "$BATS_TEST_DIRNAME/validate.py" "$SOURCE_ROOT/src/report/report.schema.json" <<<"$output"
    done
    head=$(id HEAD)
    git update-ref -d HEAD
    for line in "--pre-push:refs/heads/main $head refs/heads/main $(printf %040d 0)" \
        "--pre-receive:$(printf %040d 0) $head refs/heads/main"; do
        run_pycguard --format=json "${line%%:*}" <<<"${line#*:}"
        assert_json '(.findings | length) == 4 and .findings[3].path_hex == "ff2e707963"'
        "$PYTHON" -I "$BATS_TEST_DIRNAME/validate.py" "$SOURCE_ROOT/src/report/report.schema.json" <<<"$output"
    done
}

@test "the same change in two commits is found in both" {
    new_repo
    for dir in a b c; do write "$dir/x.py" 'x = 1'; done
    commit base .
    for dir in a b c; do write "$dir/x.pyc" x; done
    git add -f .
    tree=$(git write-tree)
    one=$(git commit-tree -m one -p HEAD "$tree")
    two=$(git commit-tree -m two -p HEAD "$tree")
    judge_commits --check-range "$one" "$two" ^HEAD
    assert_status 1
    [[ $(grep -c ^one <<<"$output") == 3 && $(grep -c ^two <<<"$output") == 3 ]] || fail
}
