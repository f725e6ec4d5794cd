#!/bin/bash
# worlds.sh DIR: makes, in DIR, the repositories that cases.c runs pycguard in, and home and input for it.
set -eu
cd "$1"
export HOME="$1/home" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
export GIT_AUTHOR_DATE=2024-01-01T00:00:00Z GIT_COMMITTER_DATE=2024-01-01T00:00:00Z
mkdir home
printf '[user]\nname = A Developer\nemail = developer@example.org\n[init]\ndefaultBranch = main\n' >home/.gitconfig

# cache FILE FLAGS SIZE: bytecode of Python 3.11 for a source of so many bytes.
cache() {
    mkdir -p "$(dirname "$1")"
    # shellcheck disable=SC2059
    printf "\247\r\r\n\\$2\0\0\0abcd\\$3\0\0\0code" >"$1"
}

# Of each rule something in HEAD, something staged, and something on disk; two branches, a merge, a tag.
make_dirty() {
    mkdir -p pkg/migrations vendor docs
    for name in pkg/m.py pkg/n.py pkg/migrations/__init__.py pkg/migrations/0001_a.py; do echo 'x = 1' >"$name"; done
    cache pkg/__pycache__/m.cpython-311.pyc 0 6
    cache pkg/__pycache__/n.cpython-311.pyc 1 6
    cache pkg/__pycache__/n.cpython-312.pyc 3 6
    cache pkg/__pycache__/gone.cpython-311.pyc 0 6
    cache pkg/migrations/0002_b.pyc 0 6
    cache vendor/kept.pyc 0 6
    echo >docs/page.tmp
    printf '%s\n' '# The vendor ships these.' '!vendor/*.pyc' 'secret/**' 'regex:^docs/.*[.]tmp$' '!never.pyc' >.pycguard
    printf '*.pyc\n!late.pyc\n' >.gitignore
    echo '**/*.log' >.dockerignore
    echo 'FROM x' >Dockerfile
    git add -f .
    git commit -qm start
    git checkout -qb side
    echo >side.pyc
    git add -f side.pyc
    git commit -qm side
    git checkout -q main
    git rm -q pkg/n.py
    git commit -qm less
    git merge -q --no-edit side
    git tag -a -m one v1
    git repack -adq
    git pack-refs --all
    for number in 1 2 3 4 5 6 7 8 9; do
        echo "$number" >"docs/$number.txt"
        mkdir -p "pkg/sub$number"
        echo "$number" >"pkg/sub$number/m.py"
    done
    cache late.pyc 0 6
    git add -f .
    git commit -qm late
    git branch -q loose
    cache new/__pycache__/p.cpython-311.pyc 1 2
    echo p >new/p.py
    cache new/q.pyc 0 6
    git add -f new
    git rm -q --cached pkg/m.py
    cache disk/__pycache__/r.cpython-311.pyc 1 2
    echo r >disk/r.py
    cache disk/s.pyc 0 6
}

# As little as there is something to fix in: each run that fixes starts with a copy.
make_small() {
    mkdir pkg
    echo 'x = 1' >pkg/m.py
    cache pkg/__pycache__/m.cpython-311.pyc 0 6
    cache pkg/gone.pyc 0 6
    echo '*.log' | tee .gitignore >.dockerignore
    echo 'FROM x' >Dockerfile
    git add .
    git commit -qm start
    cache disk/__pycache__/r.cpython-311.pyc 1 2
    cache disk/s.pyc 0 6
    echo r >disk/r.py
}

# repository MAKE DIR [ARG...]: ARGs are git init's.
repository() {
    git init -q --template= "${@:3}" "$2"
    (cd "$2" && "$1")
}

repository make_dirty dirty
repository make_dirty sha256 --object-format=sha256
repository make_small small
repository make_small small256 --object-format=sha256
cp -R dirty split
git -C split update-index --split-index

(
    cd dirty
    git rev-parse main~1 main >../ids
    { read -r old && read -r new; } <../ids
    echo "refs/heads/main $new refs/heads/main $old" >../push
    echo "$old $new refs/heads/main" >../receive
    git clone -q --bare . ../bare.git
    git remote add origin ../bare.git
    git fetch -q
)
git -C dirty worktree add -q ../linked 2>/dev/null
cache linked/five.pyc 0 6
git -C linked add -f five.pyc

# In the middle of a merge.
cp -R dirty merge
(
    cd merge
    git reset -q --hard
    git checkout -qb one
    echo 1 >both
    echo >one.pyc
    git add -f both one.pyc
    git commit -qm one
    git checkout -q main
    echo 2 >both
    git add both
    git commit -qm two
    git merge -q one >/dev/null || true
    echo >three.pyc
    git add -f three.pyc
)

# Hooks of somebody else.
cp -R small hooks
mkdir hooks/.git/hooks
printf '#!/bin/sh\n# an earlier one\n' | tee hooks/.git/hooks/pre-commit >hooks/.git/hooks/helper
chmod +x hooks/.git/hooks/pre-commit hooks/.git/hooks/helper
