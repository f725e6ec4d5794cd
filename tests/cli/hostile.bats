#!/usr/bin/env bats
# A repository made to harm: what it holds is never run, never believed, and never waited for without
# end; and what git takes from it, pycguard sees.

load helper

# Made of bytes, for git mktree refuses what git read-tree takes: object TYPE prints the id of what is
# on standard input; entry MODE NAME ID is one entry of a tree.
object() { git hash-object -t "$1" -w --stdin --literally; }
entry() {
    printf '%s %s\0' "$1" "$2"
    # shellcheck disable=SC2001,SC2059
    printf "$(sed 's/../\\x&/g' <<<"$3")"
}

# commit_of TREE: makes it main's only commit.
commit_of() { git update-ref refs/heads/main "$(git commit-tree -m x "$1")"; }

# --- trees ------------------------------------------------------------------------------------------

@test "a directory of a mode that git does not write is looked into" {
    new_repo
    blob=$(object blob <<<x)
    below=$(entry 100644 m.pyc "$blob" | object tree)
    for mode in 40000 40755 040000 47777; do
        commit_of "$(entry "$mode" d "$below" | object tree)"
        [[ $(git ls-tree -r --name-only main) == d/m.pyc ]]
        judge --check-range main
        assert_judged 1 'error ghost-module d/m.pyc'
    done
}

@test "a file of a mode that git does not write is one, and what git takes for a submodule is none" {
    new_repo
    blob=$(object blob <<<x)
    for mode in 100600 100777 107777; do
        commit_of "$(entry "$mode" m.pyc "$blob" | object tree)"
        judge --check-range main
        assert_judged 1 'error ghost-module m.pyc'
        git read-tree main
        judge --strict
        assert_judged 1 'warning ghost-module m.pyc'
        judge
        assert_judged 0 'warning ghost-module m.pyc'
    done
    for mode in 0 140000 160755 644; do
        commit_of "$(entry "$mode" m.pyc "$blob" | object tree)"
        [[ $(git ls-tree main) == 160000\ * ]]
        judge --check-range main
        assert_judged 0
    done
}

@test "a name with a slash in it is a path" {
    new_repo
    blob=$(object blob <<<x)
    below=$(entry 100644 b "$blob" | object tree)
    commit_of "$(entry 100644 a/__pycache__/b "$blob" | object tree)"
    judge --check-range main
    assert_judged 1 'error bytecode a/__pycache__/b'
    commit_of "$(entry 40000 a/__pycache__ "$below" | object tree)"
    judge --check-range main
    assert_judged 1 'error bytecode a/__pycache__/b'
}

@test "entries out of order, or twice, hide nothing" {
    new_repo
    blob=$(object blob <<<x)
    commit_of "$({ entry 100644 z.py "$blob"; entry 100644 m.pyc "$blob"; entry 100644 a.py "$blob"; } | object tree)"
    judge --check-range main
    assert_judged 1 'error ghost-module m.pyc'
    below=$(entry 100644 n.pyc "$blob" | object tree)
    commit_of "$({ entry 100644 d "$blob"; entry 40000 d "$below"; } | object tree)"
    judge --check-range main
    assert_judged 1 'error ghost-module d/n.pyc'
}

@test "a tree that is damaged is exit 2" {
    new_repo
    blob=$(object blob <<<x)
    for tree in "$(printf '100644 m.pyc' | object tree)" "$(entry 9 m.pyc "$blob" | object tree)" \
        "$(entry 100644 '' "$blob" | object tree)" "$(entry 777777777777 m.pyc "$blob" | object tree)"; do
        commit_of "$tree"
        assert_refuses "$tree" --check-range main
        assert_refuses 'pycguard: cannot read ' --check-history
    done
}
