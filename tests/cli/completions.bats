#!/usr/bin/env bats
# What bash, zsh and fish offer, asked of the shells themselves, with the scripts as installed.

load helper

setup() {
    start_clean
    DESTDIR=$WORK/root cmake --install "$BUILD_ROOT" --prefix /usr >/dev/null
    share=$WORK/root/usr/share
    export PATH=$WORK/root/usr/bin:$PATH
    new_repo
    mkdir dir 'odd dir'
    touch 'file of mine' rules.txt dir/inside
    git commit -q --allow-empty --no-verify -m x
    git branch topic
    git tag v1
}

# What stands for TAB in the lines below; a blank before it begins a new word.
# completed_bash LINE: what bash offers, one a line, sorted; git's own completion in the case of git.
completed_bash() {
    bash --norc --noprofile -c '
        shopt -s progcomp
        . "$1/bash-completion/completions/pycguard"
        if [[ $2 == git\ * && -r /usr/share/bash-completion/completions/git ]]; then
            [[ ! -r /usr/share/bash-completion/bash_completion ]] || . /usr/share/bash-completion/bash_completion
            . /usr/share/bash-completion/completions/git
        fi
        COMP_LINE=$2 COMP_POINT=${#2}
        # As readline splits: `=` is a word.
        read -ra COMP_WORDS <<<"${COMP_LINE//=/ = }"
        [[ $COMP_LINE != *" " && $COMP_LINE != *= ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p "${COMP_WORDS[0]}" | sed "s/.*-F \([^ ]*\).*/\1/")
        "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$share" "$1" | sed 's/ *$//' | sort
}

completed_fish() {
    XDG_DATA_DIRS=$share:/usr/local/share:/usr/share LINE=$1 fish -c 'complete -C "$LINE"' | cut -f 1 | sort
}

# zsh lists what it offers only to a terminal.
completed_zsh() {
    "$PYTHON" -I - "$1" "$share"/zsh/*-* <<'PYTHON'
import os, pty, re, sys, time
line, functions = sys.argv[1:]
pid, zsh = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="", COLUMNS="200", LINES="500")
    os.execvp("zsh", ["zsh", "-f", "-i"])
setup = r"""
PROMPT= RPROMPT= ; unsetopt zle_bracketed_paste prompt_sp; stty -echo; setopt no_list_packed
fpath=(%s $fpath); autoload -Uz compinit; compinit -u -d ~/dump
compadd() {
    local -a found
    # A call that only looks which words fit.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    builtin compadd -A found "$@"
    (( $#found )) || return 1
    print -rl -- OFFERED:${^found} >&9
    builtin compadd "$@"
}
exec 9>offered
bindkey '^I' complete-word
print READY""" % functions
def send(text):
    os.write(zsh, text.encode())
def wait(path, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not os.path.exists(path):
        time.sleep(0.02)
with open("setup.zsh", "w") as file:
    file.write(setup)
send(". ./setup.zsh; print x >ready\n")
wait("ready", 20)
send(line + "\t")
time.sleep(0.1)
send("\x15print x >over\n")
wait("over", 20)
os.kill(pid, 9)
words = {word[8:].rstrip("\n") for word in open("offered") if word.startswith("OFFERED:")}
print(*sorted(words), sep="\n")
PYTHON
    rm -f setup.zsh ready over offered
}

# offers SHELL LINE WORD...: each word is offered, but none that is written !WORD.
offers() {
    local shell=$1 line=$2 word offered
    offered=$("completed_$shell" "$line")
    for word in "${@:3}"; do
        if [[ $word == !* ]]; then
            [[ $'\n'$offered$'\n' != *$'\n'"${word:1}"$'\n'* ]] || fail "$shell: $line: unwanted ${word:1}" "$offered"
        else
            [[ $'\n'$offered$'\n' == *$'\n'"$word"$'\n'* ]] || fail "$shell: $line: no $word" "$offered"
        fi
    done
}

look_at() {
    local shell=$1 command
    command -v "$shell" >/dev/null || skip "no $shell"
    for command in pycguard "${2:-git pycguard}"; do
        offers "$shell" "$command --check-" --check-staged --check-tracked --check-history !--clean
        offers "$shell" "$command --format " json sarif human !dir
        offers "$shell" "$command --explain g" ghost-module
    done
    offers "$shell" 'pycguard --check-history t' topic
    offers "$shell" 'pycguard --install --hook p' pre-push pre-receive
    offers "$shell" 'pycguard --color ' auto always never
}

@test "bash completes verbs, options, values, rules, revisions and directories" {
    look_at bash
    offers bash 'pycguard --format=j' json !sarif
    offers bash 'pycguard --check-range v1..t' v1..topic
    offers bash 'pycguard --check-worktree ' dir 'odd dir' !rules.txt
    offers bash 'pycguard -C d' dir
    offers bash 'pycguard --explain ' ghost-module rules.txt
    offers bash 'pycguard --check-ignores ' --strict !--format
    offers bash 'pycguard ' --clean !--strict !rules.txt
    offers bash 'pycguard --clean --' --all !--format !--install
    # Readline is left to name the files.
    [[ -z $(completed_bash 'pycguard --check-staged f') ]]
    [[ -z $(completed_bash 'pycguard --policy f') ]]
    [[ -z $(completed_bash 'pycguard -- --') ]]
}

@test "zsh does" { look_at zsh; }

@test "fish does" {
    # fish 3.6 asks for the words of git-pycguard after `git git-pycguard`; others as is right.
    look_at fish git-pycguard
    offers fish 'pycguard --check-worktree ' dir/
    # fish 3.1, when it is asked like this, names no file.
    [[ $(fish --version) == *' 3.1.'* ]] || offers fish 'pycguard --untrack r' rules.txt
}

@test "every option, format, hook and rule of the program is offered, and each value is taken" {
    for command in $("$PYCGUARD" --help | grep -oE '^  --[a-z-]+  ' | head -n -1); do
        offered=$(completed_bash "pycguard $command -")
        options=$("$PYCGUARD" "$command" --help | grep -oE '^  (-., )?-[-a-zC]+' | tr -d ,)
        [[ $options == *--help* ]]
        [[ $offered == $'--\n'"$(sort <<<"${options// /$'\n'}" | grep .)" ]] || fail "$command" "$offered"
        [[ $'\n'$(completed_bash 'pycguard -') == *$'\n'"$command"$'\n'* ]] || fail "no $command"
    done
    while read -r option command; do
        values=$(completed_bash "pycguard $command --$option ")
        [[ $values == *$'\n'* ]]
        for value in $values; do
            run_pycguard "--$option=$value" "$command"
            assert_status 0
        done
    done <<'OPTIONS'
format --check-tracked
color --clean
hook --uninstall
OPTIONS
    mkdir empty
    cd empty
    for rule in $(completed_bash 'pycguard --explain '); do
        run_pycguard --explain "$rule"
        assert_status 0
    done
}
