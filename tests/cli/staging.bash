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
