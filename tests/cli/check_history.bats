#!/usr/bin/env bats
# --check-history: what came in when, what went, what it costs, and how to drop it.

load helper

short() { git rev-parse --short=10 "$1"; }

# row PATH: its line of the table.
row() { grep -F "  $1  added" <<<"$output"; }

@test "one line a path: first added, last removed, still there or gone, bytes; and totals" {
    new_repo
    write m.py 'x = 1'
    printf 1234567890 >stays.pyc
    commit one m.py stays.pyc
    one=$(short HEAD)
    printf 12345 >goes.pyc
    commit two goes.pyc
    two=$(short HEAD)
    printf 123456 >goes.pyc
    commit three goes.pyc
    git rm -q goes.pyc
    commit four
    four=$(short HEAD)
    # The same content once more costs nothing in all, and its path what it is.
    printf 12345 >again.pyc
    commit five again.pyc
    run_pycguard --check-history
    assert_status 1
    # cost CONTENT...: of the blobs, as git keeps them.
    cost() { for text; do printf %s "$text" | git hash-object --stdin; done |
        git cat-file --batch-check='%(objectsize:disk)' | jq -s add; }
    row stays.pyc | grep -F "added $one 2024-01-01 by A Developer, still tracked, $(cost 1234567890) bytes"
    row goes.pyc | grep -F "added $two 2024-01-01 by A Developer, 2 versions, removed $four 2024-01-01, gone, $(cost 12345 123456) bytes"
    row again.pyc | grep -F "still tracked, $(cost 12345) bytes"
    assert_output_has '3 bytecode files in the history: 2 still tracked, 1 gone'
    assert_output_has "$(cost 1234567890 12345 123456) bytes"$'\n''  in the object store; 5 commits looked at'
    assert_output_has 'git filter-repo --invert-paths'
    for path in stays.pyc goes.pyc again.pyc; do assert_output_has "--path $path"; done
    assert_output_has 'must clone again'
    PATH=$(path_without git) run_pycguard --check-history
    assert_status 2
    assert_stderr_has 'cannot run '
}

@test "JSON: a finding for each commit that adds or changes a path, none for an orphan" {
    new_repo
    write m.py 'x = 1'
    pyc m.py >/dev/null
    commit one .
    git rm -q m.py
    commit two
    printf x >>__pycache__/m.*.pyc
    commit three __pycache__
    judge --check-history
    cache=$(git ls-files)
    assert_judged 1 "error bytecode $cache" "error orphaned-cache $cache"
    jq -e --arg one "$(git rev-parse HEAD~2)" --arg three "$(git rev-parse HEAD)" \
        '.mode == "history" and .checked == 3 and [.findings[].commit] == [$one, $three]' <<<"$json"
    jq -e 'all(.findings[]; .fix | startswith("git rm --cached -f --ignore-unmatch -- __pycache__/m."))' <<<"$json"
}

@test "every ref counts: branches, tags of tags, notes, the stash, work trees' own HEADs" {
    new_repo
    commit base
    add() { write "$1.pyc" "$1" && git add -f "$1.pyc" && git commit -qm "$1"; }
    git checkout -q --detach
    add branch && git branch other && git checkout -q --detach main
    add tagged && git tag -a -m one inner && git tag -a -m two outer inner && git tag -d inner >/dev/null
    git checkout -q main
    write stashed.pyc x && git add -f stashed.pyc && git stash -q
    git worktree add -q --detach ../tree main
    (cd ../tree && add elsewhere)
    git checkout -q --detach main && add detached
    # A tag of a tree, and a ref that leads nowhere, have no commits.
    git tag tree "$(git rev-parse 'HEAD^{tree}')"
    git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/gone
    judge --check-history
    assert_status 1
    for name in branch tagged stashed elsewhere detached; do assert_output_has "$name.pyc"; done
    jq -e --argjson n "$(git rev-list --all --count)" '.checked == $n' <<<"$json"
    judge --check-history other
    assert_judged 1 'error ghost-module branch.pyc'
    judge --check-history other ^main
    assert_judged 1 'error ghost-module branch.pyc'
}

@test "a ref that cannot be read is exit status 2, and no history without it" {
    new_repo
    commit base
    for content in '' 'garbage\n' '\0\0\0' '\0' '1234567890123456789012345678901234567890\n'; do
        # shellcheck disable=SC2059 # escapes of printf
        printf "$content" >.git/refs/heads/odd
        run_pycguard --check-history
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has 'cannot list the refs'
        assert_stderr_has refs/heads/odd
    done
}

@test "the HEAD of another work tree that cannot be read is exit status 2" {
    new_repo
    commit start
    git worktree add -q --detach ../linked
    (cd ../linked && commit bad "$(pyc m.py)")
    id=$(git -C ../linked rev-parse HEAD)
    head=.git/worktrees/linked/HEAD
    [[ $(<$head) == "$id" ]] || skip 'HEAD is not in a file'
    for content in '' garbage '\0\0' "$(printf '%040d' 0)"; do
        # shellcheck disable=SC2059 # escapes of printf
        printf "$content" >$head
        run_pycguard --check-history -q
        assert_status 2
        assert_stderr_is_one_line
    done
    rm $head
    assert_refuses 'the HEAD of a linked work tree cannot be read' --check-history -q
    # No commit yet, and a branch that is here.
    for content in 'ref: refs/heads/unborn' 'ref: refs/heads/main'; do
        echo "$content" >$head
        run_pycguard --check-history -q
        assert_status 0
    done
    echo "$id" >$head
    run_pycguard --check-history -q
    assert_status 1
}

@test "the author is the one who added it, whatever the name holds" {
    new_repo
    write m.pyc x
    git add -f m.pyc
    for name in 'A B' $'\e[31mred' 'é' ''; do
        printf 'tree %s\nauthor %s <a@example.org> 1700000000 +0000\ncommitter C <c@example.org> 1700000000 +0000\n\nauthor X <x>\n' \
            "$(git write-tree)" "$name" | git hash-object --literally -t commit -w --stdin >id
        git update-ref --no-deref HEAD "$(<id)"
        run_pycguard --check-history
        assert_status 1
        assert_no_control_bytes "$output"
        case $name in
        A*) row m.pyc | grep -F ' by A B, still tracked' ;;
        *) row m.pyc | grep -F ' by ' ;;
        esac
    done
}

@test "a directory of refs that may not be read is exit status 2, though git passes over it" {
    new_repo
    commit start
    commit bad "$(pyc m.py)"
    git branch topic/deep/x
    [[ -d .git/refs/heads/topic ]] || skip 'refs are not in files'
    git reset -q --hard HEAD~1
    for place in refs refs/heads refs/heads/topic refs/heads/topic/deep; do
        for mode in 0 111 444; do
            chmod "$mode" ".git/$place"
            as_nobody --check-history -q
            chmod 755 ".git/$place"
            assert_status 2
            assert_stderr_is_one_line
        done
    done
    as_nobody --check-history -q
    assert_status 1
}

@test "still there: in the tree of any ref that was looked at" {
    new_repo
    write old.pyc x
    commit one old.pyc
    git branch keeps
    git rm -q old.pyc
    commit two
    run_pycguard --check-history
    row old.pyc | grep -F 'still tracked'
    run_pycguard --check-history main
    row old.pyc | grep -F gone
}

@test "the policy is that of HEAD, or pinned, for the whole history" {
    new_repo
    write allowed.pyc x
    write secret.key x
    commit one allowed.pyc secret.key
    write .pycguard $'!allowed.pyc\n*.key'
    commit two .pycguard
    judge --check-history
    assert_judged 1 'error policy secret.key'
    git checkout -q HEAD~1
    git branch -qf main HEAD
    judge --check-history
    assert_judged 1 'error ghost-module allowed.pyc'
    : >../none
    judge --check-history --policy ../none
    assert_judged 1 'error ghost-module allowed.pyc'
}

@test "nothing to say: before the first commit, in a bare repository, in a clean history" {
    new_repo
    run_pycguard --check-history
    assert_status 0
    assert_no_output
    write a.py 'x = 1'
    commit one a.py
    git clone -q --bare . ../bare
    cd ../bare
    run_pycguard --check-history -v
    assert_status 0
    assert_output_has '1 commit looked at'
}

@test "the commands for filter-repo, for a few odd names and for very many" {
    new_repo
    for name in 'a b.pyc' $'line\nend.pyc' -dash.pyc "it's.pyc"; do write "./$name" x; done
    commit names .
    run_pycguard --check-history
    # filter-repo itself may not be here: what it would be given is what matters.
    git() { if [[ $1 == filter-repo ]]; then printf '%s\0' "${@:3}"; else command git "$@"; fi; }
    eval "$(sed -n '/^  git filter-repo/,/^$/p' <<<"$output")" | grep -zv '^--path$' | sort -z >given
    command git ls-files -z | sort -z | cmp - given
    for i in {1..60}; do write "n$i.pyc" x; done
    commit many .
    run_pycguard --check-history
    assert_output_has "--paths-from-file paths.txt"
    [[ $("$PYCGUARD" --check-history -z | tr -dc '\0' | wc -c) == 64 ]]
}

@test "a loose, a packed and an alternate object store" {
    new_repo
    pyc m.py >/dev/null
    commit one .
    expected=$("$PYCGUARD" --check-history --format=json || true)
    git gc -q
    [[ $("$PYCGUARD" --check-history --format=json || true) == "$expected" ]]
    git clone -q --shared . ../shared
    cd ../shared
    [[ $("$PYCGUARD" --check-history --format=json || true) == "$expected" ]]
}

@test "many commits: the processes give one answer, in one order" {
    new_repo
    "$PYTHON" -I - >stream <<'PY'
import random
random.seed(1)
print("feature done")
for i in range(1, 1501):
    print(f"commit refs/heads/main\ncommitter A <a@b> {1700000000 + i} +0000\ndata 1\nx")
    print(f"M 100644 inline d{i % 7}/f{i % 11}.py{'c' if i % 50 == 0 else ''}\ndata {len(str(i))}\n{i}")
print("done")
PY
    git fast-import --quiet <stream
    run_pycguard --check-history --format=json
    assert_json '.checked == 1500 and (.findings | length) == 30'
    [[ $(jq -r '.findings[].commit' <<<"$output") == "$(git log --reverse --format=%H main -- '*.pyc')" ]]
    one=$output
    for _ in 1 2 3; do
        run_pycguard --check-history --format=json
        [[ $output == "$one" ]]
    done
    run --separate-stderr taskset -c 0 "$PYCGUARD" --check-history --format=json
    [[ $output == "$one" ]]
}

# many_loose COMMIT: 600 commits, each object in a file of its own, but for the tree of that commit.
many_loose() {
    new_repo
    for i in $(seq 600); do echo "commit refs/heads/main
committer A <a@b> $i +0000
data 1
x
M 100644 inline a$i
data 1
x"; done | git fast-import --quiet
    git unpack-objects -q < <(mv .git/objects/pack/*.pack . && cat ./*.pack)
    rm -f .git/objects/pack/*
    tree=$(git rev-parse "$1^{tree}")
    rm -f ".git/objects/${tree:0:2}/${tree:2}"
}

@test "a missing object is exit status 2 in whatever process" {
    many_loose main~20
    run_pycguard --check-history
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "$tree"
    assert_no_output
}

@test "a process that waits without end, or is killed, is exit status 2" {
    [[ $(nproc) != 1 ]] || skip "there is one processor"
    many_loose main # which only the process that begins there reads, if it need not know the policy
    mkfifo ".git/objects/${tree:0:2}/${tree:2}"
    run_pycguard --check-history --policy /dev/null
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'a file of it has no end'
    "$PYCGUARD" --check-history --policy /dev/null 2>error &
    sleep 3
    pkill -KILL -P $! || fail "no process was started"
    status=0
    wait $! || status=$?
    [[ $status == 2 && $(<error) == *'ended early' ]] || fail "status $status: $(<error)"
}
