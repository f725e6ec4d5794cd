#!/usr/bin/env bats
# Ranges, histories and stagings of a repository made at random, against what git says of each commit.

load helper

@test "each commit, range, history and staging is what git diff-tree and git rev-list say" {
    run "$PYTHON" -I "$BATS_TEST_DIRNAME/commits_git.py" "$PYCGUARD" 1200
    echo "$output"
    assert_status 0
}
