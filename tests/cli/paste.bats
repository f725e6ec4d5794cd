#!/usr/bin/env bats
# What is printed to be pasted does what it says in each shell that is here, from the top and from
# below, to the files that were reported, whatever their names, however many there are. And however
# many there are, a report fits two screens.

load helper

names=(
    'two words.pyc' "it's.pyc" '"quoted".pyc' '$HOME.pyc' '`id`.pyc' '$(id).pyc' '!bang.pyc' '*.pyc' '?.pyc' '[a-z].pyc'
    '{a,b}.pyc' '-rf.pyc' '--help.pyc' ':x.pyc' ':(top).pyc' ':!y.pyc' '^z.pyc' '~.pyc' '=ls.pyc' '#hash.pyc'
    $'new\nline.pyc' $'tab\tbed.pyc' $'latin-\xe9.pyc' 'é.pyc' 'back\slash.pyc' '\n.pyc' 'a;b.pyc' 'a|b&c.pyc' '%s%n.pyc' ' .pyc'
    'a<b>c.pyc' '(x).pyc' '!!.pyc' '@{u}.pyc' ',,.pyc' 'end\.pyc'
)

# Sets shells to those that are here; each is called so that it reads nothing of the user's.
find_shells() {
    shells=()
    for shell in sh bash 'zsh -f' fish; do
        if type -P "${shell%% *}" >/dev/null; then shells+=("$shell"); fi
    done
}

# paste DIR: each command of the last report, pasted in $shell in DIR.
paste() {
    local command
    command=$(awk '/^  .*(git |--untrack)/ { on = 1 } on { print; if (!/\\$/) exit }' <<<"$output")
    [[ -n $command ]] || fail 'expected a command'
    # shellcheck disable=SC2086
    (cd "$1" && PATH=$(dirname "$PYCGUARD"):$PATH $shell -c "$command") >"$WORK/said" 2>&1 ||
        fail "$shell: $command" "$(<"$WORK/said")"
}

# Some bytecode that the last commit has, and the names, here and below sub; nothing else is staged.
start() {
    rm -rf "$WORK/repo"
    new_repo "$WORK/repo"
    write 'sub/deep er/m.py' 'x = 1'
    write old.pyc x
    commit old .
    printf '*.pyc\n' >.gitignore
    commit ignore .gitignore
}

add() {
    local name
    for name in "$@"; do echo x >"./$name"; done
    cp -- "${@/#/./}" sub
    printf '%s\0' "$@" "${@/#/sub/}" | git update-index --add -z --stdin
}

staged_is() {
    [[ $(git diff --cached --name-status | LC_ALL=C sort) == "$1" ]] || fail "$shell" "$(git diff --cached --name-status)"
}

@test "a commit: a few names by threes, and all of them at once" {
    find_shells
    for shell in "${shells[@]}"; do
        for dir in . 'sub/deep er'; do
            start
            for ((i = 0; i < ${#names[@]}; i += 3)); do
                add "${names[@]:i:3}"
                (cd "$dir" && "$PYCGUARD") >"$WORK/report" || true
                output=$(<"$WORK/report")
                paste "$dir"
                staged_is ''
            done
            add "${names[@]}"
            (cd "$dir" && "$PYCGUARD") >"$WORK/report" || true
            output=$(<"$WORK/report")
            paste "$dir"
            staged_is ''
            git ls-files --error-unmatch old.pyc >/dev/null
        done
    done
}

@test "a range: the rebase of a few names and of all, over an untracked file, and several commits" {
    find_shells
    for shell in "${shells[@]}"; do
        for dir in . 'sub/deep er'; do
            start
            base=$(git rev-parse HEAD)
            add "${names[@]:0:3}"
            write kept.py 'x = 1'
            commit few kept.py
            (cd "$dir" && "$PYCGUARD" --check-range "$base..HEAD") >"$WORK/report" || true
            output=$(grep -v '^  git checkout' "$WORK/report")
            paste "$dir"
            [[ -e kept.py && $(git rev-list --count "$base..") == 1 ]]
            "$PYCGUARD" --check-range "$base..HEAD"
            add "${names[@]:3}"
            commit many
            write later.py 'x = 2'
            commit later later.py
            (cd "$dir" && "$PYCGUARD" --check-range "$base..HEAD") >"$WORK/report" || true
            output=$(<"$WORK/report")
            fixes=$(cd "$dir" && "$PYCGUARD" --check-range "$base..HEAD" --format=json | jq -r '.findings[].fix' | sort -u)
            [[ $output == *"  $fixes"* ]] || fail "$fixes"
            paste "$dir"
            [[ $(git log --format=%s "$base..") == $'later\nmany\nfew' ]] || fail "$(git log --format=%s)"
            "$PYCGUARD" --check-range "$base..HEAD"
            [[ -e "${names[5]}" && -e old.pyc ]] || fail 'gone from disk'
            git ls-files --error-unmatch old.pyc later.py >/dev/null
        done
    done
}

@test "a file that several commits change, and that is on disk untracked, stops nothing" {
    find_shells
    for shell in "${shells[@]}"; do
        start
        base=$(git rev-parse HEAD)
        for i in 1 2 3; do
            write "it's \$m.pyc" "$i"
            write "s$i.py" "x = $i"
            git add -f .
            commit "c$i"
        done
        git rm -q --cached "it's \$m.pyc"
        commit gone
        write sub/x.py y
        for dir in sub .; do
            (cd "$dir" && "$PYCGUARD" --check-range "$base..HEAD") >"$WORK/report" || true
            output=$(<"$WORK/report")
            assert_output_has 'git filter-branch'
            [[ $dir == sub ]] || rm -f "it's \$m.pyc"
            paste "$dir"
            [[ $(git log --format=%s "$base..") == $'gone\nc3\nc2\nc1' ]]
            "$PYCGUARD" --check-range "$base..HEAD"
            [[ -z $(git for-each-ref refs/original) ]] || fail 'the old commits are kept'
            git ls-files --error-unmatch s1.py s3.py old.pyc >/dev/null
            git reset -q --hard 'HEAD@{1}'
        done
    done
}

@test "what is published stays: a new commit takes out the files that were reported, and no other" {
    find_shells
    git init -q --bare up.git
    for shell in "${shells[@]}"; do
        for dir in . 'sub/deep er'; do
            start
            base=$(git rev-parse HEAD)
            add "${names[@]}"
            commit many
            git push -q -f ../up.git main
            git remote add origin ../up.git
            git fetch -q origin
            head=$(git rev-parse HEAD)
            (cd "$dir" && "$PYCGUARD" --check-range "$base..HEAD") >"$WORK/report" || true
            output=$(<"$WORK/report")
            assert_output_has 'A remote has these commits already'
            paste "$dir"
            [[ $(git diff --cached --name-only -z | tr -dc '\0' | wc -c) == $((2 * ${#names[@]})) ]]
            git ls-files --error-unmatch old.pyc >/dev/null
            [[ $(git rev-parse HEAD) == "$head" ]]
        done
    done
}

@test "a push of two published branches: the files of both, and no other, below and above the first" {
    find_shells
    git init -q --bare up.git
    git init -q --bare other.git
    for shell in "${shells[@]}"; do
        start
        git push -q -f ../other.git main
        git remote add other ../other.git
        git fetch -q other
        for branch in one two; do
            git checkout -q -b "$branch" main
            mkdir "$branch"
            for i in 1 2 3 4; do echo "$branch$i" >"$branch/m$i.pyc"; done
            git add -f "$branch"
            commit "$branch"
        done
        git remote add origin ../up.git
        git push -q -f origin one two
        git merge -q -m both one
        before=$(git ls-files)
        zeros=$(printf '%040d' 0)
        for branch in one two; do
            echo "refs/heads/$branch $(git rev-parse "$branch~0") refs/heads/$branch $zeros"
        done >"$WORK/lines"
        "$PYCGUARD" --pre-push other ../other.git <"$WORK/lines" >"$WORK/report" || true
        output=$(<"$WORK/report")
        assert_output_has 'A remote has these commits already'
        paste .
        [[ $(git diff --cached --name-only) == "$(grep -E '^(one|two)/' <<<"$before")" ]] ||
            fail "$shell" "$(git diff --cached --name-only)" "$output"
    done
}

@test "a push of branches that nobody has: one command rewrites them all, as JSON says too" {
    find_shells
    git init -q --bare up.git
    zeros=$(printf '%040d' 0)
    for shell in "${shells[@]}"; do
        for count in 1 4; do
            start
            git push -q -f ../up.git main
            git remote add origin ../up.git
            git fetch -q origin
            for branch in one two 'th&ree'; do
                git checkout -q -b "$branch" "$([[ $branch == one ]] && echo main || echo one)"
                mkdir "$branch"
                for ((i = 0; i < count; i++)); do echo "$branch$i" >"$branch/m$i.pyc"; done
                git add -f "$branch"
                commit "$branch"
                write "$branch.py" "x = '$branch'"
                commit later "$branch.py"
            done
            for branch in one two 'th&ree'; do
                echo "refs/heads/$branch $(git rev-parse "$branch~0") refs/heads/$branch $zeros"
            done >"$WORK/lines"
            for dir in . 'sub/deep er'; do
                (cd "$dir" && "$PYCGUARD" --pre-push origin <"$WORK/lines" >"$WORK/report") || true
                output=$(<"$WORK/report")
                fix=$( (cd "$dir" && "$PYCGUARD" --pre-push origin --format=json <"$WORK/lines") | jq -r '.findings[].fix' | sort -u)
                [[ $output == *"  $fix"* ]] || fail "$fix"
                before=$(git log --format=%s one two 'th&ree' --)
                paste "$dir"
                "$PYCGUARD" --check-range one two 'th&ree' ^main
                [[ $(git log --format=%s one two 'th&ree' --) == "$before" ]] || fail 'other commits'
                git cat-file -e 'two:two.py'
                git cat-file -e 'two:old.pyc'
                [[ -z $(git for-each-ref refs/original) ]] || fail 'the old commits are kept'
                for branch in one two 'th&ree'; do git checkout -q "$branch" && git reset -q --hard '@{1}'; done
            done
        done
    done
}

@test "the commits of a branch that is not checked out, and of two by their names" {
    find_shells
    for shell in "${shells[@]}"; do
        start
        for branch in one two; do
            git checkout -q -b "$branch" main
            write "$branch.pyc" "$branch"
            commit "$branch" "$branch.pyc"
            write "$branch.py" 'x = 1'
            commit later "$branch.py"
        done
        git checkout -q main
        (cd sub && "$PYCGUARD" --check-range main..one) >"$WORK/report" || true
        output=$(<"$WORK/report")
        paste sub
        "$PYCGUARD" --check-range main..one
        [[ $(git log --format=%s main..one) == $'later\none' && $(git symbolic-ref --short HEAD) == one ]]
        git reset -q --hard 'HEAD@{1}'
        git checkout -q main
        git branch -q -f one 'one@{1}'
        (cd sub && "$PYCGUARD" --check-range one two ^main) >"$WORK/report" || true
        output=$(<"$WORK/report")
        paste sub
        "$PYCGUARD" --check-range one two ^main
        [[ $(git log --format=%s main..two) == $'later\ntwo' && $(git symbolic-ref --short HEAD) == main ]]
        git ls-files --error-unmatch old.pyc >/dev/null
    done
}

@test "what --untrack, --allow and --add-ignores print is for where the shell is, with -C too" {
    start
    write sub/kept.pyc y
    commit kept sub/kept.pyc
    mkdir ../elsewhere
    cd ../elsewhere
    told() { sh -c "$(sed -n "s/^$1: //p; /^$1:\$/ { n; p }" <<<"$output")"; }
    run_pycguard -C ../repo/sub --untrack kept.pyc
    told 'Commit this'
    [[ $(git -C ../repo show --format=%s --name-status) == 'Stop tracking Python bytecode'$'\n\nD\tsub/kept.pyc' ]]
    git -C ../repo add -f sub/kept.pyc
    run_pycguard -C ../repo/sub --allow kept.pyc
    told 'Stage that, then commit'
    [[ $(git -C ../repo diff --cached --name-only) == $'.pycguard\nsub/kept.pyc' ]]
    git -C ../repo rm -q .gitignore
    run_pycguard -C ../repo/sub --add-ignores
    told 'Stage that, then commit'
    [[ $(git -C ../repo status --porcelain .gitignore) == "M  .gitignore" ]] || fail "$(git -C ../repo status --short)"
}

@test "ten thousand findings fit two screens, whatever the command" {
    new_repo
    commit start
    blob=$(git hash-object -w --stdin <<<x)
    for i in {1..10000}; do printf '100644 %s\tdir%d/m%d.pyc\0' "$blob" $((i % 700)) "$i"; done | git update-index -z --index-info
    for i in {1..40}; do for j in {1..5}; do write "disk$i/__pycache__/gone$j.cpython-311.pyc" x; done; done
    fits() {
        "$PYCGUARD" "$@" >"$WORK/out" 2>&1 || true
        (($(wc -l <"$WORK/out") <= 60)) || fail "$*: $(wc -l <"$WORK/out") lines"
        grep -qE "${many-10000}" "$WORK/out" || fail "$*: no count" "$(<"$WORK/out")"
    }
    fits --check-staged
    fits --check-tracked
    fits --untrack --dry-run
    many=30 fits --allow --dry-run -- dir1 dir2
    git commit -q --no-verify -m many
    many='9991|10000' fits --check-range HEAD^..HEAD
    fits --check-history
    many=200 fits --check-worktree
    many=200 fits --clean --dry-run
    for i in {1..300}; do echo "!/nothing$i"; done >.pycguard
    git add .pycguard
    many="300 lines" fits --check-tracked
}

# git rm passes over what is not in a sparse checkout.
@test "files out of a sparse checkout" {
    for index in --no-sparse-index --sparse-index; do
        shell='sh'
        start
        add '*.pyc' m.pyc
        git commit -qm 'to be out' --no-verify
        git sparse-checkout set --cone "$index" 'sub/deep er'
        rm -f ./*.pyc
        cd 'sub/deep er'
        run "$PYCGUARD" --check-tracked -- ../m.pyc '../*.pyc'
        assert_status 1
        assert_output_has sub/m.pyc
        paste .
        staged_is $'D\tsub/*.pyc\nD\tsub/m.pyc'
        git reset -q
        "$PYCGUARD" --check-tracked --format=json >"$WORK/json" || true
        sh -c "$(jq -r '.findings[] | select(.path == "sub/m.pyc").fix' "$WORK/json")"
        [[ -z $(git ls-files ../m.pyc) ]]
    done
}
