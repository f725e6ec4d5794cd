#!/usr/bin/env bats
# A git that answers what git does not: cut short, garbled, nothing, by a signal. Where git is asked
# because libgit2 cannot read the repository, such an answer is never taken for one of git's.

load helper

setup() {
    start_clean
    mkdir "$WORK/bin"
    cat >"$WORK/bin/git" <<END
#!/usr/bin/env bash
for word; do
    if [[ \$word == "\$STRANGE" ]]; then
        eval "\$ANSWER"
        exit
    fi
done
exec $(command -v git) "\$@"
END
    chmod +x "$WORK/bin/git"
}

# One that libgit2 does not read.
other_repo() {
    git init -q --object-format=sha256 repo
    cd repo || return
    write m.pyc x
    write pkg/a.py 'x = 1'
    commit one m.pyc pkg
    write n.pyc y
    commit two n.pyc
    id=$(git rev-parse HEAD)
}

# needs_git: the libgit2 after 1.9 reads that repository by itself.
needs_git() {
    PATH=$(path_without git) run_pycguard --check-tracked -q
    ((status != 1)) || skip 'this libgit2 reads ids of SHA-256'
}

# strange WORD ANSWER REASON [ARG...]: pycguard is refused for that reason when git, called with that word,
# answers so: a command of the shell.
strange() {
    STRANGE=$1 ANSWER=$2 PATH=$WORK/bin:$PATH assert_refuses "$3" "${@:4}"
}

@test "a stand-in that answers as git does" {
    other_repo
    STRANGE=none PATH=$WORK/bin:$PATH judge --check-tracked
    assert_judged 1 'error ghost-module m.pyc' 'error ghost-module n.pyc'
}

@test "which repository it is" {
    local answer end=--pycguard-separator
    other_repo
    for verb in --check-tracked --check-history; do
        for answer in : 'echo perhaps' 'echo sha1; pwd' "echo sha1; echo $end; pwd; echo $end; echo $end; echo $end" \
            "echo sha1; echo $end; pwd; echo $end; pwd; echo $end; pwd; echo $end" "echo sha1; echo $end; pwd; echo $end; pwd; echo $end; printf x"; do
            strange --show-object-format "$answer" 'git rev-parse says something strange' $verb
        done
        strange --show-object-format "echo md5; echo $end; pwd; echo $end; pwd; echo $end" "its object format 'md5' is unknown here" $verb
        strange --show-object-format "echo sha1; echo $end; pwd; echo $end; echo no/where; echo $end" "/no/where'" $verb
        strange --show-object-format 'exit 1' 'git rev-parse ended with status 1' $verb
        strange --show-object-format 'exit 128' 'git rev-parse ended with status 128' $verb
        strange --show-object-format 'echo fatal: no more >&2; exit 128' 'cannot open the repository: no more' $verb
        strange --show-object-format "kill -9 \$\$" "git was ended by signal 9" $verb
    done
    rm "$WORK/bin/git"
    needs_git
    PATH=$(path_without git) assert_refuses "cannot run 'git'" --check-tracked
}

@test "the entries of the index" {
    other_repo
    git update-index --split-index
    local more='  ctime: 1:2\n  mtime: 3:4\n  dev: 5\tino: 6\n  uid: 7\tgid: 8\n  size: 9\tflags: 0\n'
    for row in "echo" "printf '100644 '" "printf '100648 $id 0\ta\0$more'" "printf '777777777777 $id 0\ta\0$more'" \
        "printf '100644 ${id%?} 0\ta\0$more'" "printf '100644 ${id%?}g 0\ta\0$more'" "printf '100644 $id 4\ta\0$more'" \
        "printf '100644 $id 0 a\0$more'" "printf '100644 $id 0\t\0$more'" "printf '100644 ${id}0\ta\0$more'" \
        "printf '\0$more'" "printf '100644$id 0\ta\0$more'" "printf '100644 $id 0\ta\0'" \
        "printf '100644 $id 0\ta\0${more%??}'" "printf '100644 $id 0\ta\0${more/flags: 0/flags: x}'" \
        "printf '100644 $id 0\ta\0${more/size/weight}'"; do
        strange ls-files "$row" 'git ls-files says something strange' --check-tracked
    done
    strange ls-files "printf '100644 $id 0\tb\0$more''100644 $id 0\ta\0$more'" "entries out of order at 'a'" --check-tracked
    strange ls-files 'exit 3' 'git ls-files ended with status 3' --check-tracked
    strange ls-files 'echo fatal: damaged >&2; exit 128' 'damaged' --check-tracked
    strange ls-files "kill -9 \$\$" "git was ended by signal 9" --check-tracked
    strange ls-files "printf '040000 $id 0\tsub/\0$more'" 'is not a tree' --check-tracked
}

@test "a git that does not know --sparse, and one that has none of the words" {
    other_repo
    git update-index --split-index
    STRANGE=--sparse ANSWER='echo usage >&2; exit 129' PATH=$WORK/bin:$PATH judge --check-tracked
    assert_judged 1 'error ghost-module m.pyc' 'error ghost-module n.pyc'
    strange ls-files 'exit 129' 'git ls-files ended with status 129' --check-tracked
}

@test "objects" {
    other_repo
    needs_git
    git ls-files -s m.pyc >"$WORK/entry"
    read -r _ blob _ <"$WORK/entry"
    for row in 'read -r id; echo hello' 'read -r id; echo $id' 'read -r id; echo "$id blob"' \
        'read -r id; echo "$id blob x"' 'read -r id; echo "$id blob 4x"' 'read -r id; echo "$id thing 4"' \
        'read -r id; echo "$id missing "' 'read -r id; echo "$id/blob 4"'; do
        strange --batch "$row" "git cat-file says '" --check-range HEAD~1..HEAD
    done
    strange --batch 'read -r id; printf "%0999d" 1' "git cat-file ended with status 0" --check-range HEAD~1..HEAD
    strange --batch 'read -r id; echo "$id commit 9999"; echo short' 'git cat-file ended with status 0' --check-range HEAD~1..HEAD
    strange --batch 'read -r id; echo "$id commit 99999999999999999999"' 'out of memory' --check-range HEAD~1..HEAD
    strange --batch 'read -r id; printf "$id commit 2\nabc"' 'git cat-file says something strange' --check-range HEAD~1..HEAD
    strange --batch 'read -r id; echo "fatal: no more" >&2; exit 128' 'no more' --check-range HEAD~1..HEAD
    strange --batch 'exit 0' 'git cat-file ' --check-range HEAD~1..HEAD
    strange --batch-check 'read -r id; echo hello' "git cat-file says 'hello'" --check-tracked
    strange --batch "read -r id; printf '%s blob 2\nabc' $blob" 'git cat-file says' --check-tracked
}

@test "the branches that have what is found" {
    other_repo
    for word in --contains '--format=%(HEAD)%(objectname) %(refname)'; do
        for row in 'echo hello' 'echo; echo " "' "echo '*$id'" "echo '*$id '" "echo ' $id refs/'" 'echo "* refs/heads/main"'; do
            strange "$word" "$row" "git for-each-ref says '" --check-range HEAD~1..HEAD
        done
        strange "$word" 'echo "fatal: no more" >&2; exit 128' 'no more' --check-range HEAD~1..HEAD
    done
}

@test "references and revisions" {
    other_repo
    for word in --all --stdin; do
        strange $word "kill -9 \$\$" 'git was ended by signal 9' --check-history
        strange $word 'exit 128' "git rev-list ended with status 128" --check-history
        strange $word 'echo "fatal: no more" >&2; exit 128' 'no more' --check-history
        strange $word "printf '$id'" 'cannot list the ' --check-history
        strange $word 'echo nonsense' "says 'nonsense'" --check-history
    done
    strange --all 'echo warning: broken >&2' 'broken' --check-history
    for row in "x $id" "$id" "1 $id $id" "1 ${id%?}" "1 $id " "1 $id,$id" "1 >$id" "1 $id ${id%?}"; do
        strange --stdin "echo '$row'" 'cannot list the commits: ' --check-history
    done
    strange --is-shallow-repository 'exit 3' 'cannot list the commits: ' --check-history
    strange --is-shallow-repository 'exit 3' 'git rev-parse ended with status 3' --check-range --squash "HEAD~1..$(git commit-tree -m lone "HEAD^{tree}")"
    strange --revs-only 'echo 1234' "cannot use revision 'HEAD': git says '1234'" --check-range HEAD
    strange --revs-only "printf '$id'" "cannot use revision 'HEAD'" --check-range HEAD
    strange --revs-only 'exit 3' "cannot use revision 'HEAD'" --check-range HEAD
    strange --revs-only : 'the range has no end' --check-range HEAD
    strange merge-base 'echo nonsense' "git merge-base says 'nonsense'" --check-range --squash HEAD~1..HEAD
    strange merge-base 'exit 128' 'git merge-base ended with status 128' --check-range --squash HEAD~1..HEAD
    STRANGE=--get-regexp ANSWER='exit 3' PATH=$WORK/bin:$PATH assert_refuses 'cannot read the remotes' --pre-push origin url \
        <<<"refs/heads/main $id refs/heads/main $(printf %064d 0)"
    for row in 'echo nonsense' "echo '$id refs/remotes/o/x'" 'exit 3' "printf '$id refs/x '"; do
        STRANGE=for-each-ref ANSWER=$row PATH=$WORK/bin:$PATH assert_refuses 'cannot list the refs of the remotes' --pre-push origin url \
            <<<"refs/heads/main $id refs/heads/main $(printf %064d 0)"
    done
    strange --verify 'echo 1234' "cannot use revision 'HEAD': git says '1234'" --check-staged
    strange --verify 'exit 128' "cannot use revision 'HEAD'" --check-staged
    git checkout -q --orphan unborn
    strange symbolic-ref 'exit 1' 'it names no commit' --check-staged
    strange symbolic-ref 'exit 128' 'cannot read HEAD' --check-staged
    strange for-each-ref "echo '$id refs/heads/unborn'" "'refs/heads/unborn' names no commit" --check-staged
    STRANGE=for-each-ref ANSWER='echo "warning: ignoring dangling symref refs/a" >&2' PATH=$WORK/bin:$PATH judge --check-staged
    assert_judged 1 'error ghost-module m.pyc' 'error ghost-module n.pyc'
}

@test "what is ignored, and the configuration" {
    other_repo
    write .gitignore '*.pyc'
    strange check-ignore "cat >/dev/null; printf 'a\0'" "its answer is cut short" --check-ignores
    strange check-ignore 'cat >/dev/null; for i in {1..999}; do printf "x\0%d\0y\0z\0" $i; done' "it speaks of 'z'" --check-ignores
    strange check-ignore 'exit 128' 'cannot tell what git ignores' --check-ignores
    strange --type=bool 'exit 3' 'cannot read core.ignoreCase' --check-tracked
}

@test "where the hooks are" {
    new_repo
    for verb in --status --install --uninstall; do
        strange --show-scope 'exit 128' 'git config ended with status 128' $verb
        strange --show-scope 'printf local' "git config says 'local'" $verb
        strange --show-scope 'printf "local\0\0"' 'core.hooksPath is empty' $verb
    done
    [[ ! -e .git/hooks/pre-commit ]]
    git init -q --bare bare.git
    cd bare.git
    for verb in --status --install --uninstall; do
        strange --is-bare-repository 'exit 1' 'git rev-parse ended with status 1' $verb
    done
    [[ ! -e hooks/pre-receive ]]
}

@test "sizes on disk" {
    other_repo
    word='--batch-check=%(objectsize:disk)'
    for answer in 'exit 1' 'exit 128' 'cat >/dev/null; echo nonsense' 'cat >/dev/null; echo 12' 'cat >/dev/null; echo 1; echo 2; echo 3'; do
        strange "$word" "$answer" 'cannot tell how large the files of the history are' --check-history
    done
    strange "$word" "kill -9 \$\$" "git was ended by signal 9" --check-history
}
