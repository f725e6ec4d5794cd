# shellcheck shell=bash
# What the tests of hooks load beside helper.

# Every path below each DIR with its type, mode, target and content, but for what a killed run was writing.
listing() {
    local dir
    for dir; do
        [[ -e $dir ]] || continue
        (cd "$dir" && find . ! -name '*.pycguard-*' -printf '%p %y %m %l\n' | sort &&
            find . -type f ! -name '*.pycguard-*' -exec cksum {} + | sort)
    done
}

# side_without_source: m.py, which the branch `side` has deleted.
side_without_source() {
    write m.py 'x = 1'
    commit start m.py
    git checkout -qb side
    git rm -q m.py
    commit 'without the source'
    git checkout -q main
}

# script PATH [BODY]: a hook in shell that says so, and how it was called.
script() {
    write "$1" "#!/bin/sh
echo \"earlier \$(basename \"\$0\"): \$*\"
${2-}"
    chmod +x "$1"
}

# Bytecode is refused, and is in the index no more afterwards.
assert_guarded() {
    pyc guarded/m.py >/dev/null
    git add -f guarded
    run git commit -m 'with bytecode'
    assert_status 1
    assert_output_has guarded/__pycache__
    git rm -rq -f --cached guarded
}

assert_unguarded() {
    pyc unguarded/m.py >/dev/null
    git add -f unguarded
    git commit -qm 'with bytecode'
}

# stand_in PATH [STATUS]: a pycguard that says how it was called and what it was given.
stand_in() {
    write "$1.new" "#!/bin/sh
echo \"check \$*\"
sed 's/^/check read /'
exit ${2-0}"
    chmod +x "$1.new"
    mv "$1.new" "$1"
}

# installed_then_stand_in ARG...: the hooks of a copy of pycguard, which a stand-in then replaces.
installed_then_stand_in() {
    mkdir -p "$WORK/bin"
    cp "$PYCGUARD" "$WORK/bin/pycguard"
    "$WORK/bin/pycguard" --install -q "$@"
    stand_in "$WORK/bin/pycguard"
}
