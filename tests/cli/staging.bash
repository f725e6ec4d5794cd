# shellcheck shell=bash
# What the tests of --check-staged load beside helper: words for what a commit is made of.

# stage PATH...: a file of that name, whatever its content, added to the index.
stage() {
    local path
    for path in "$@"; do
        [[ -e $path ]] || write "$path" "of $path"
    done
    git --literal-pathspecs add -f -- "$@"
}

# branch_with NAME PATH...: a branch off the first commit that adds those files.
branch_with() {
    git checkout -q -b "$1" "$(git rev-list --max-parents=0 HEAD)"
    stage "${@:2}"
    commit "$1"
}

# merge_added_twice PATH: a repository in the middle of a merge, of branches that both added that file
# beside m.py.
merge_added_twice() {
    new_repo
    stage m.py
    commit start
    branch_with side "$1"
    git checkout -q main
    write "$1" ours
    stage "$1"
    commit ours
    run ! git merge -q side
}

# merge_deleted_and_changed PATH OTHER: the same, of branches of which ours deleted the file and theirs
# changed it; the other file both have.
merge_deleted_and_changed() {
    new_repo
    stage "$@"
    commit start
    git checkout -qb side
    write "$1" theirs
    stage "$1"
    commit theirs
    git checkout -q main
    git rm -q "$1"
    commit ours
    run ! git merge -q side
}
