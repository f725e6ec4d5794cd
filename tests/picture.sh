#!/usr/bin/env bash
# The refused commit with which the README opens, from a real run.
#
#   tests/picture.sh text    as its first console block shows it
#   tests/picture.sh svg     as its picture, tests/data/refused.svg, shows it
#
# PYCGUARD names the binary (default: build/dev/pycguard). tests/cli/readme.bats holds both against the README.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${PYCGUARD:=$root/build/dev/pycguard}"

commands=(
    'pycguard --install -q'
    'git mv shop/migrations/0002_rename.py shop/migrations/0002_placeholder.py'
    'git add .'
    "git commit -q -m 'Replace migration 0002'"
    'pycguard --untrack -q'
    'pycguard --clean -q'
    'pycguard --add-ignores -q'
    'git add .gitignore'
    "git commit -q -m 'Replace migration 0002'"
)

# A repository with two migrations, and beside the second its bytecode: a header of Python 3.13.
repository() {
    mkdir "$scratch/bin" "$scratch/shop-repository"
    ln -s "$PYCGUARD" "$scratch/bin/pycguard"
    cd "$scratch/shop-repository"
    git init -q -b main
    git config user.name 'A Developer'
    git config user.email developer@example.org
    mkdir -p shop/migrations
    cd shop/migrations
    touch __init__.py
    echo 'operations = []' >0001_initial.py
    echo 'operations = ["rename"]' >0002_rename.py
    git add .
    git commit -q -m 'Two migrations'
    printf '\xf3\r\r\n%12s' '' >0002_rename.pyc
    cd ../..
}

# Each command, and what it says.
transcript() {
    local command
    for command in "${commands[@]}"; do
        printf '$ %s\n' "$command"
        bash -c "$command" </dev/null 2>&1 || true
    done
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-picture.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for name in $(compgen -e | grep -E '^(GIT_|PYCGUARD_|NO_COLOR$|CLICOLOR)'); do unset "$name"; done
export HOME=$scratch GIT_CONFIG_NOSYSTEM=1 LC_ALL=C PATH=$scratch/bin:$PATH
repository
case ${1-} in
text) transcript ;;
svg) CLICOLOR_FORCE=1 transcript | python3 -I "$root/tests/picture.py" 'A commit that pycguard refuses' ;;
*) echo "usage: tests/picture.sh text|svg" >&2 && exit 2 ;;
esac
