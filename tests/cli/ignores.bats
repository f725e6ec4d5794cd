#!/usr/bin/env bats
# --check-ignores and --add-ignores: whether bytecode made tomorrow would get in, and what is missing.

load helper

with_package() {
    new_repo
    write pkg/m.py 'x = 1'
    write app/migrations/0001_initial.py 'x = 1'
    commit start .
}

# good, lacks FILE PATTERN: what --check-ignores says.
good() {
    run_pycguard --check-ignores
    assert_status 0
    assert_no_output
}
lacks() {
    run_pycguard --check-ignores
    assert_status 1
    assert_output_has "  $1: $2"
}
# The files that lack something.
lacking() { "$PYCGUARD" --check-ignores -z | tr '\0' ' '; }

# adds FILE TEXT: --add-ignores leaves FILE with these bytes, and then there is nothing to add.
adds() {
    run_pycguard --add-ignores
    assert_status 0
    [[ $(cat -A -- "$1") == "$(cat -A <<<"$2")" ]] || fail "$1 is: $(cat -A -- "$1")"
    good
    before=$(find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort)
    run_pycguard --add-ignores
    assert_status 0
    assert_no_output
    [[ $(find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort) == "$before" ]] || fail 'not idempotent'
}

@test "no .gitignore: both patterns are missing, and it is made" {
    with_package
    lacks .gitignore __pycache__/
    lacks .gitignore '*.py[cod]'
    assert_output_has 'pycguard --add-ignores'
    adds .gitignore '# Python bytecode
__pycache__/
*.py[cod]'
    [[ $(stat -c %a .gitignore) == 644 ]]
}

@test "whatever patterns and files do it are good" {
    with_package
    for text in '__pycache__/
*.py[cod]' '*.pyc
*.pyo' '*.py?' '__pycache__
**/*.py[co]' '*' '/*
!/pkg/
!/.gitignore
pkg/*.pyc
pkg/*.pyo
__pycache__
/pkg/new' '*.py[cod]
!keep.pyc'; do
        write .gitignore "$text"
        good
    done
    write .gitignore '/pkg
/app
/new
/__pycache__'
    write pkg/.gitignore '*'
    lacks .gitignore '*.py[cod]'
    [[ $(lacking) == '.gitignore ' ]]
}

@test "only what is missing is said and added" {
    with_package
    write .gitignore '__pycache__/
*.pyc'
    run_pycguard --check-ignores
    assert_status 1
    assert_output_lacks ': __pycache__/'
    assert_output_has ': *.py[cod]  (new.pyo is not ignored)'
    adds .gitignore '__pycache__/
*.pyc
# Python bytecode
*.py[cod]'
    write .gitignore '*.py[cod]
!__pycache__/*'
    adds .gitignore '*.py[cod]
!__pycache__/*
# Python bytecode
__pycache__/'
}

@test "patterns for one directory do not do for the others" {
    with_package
    write .gitignore '/pkg/__pycache__/
pkg/*.py[cod]'
    lacks .gitignore __pycache__/
    write .gitignore '/*/__pycache__/
/__pycache__/
*.py[o]
/*.pyc
/*/*.pyc'
    lacks .gitignore __pycache__/
    assert_output_has '(new/migrations/__pycache__/new.'
}

@test "a line that lets it in, in a deeper file, is answered there" {
    with_package
    write .gitignore '__pycache__/
*.py[cod]'
    write pkg/.gitignore '!*.pyc'
    lacks pkg/.gitignore '*.py[cod]'
    assert_output_has "because of !*.pyc"
    adds pkg/.gitignore '!*.pyc
# Python bytecode
*.py[cod]'
    [[ $(git status --porcelain) == $'?? .gitignore\n?? pkg/.gitignore' ]]
}

@test "what the policy allows need not be ignored" {
    with_package
    write .gitignore '__pycache__/
*.py[cod]
!/pkg/**/*.py[cod]'
    lacks .gitignore '*.py[cod]'
    write .pycguard '!/pkg/**'
    git add .pycguard
    good
}

@test "it agrees with git check-ignore" {
    with_package
    for text in '*.py[cod]' '__pycache__' '*.pyc
!pkg/*' '/pkg/' '**/__pycache__/*.pyc
*.py[cod]' '*/**/*.pyc
*.pyo' '[!a].pyc' '*.p?[!x]' 'new.py[co]
__pycache__/' '*
!*/
!*.pyc' '\!x
__pycache__/
new*' ''; do
        write .gitignore "$text"
        ignored=yes
        for path in {,pkg/,app/migrations/,new/,pkg/new/,new/migrations/,app/migrations/new/}{new.pyc,new.pyo,__pycache__/new.cpython-313.pyc}; do
            git check-ignore -q --no-index "$path" || ignored=no
        done
        run_pycguard --check-ignores
        [[ $ignored:$status == yes:0 || $ignored:$status == no:1 ]] || fail "git says $ignored of: $text"
        "$PYCGUARD" --add-ignores -q
        for path in {,pkg/,app/migrations/,new/}{new.pyc,new.pyo,__pycache__/new.cpython-313.pyc}; do
            git check-ignore -q --no-index "$path" || fail "still gets in: $path"
        done
    done
}

@test "an ignore file that others do not have does, with a warning; not with --strict" {
    with_package
    write "$HOME/ignore" '__pycache__/
*.py[cod]'
    git config --global core.excludesFile "$HOME/ignore"
    run_pycguard --check-ignores
    assert_status 0
    assert_stderr_is_one_line
    assert_stderr_has "$HOME/ignore"
    run_pycguard --check-ignores --strict
    assert_status 1
    run_pycguard --add-ignores
    [[ ! -e .gitignore ]]
    git config --global --unset core.excludesFile
    cp "$HOME/ignore" .git/info/exclude
    run_pycguard --check-ignores
    assert_status 0
    assert_stderr_has info/exclude
    run_pycguard --add-ignores --strict
    assert_status 0
    [[ -e .gitignore ]]
    good
    [[ -z $stderr ]]
}

@test "line ends, a missing final newline and every other byte are kept" {
    with_package
    printf 'a \r\n\xff\t\r\n# b\r\n*.log' >.gitignore
    "$PYCGUARD" --add-ignores -q
    cmp .gitignore <(printf 'a \r\n\xff\t\r\n# b\r\n*.log\r\n# Python bytecode\r\n__pycache__/\r\n*.py[cod]\r\n')
    good
    printf '*.log' >.gitignore
    "$PYCGUARD" --add-ignores -q
    cmp .gitignore <(printf '*.log\n# Python bytecode\n__pycache__/\n*.py[cod]\n')
    : >.gitignore
    "$PYCGUARD" --add-ignores -q
    cmp .gitignore <(printf '# Python bytecode\n__pycache__/\n*.py[cod]\n')
}

@test "the mode is kept, and a link is refused" {
    with_package
    write .gitignore a
    chmod 640 .gitignore
    "$PYCGUARD" --add-ignores -q
    [[ $(stat -c %a .gitignore) == 640 ]]
    mv .gitignore ../ignore
    ln -s ../ignore .gitignore
    before=$(sha256sum ../ignore)
    printf 'a\n' >../ignore
    before=$(sha256sum <../ignore)
    run_pycguard --add-ignores
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "'.gitignore': it is a symbolic link"
    [[ -L .gitignore && $(sha256sum <../ignore) == "$before" ]]
}

@test "a dry run says what it would add, and does not" {
    with_package
    write Dockerfile FROM
    git add .
    run_pycguard --add-ignores -n
    assert_status 1
    assert_output_has 'would add'
    assert_output_has '.dockerignore: **/__pycache__'
    [[ $("$PYCGUARD" --add-ignores -n -z | tr '\0' ' ') == '.dockerignore .gitignore ' ]]
    [[ ! -e .gitignore && ! -e .dockerignore ]]
}

@test "says what to commit, for a shell in a subdirectory too" {
    with_package
    cd pkg
    run_pycguard --add-ignores
    bash -c "${output##*Stage that, then commit:}"
    [[ $(git diff --cached --name-only) == .gitignore ]]
}

@test "no Dockerfile is tracked: nothing is said of Docker" {
    with_package
    write .gitignore '*.py[co]'
    write Dockerfile FROM
    write Dockerfiles/x text
    git add .gitignore Dockerfiles
    good
}

@test "the ignore file beside a Dockerfile; without one, that of the top, which is then the context" {
    with_package
    write .gitignore '*.py[co]'
    for dir in a b c; do write $dir/.dockerignore 'x'; done
    for file in Dockerfile a/Containerfile b/prod.Dockerfile c/Dockerfile.dev deep/down/Dockerfile; do write "$file" FROM; done
    write d/Dockerfile.dockerignore '**'
    git add .
    [[ $(lacking) == '.dockerignore a/.dockerignore b/.dockerignore c/.dockerignore ' ]] || fail "$(lacking)"
    run_pycguard --check-ignores -v
    assert_output_has 'deep/down/Dockerfile: no .dockerignore beside it'
    assert_output_lacks 'b/prod.Dockerfile: no'
    adds b/.dockerignore 'x
# Python bytecode
**/__pycache__
**/*.py[cod]'
    cmp .dockerignore <(tail -n +2 b/.dockerignore)
    cmp a/.dockerignore b/.dockerignore
}

@test "names of Dockerfiles, and those that are not" {
    with_package
    write .gitignore '*.py[co]'
    for name in dockerfile Dockerfile prod.dockerfile Containerfile.x docker/dockerfile; do
        write "$name" FROM
        git add .
        lacks .dockerignore '**/__pycache__'
        git rm -qf "$name"
    done
    for name in dockerfile.py dockerfiles Dockerfile_x containerfile dockerfile.dockerignore; do write "$name" x; done
    git add .
    good
}

@test "patterns in the ignore file of a Dockerfile below the top are about the top" {
    with_package
    write .gitignore '*.py[co]'
    write docker/Dockerfile FROM
    write docker/m.py ''
    git add .
    write docker/Dockerfile.dockerignore 'docker'
    [[ $(lacking) == 'docker/Dockerfile.dockerignore ' ]] || fail "$(lacking)"
    write docker/Dockerfile.dockerignore '**/*.py[co]'
    good
    # Unless it has one of its own, which is for a build of that directory.
    write docker/Dockerfile.dockerignore '*.py[co]
__pycache__
new'
    [[ $(lacking) == 'docker/Dockerfile.dockerignore ' ]] || fail "$(lacking)"
    write docker/.dockerignore 'x'
    good
}

# --- sparse checkouts --------------------------------------------------------------------------

@test "what a sparse checkout has in the index alone is read there, and never written over" {
    with_package
    write .gitignore 'secret.txt
__pycache__/
*.py[cod]'
    write .dockerignore '**/*.py[co]'
    write Dockerfile FROM
    commit ignores .
    git sparse-checkout set --no-cone /pkg/
    [[ ! -e .gitignore && ! -e Dockerfile ]]
    good
    git sparse-checkout disable
    write .gitignore secret.txt
    write .dockerignore secret.txt
    commit 'fewer' .
    git sparse-checkout set --no-cone /pkg/
    [[ $(lacking) == '.dockerignore .gitignore ' ]] || fail "$(lacking)"
    assert_refuses "cannot add to '.dockerignore': it is in the index, but not on disk" --add-ignores
    git sparse-checkout set --no-cone /pkg/ /.dockerignore
    assert_refuses "cannot add to '.gitignore': it is in the index, but not on disk" --add-ignores
    [[ ! -e .gitignore && $(cat .dockerignore) == secret.txt ]] || fail 'written in part'
    (cd pkg && sh -ec "${stderr#*check it out first: }")
    "$PYCGUARD" --add-ignores -q
    good
    [[ $(head -1 .gitignore) == secret.txt ]]
}

# git goes through the whole index for each path that it is asked for with the index at hand.
@test "git reads the index only for directories whose ignore file is there alone" {
    with_package
    write .gitignore '__pycache__/
*.py[cod]'
    write pkg/deep/.gitignore '# none'
    write pkg/deep/m.py 'x = 1'
    commit ignores .
    mkdir bin
    write bin/git "#!/bin/sh
case \$* in *check-ignore*) echo \"\$*\" >>'$WORK/log' ;; esac
exec '$(command -v git)' \"\$@\""
    chmod +x bin/git
    PATH=$PWD/bin:$PATH good
    [[ $(sort -u "$WORK/log") == *--no-index ]] || fail "$(cat "$WORK/log")"
    git sparse-checkout set --no-cone '/*' '!/pkg/deep/'
    rm "$WORK/log"
    PATH=$PWD/bin:$PATH good
    [[ $(grep -c -- --no-index "$WORK/log") == 1 && $(wc -l <"$WORK/log") == 2 ]] || fail "$(cat "$WORK/log")"
    write refused.pyc x
    git add -f refused.pyc
    rm "$WORK/log"
    PATH=$PWD/bin:$PATH run_pycguard
    assert_status 1
    [[ $(cat "$WORK/log") == *--no-index ]] || fail "$(cat "$WORK/log")"
}

@test "an ignore file below a directory out of the cone" {
    with_package
    write api/Dockerfile FROM
    write api/.dockerignore '**/*.py[co]'
    write .gitignore '__pycache__/
*.py[cod]'
    commit api .
    for index in '' --sparse-index; do
        git sparse-checkout set --cone $index pkg
        [[ ! -e api ]]
        good
    done
    ln -s .dockerignore other
    git update-index --add --cacheinfo "120000,$(printf x | git hash-object -w --stdin),api/.dockerignore"
    assert_refuses "cannot read 'api/.dockerignore': it is a symbolic link" --check-ignores
}

@test "a path of the index is no example of what git ignores" {
    with_package
    write .gitignore '*.py[co]'
    write pkg/new.pyc x
    git add -f .
    good
}

@test "an ignore file that is deleted on disk, but not in the index" {
    with_package
    write .gitignore secret.txt
    commit ignores .
    rm .gitignore
    assert_refuses "cannot add to '.gitignore': it is in the index, but not on disk" --add-ignores
    git rm -q --cached .gitignore
    "$PYCGUARD" --add-ignores -q
    good
}

@test "of the ignore files of one Dockerfile the first counts that is there" {
    with_package
    write .gitignore '*.py[co]'
    write Dockerfile FROM
    write Containerfile FROM
    git add .
    write .dockerignore '**/*.py[co]'
    good
    write Dockerfile.dockerignore 'x'
    [[ $(lacking) == 'Dockerfile.dockerignore ' ]]
    write Dockerfile.dockerignore '**'
    write .dockerignore 'x'
    [[ $(lacking) == '.dockerignore ' ]]
    write .containerignore '**'
    good
    write Containerfile.containerignore 'x'
    [[ $(lacking) == 'Containerfile.containerignore ' ]]
    # Podman prefers this one, and Docker knows no other.
    write Containerfile.dockerignore '**'
    good
    write Containerfile.containerignore '**'
    write Containerfile.dockerignore 'x'
    [[ $(lacking) == 'Containerfile.dockerignore ' ]]
}

@test "Docker's rules, which are not git's" {
    with_package
    write .gitignore '*.py[co]'
    write Dockerfile FROM
    git add .
    while IFS= read -r text; do
        printf '%b' "$text" >.dockerignore
        good || fail "should do: $text"
    done <<'EOT'
**/*.pyc\n**/*.pyo
**/*.py[co]
**/__pycache__\n**/*.py?
**/__pycache__/\n/**/*.py[cod]
\xef\xbb\xbf**\n
*
**
*\n!README
  **/*.py[cod]  \r\n
./**/*.pyc\n**/../**/*.pyo
**/x/../*.py[a-z]
**.pyc\n**.pyo
**/*.py\\[co]\n**/*.py[co]
!**/*.pyc\n**/*.py[co]
*\n!app\n**/*.py[co]
**/*.py[^x]\n**/__pycache__
EOT
    while IFS= read -r text; do
        printf '%b' "$text" >.dockerignore
        lacks .dockerignore '**/' || fail "should not do: $text"
    done <<'EOT'
*.pyc\n*.pyo
*.py[cod]\n__pycache__
__pycache__/
/*/*.py[cod]\n*.py[cod]
# **/*.py[cod]
**/*.py[co]\n!**/*.pyc
**/*.py[co]\n!pkg
**/*.py[co]\n!*/m*/new.pyc
*\n!app
**/*.PY[CO]
**/*.py[!x]
**/*.py\\[co]
EOT
    printf '%b' '**/*.py[co]\n!pkg' >.dockerignore
    adds .dockerignore '**/*.py[co]
!pkg
# Python bytecode
**/__pycache__
**/*.py[cod]'
}

@test "a pattern that Docker refuses is named" {
    with_package
    write Dockerfile FROM
    git add .
    for text in 'a[b' '!' "a\\"; do
        write .dockerignore "x
$text"
        run_pycguard --check-ignores
        assert_status 2
        assert_stderr_is_one_line
        assert_stderr_has "'.dockerignore': line 2"
    done
}

@test "no repository, a bare one, other formats, arguments: refused" {
    run_pycguard --check-ignores
    assert_status 2
    git init -q --bare bare
    run_pycguard -C bare --check-ignores
    assert_status 2
    assert_stderr_is_one_line
    with_package
    run_pycguard --check-ignores --format json
    assert_status 2
    run_pycguard --add-ignores x
    assert_status 2
}

@test "before the first commit, in a linked worktree, in a subdirectory" {
    new_repo
    mkdir sub
    (cd sub && "$PYCGUARD" --add-ignores -q)
    good
    commit ignores .gitignore
    git rm -q .gitignore
    commit 'and not'
    git worktree add -q ../linked
    cd ../linked
    lacks .gitignore __pycache__/
    "$PYCGUARD" --add-ignores -q
    good
    [[ ! -e ../repo/.gitignore ]]
}

@test "odd names, and a package beyond a link" {
    new_repo
    for dir in ' a' $'new\nline' $'\xff' ':(top)x' '-n' '*' '"q"' '!x' '#'; do
        write "./$dir/m.py" 'x = 1'
        write "./$dir/Dockerfile" FROM
        write "./$dir/.dockerignore" x
    done
    write linked/m.py 'x = 1'
    git add .
    mv linked elsewhere
    ln -s elsewhere linked
    run_pycguard --add-ignores
    assert_status 0
    good
    [[ $(git diff --name-only -z '*.dockerignore' | tr '\0' '\n' | grep -c dockerignore) == 9 ]]
    bash -c "${output##*Stage that, then commit:}" || true
}

@test "a directory that may not be written to" {
    with_package
    if ((EUID == 0)); then
        command -v setpriv >/dev/null || skip 'no setpriv'
        chmod go+rx "$WORK"
        chown -R 65534:65534 .
        chmod a-w .
        run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$PYCGUARD" --add-ignores
    else
        chmod a-w .
        run_pycguard --add-ignores
    fi
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has "'.gitignore': Permission denied"
}

@test "a file that is too large, and a Dockerfile whose directory is not there" {
    with_package
    write image/Dockerfile 'FROM x'
    git add .
    rm -r image
    "$PYCGUARD" --add-ignores -q
    [[ -s .dockerignore ]]
    git rm -rq --cached image
    rm .gitignore
    truncate -s 17M .gitignore
    assert_refuses "cannot read '.gitignore': it is too large" --add-ignores
}

@test "a full disk leaves the old file" {
    ((EUID == 0)) || skip 'only root can mount'
    mkdir small
    mount -t tmpfs -o size=4m none small 2>/dev/null || skip 'no tmpfs to be mounted here'
    cd small
    with_package
    write .gitignore '*.log'
    cat /dev/zero >../filler 2>/dev/null || true
    run_pycguard --add-ignores
    text=$(cat .gitignore) left=$(ls -A)
    cd "$WORK"
    umount small
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'No space left'
    [[ $text == '*.log' && $left != *.pycguard* ]]
}

@test "two runs at once add once" {
    with_package
    write Dockerfile FROM
    git add .
    for _ in {1..10}; do
        rm -f .gitignore .dockerignore
        for _ in 1 2 3; do "$PYCGUARD" --add-ignores -q & done
        wait
        [[ $(wc -l <.gitignore) == 3 && $(wc -l <.dockerignore) == 3 ]]
    done
}
