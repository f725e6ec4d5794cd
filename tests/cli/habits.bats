#!/usr/bin/env bats
# What whoever knows git and the shell expects without reading: words, abbreviations, slips, pipes,
# terminals, Ctrl-C.

load helper
load hooks

# on_terminal COLUMNS COMMAND...: prints what the command says to a terminal of that width, standard
# error too.
on_terminal() {
    "$PYTHON" -I - "$@" <<'PYTHON'
import fcntl, os, pty, struct, sys, termios
pid, ours = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try:
        piece = os.read(ours, 4096)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.write(piece.decode().replace("\r", ""))
os.waitpid(pid, 0)
PYTHON
}

longest_line() { awk '{ if (length > most) most = length } END { print most + 0 }'; }

# many_tracked N: the index holds N files of bytecode, whose names are long.
many_tracked() {
    local id
    id=$(git hash-object -w --stdin </dev/null)
    seq -f "100644 $id	package/%.0f-with-a-name-that-is-rather-long.pyc" "$1" | git update-index --index-info
}

# --- words -------------------------------------------------------------------------------------

@test "git pycguard is pycguard" {
    new_repo
    write m.pyc x
    git add m.pyc
    mkdir "$WORK/bin"
    ln -s "$PYCGUARD" "$WORK/bin/git-pycguard"
    PATH=$WORK/bin:$PATH
    run --separate-stderr git pycguard
    assert_status 1
    assert_output_has '1 bytecode file found'
    assert_output_has '  git-pycguard --clean'
    run --separate-stderr git pycguard -h
    assert_status 0
    assert_output_has 'usage: pycguard'
    run --separate-stderr git pycguard --version
    assert_status 0
    mkdir deep
    cd deep
    run --separate-stderr git -C .. pycguard --check-tracked
    assert_status 1
    assert_output_has 'm.pyc'
}

@test "--help lists the commands, and with a command says how that one is called; -h is the same" {
    run_pycguard --help
    assert_status 0
    all=$output
    [[ $all == 'usage: pycguard [COMMAND] [OPTION...]'* && -z $stderr ]] || fail 'usage'
    run_pycguard -h
    assert_output_is "$all"
    mapfile -t commands < <(sed -n '/^Options/q; s/^  \(--[a-z-]*\) .*/\1/p' <<<"$all")
    for command in "${commands[@]}"; do
        run_pycguard "$command" --help
        assert_status 0
        [[ $output == "usage: pycguard $command "* ]] || fail 'usage'
        own=$output
        # Whatever else is asked for.
        run_pycguard -h --frob= "$command"
        assert_status 2
        run_pycguard --all -h "$command" x y z t
        assert_output_is "$own"
    done
}

@test "a command takes the options that its help lists, and no other" {
    new_repo
    mapfile -t commands < <("$PYCGUARD" --help | sed -n '/^Options/q; s/^  \(--[a-z-]*\) .*/\1/p')
    ((${#commands[@]} > 10))
    declare -A known
    for command in "${commands[@]}"; do
        for option in $("$PYCGUARD" "$command" --help | grep -oE '^  (-[a-zA-Z], )?-[-a-zA-Z]+' | tr -d ,); do
            known[$option]+=" $command "
        done
    done
    ((${#known[@]} > 20))
    # They are told from the others before anything is looked at or changed.
    for option in "${!known[@]}"; do
        [[ $option != -h && $option != --help && $option != --version ]] || continue
        value=()
        case $option in
        -C) value=(.) ;;
        -o | --policy | --extend | --reason) value=(file) ;;
        --format) value=(json) ;;
        --color) value=(auto) ;;
        --hook) value=(pre-push) ;;
        esac
        for command in "${commands[@]}"; do
            [[ ${known[$option]} == *" $command "* ]] && continue
            assert_refuses "$command has no option '" "$option" "${value[@]}" "$command"
            assert_stderr_has "(see pycguard $command --help)"
        done
    done
    assert_refuses "--check-staged has no option '--dry-run' (see pycguard --check-staged --help)" -n
    assert_refuses "--explain has no option '-z'" -z --explain x
}

@test "-C is where all that follows is relative to" {
    new_repo
    write sub/rules '*.secret'
    write sub/a.secret x
    git add .
    cd ..
    run_pycguard -C repo -C sub --policy rules --check-tracked
    assert_status 1
    assert_output_has 'sub/a.secret'
    run_pycguard -C repo -C '' --check-tracked
    assert_status 0
    assert_refuses "cannot change to directory 'gone'" -C gone --check-tracked
}

@test "what begins with a dash is a path after --" {
    new_repo
    write ./--help x
    git add .
    run_pycguard -- --help
    assert_status 0
    write ./-n.pyc x
    git add .
    run_pycguard -- --help -n.pyc
    assert_status 1
    assert_output_has '-n.pyc'
    run_pycguard --untrack -n -- -n.pyc
    assert_status 1
    assert_output_has 'would stop tracking 1 file '
}

@test "a long option may be cut short as long as one alone is meant" {
    new_repo
    for option in --check-t --check-tr --check-tracked=; do
        run_pycguard "$option"
        if [[ $option == *= ]]; then assert_status 2; else assert_status 0; fi
    done
    run_pycguard --vers
    assert_status 0
    assert_output_has 'libgit2'
    assert_refuses "ambiguous option '--pre': it could be --pre-push, --pre-receive" --pre
    assert_refuses "ambiguous option '--un': it could be --untrack, --uninstall" --un
}

@test "a slip is answered with what was meant" {
    new_repo
    while read -r typed meant; do
        assert_refuses "did you mean --$meant?" "$typed"
        assert_stderr_has "'$typed'"
    done <<'SLIPS'
--chek-tracked check-tracked
--checkstaged check-staged
--tracked check-tracked
--worktree check-worktree
--isntall install
--isntall=yes install
--quite quiet
--untracked untrack
-install install
-status status
-version version
install install
unistall uninstall
check-tracked check-tracked
help help
SLIPS
    assert_refuses 'did you mean --install?' --install -install
    for typed in --frobnicate -x --x -xyz; do
        assert_refuses "unknown option '${typed:0:2}" "$typed"
        [[ $stderr == *'(see pycguard --help)' ]] || fail 'expected no guess'
    done
}

@test "a file with the name of a verb is a file" {
    new_repo
    write status x
    git add status
    run_pycguard status
    assert_status 0
    rm status
    assert_refuses "no command and no file 'status'" status
    run_pycguard -- status
    assert_status 0
    run_pycguard --check-staged status
    assert_status 0
}

@test "two verbs are refused, by name; one twice is one" {
    new_repo
    assert_refuses 'one command per run: --clean and --untrack exclude each other' --clean --untrack
    run_pycguard --check-tracked --check-tracked
    assert_status 0
}

# --- terminals and pipes -----------------------------------------------------------------------

@test "lines are as long as the terminal allows, and no longer than people can read" {
    for columns in 44 64 80 100; do
        (($(on_terminal "$columns" "$PYCGUARD" --help | longest_line) <= columns)) || fail "--help: $columns"
        ((columns == 44)) || (($(on_terminal "$columns" "$PYCGUARD" --explain stale-cache | longest_line) <= columns)) || fail "--explain: $columns"
    done
    # What is indented by two is a path or a command, which is not broken.
    new_repo
    write pkg/a-long-name-of-a-module.pyc x
    git add .
    for command in --check-staged '--explain pkg/a-long-name-of-a-module.pyc' --check-ignores --add-ignores \
        "--allow pkg" --untrack; do
        # shellcheck disable=SC2086
        shown=$(cd pkg && on_terminal 40 "$PYCGUARD" -C .. $command | sed 's/.*\x1b\[K//' | grep -vE '^(  |pkg|pycguard: warning: )')
        (($(longest_line <<<"$shown") <= 40)) || fail "$command" "$shown"
    done
    cd ..
    (($(on_terminal 100 "$PYCGUARD" --help | longest_line) > 80)) || fail 'a wide terminal'
    (($(on_terminal 300 "$PYCGUARD" --help | longest_line) <= 100)) || fail 'a very wide terminal'
    (($(COLUMNS=50 on_terminal 90 "$PYCGUARD" --help | longest_line) <= 50)) || fail 'COLUMNS'
    for columns in 0 -5 many ''; do
        [[ $(COLUMNS=$columns "$PYCGUARD" --help) == "$("$PYCGUARD" --help)" ]] || fail "COLUMNS=$columns"
    done
    "$PYCGUARD" --help | cmp - <(COLUMNS=80 "$PYCGUARD" --help)
}

@test "no pager is started" {
    new_repo
    many_tracked 200
    export PAGER="touch $WORK/paged" GIT_PAGER="touch $WORK/paged" TERM=xterm
    shown=$(on_terminal 80 "$PYCGUARD" --check-tracked -v)
    [[ $shown == *'200 tracked bytecode files'* ]] || fail "$shown"
    [[ ! -e $WORK/paged ]]
}

@test "a reader that goes away ends it without a word" {
    new_repo
    many_tracked 3000
    for trap in - ''; do
        run --separate-stderr bash -c 'trap "$1" PIPE; "$0" --check-tracked -v | head -n 1; echo "${PIPESTATUS[0]}"' "$PYCGUARD" "$trap"
        [[ $output == $'pycguard: 3000 tracked bytecode files found\n141' ]] || fail 'output'
        [[ -z $stderr ]] || fail 'expected no message'
    done
}

# interrupted_at CALL ARG...: SIGINT comes while pycguard is in that call of the system.
interrupted_at() {
    run --separate-stderr strace -o /dev/null -e trace="$1" -e inject="$1":signal=SIGINT "$PYCGUARD" "${@:2}"
    assert_status 130
    [[ -z $output && -z $stderr ]] || fail 'expected no word'
}

@test "Ctrl-C ends it by the signal, and leaves no file behind" {
    strace -o /dev/null true 2>/dev/null || skip 'no strace'
    new_repo
    write pkg/m.py x
    git add .
    interrupted_at fsync --add-ignores
    [[ $(git status --porcelain .gitignore) == '?? .gitignore' ]]
    run_pycguard --check-ignores
    assert_status 0
    interrupted_at fsync --install
    [[ -z $(find . -name '*.pycguard' -o -name '*.new' -o -name '*.lock') ]] || fail "$(find . -type f)"
    run_pycguard --install
    assert_status 0
    git add -A
    interrupted_at openat --check-tracked
    [[ ! -e .git/index.lock ]]
}

# --- numbers -----------------------------------------------------------------------------------

@test "one is singular, and none or more are not" {
    new_repo
    run_pycguard --check-tracked -v
    assert_output_has ' 0 files looked at'
    many_tracked 1
    run_pycguard --check-tracked
    assert_output_has ' 1 tracked bytecode file found'
    assert_output_has 'Stop tracking it (the file stays'
    many_tracked 2
    run_pycguard --check-tracked
    assert_output_has ' 2 tracked bytecode files found'
    assert_output_has 'Stop tracking them (the files stay'
    git commit -q --no-verify -m x
    run_pycguard --check-history
    assert_output_has ' 2 bytecode files in the history'
    assert_output_has ' in the object store; 1 commit looked at'
    write a.py 'x = 1'
    "$PYTHON" -I -m py_compile a.py
    run_pycguard --clean --all
    assert_output_has 'deleted 1 file, '
    assert_output_has ' bytes, and 1 empty directory'
}
