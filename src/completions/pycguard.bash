# shellcheck shell=bash
# Completion of `pycguard` and `git pycguard` for bash, also 3.2. CMake fills in the words.

# Replies with what of the words, which hold no blanks, goes on from $cur.
_pycguard_words() {
    local word
    for word in $1; do
        [[ $word != "$cur"* ]] || COMPREPLY+=("$word")
    done
}

_pycguard_revisions() {
    local start='' word
    [[ $cur != *..* ]] || start=${cur%..*}..
    for word in HEAD $(git for-each-ref --format='%(refname:short)' refs/heads refs/tags refs/remotes 2>/dev/null); do
        [[ $start$word != "$cur"* ]] || COMPREPLY+=("$start$word")
    done
}

# _pycguard_paths -d|-f: directories, or all files.
_pycguard_paths() {
    local word
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$1" -- "$cur")
}

# _pycguard_options COMMAND: its options.
@bash@

# Without a reply, readline completes file names.
_pycguard() {
    local cur=${COMP_WORDS[COMP_CWORD]} before='' command='' options paths='' i
    ((COMP_CWORD == 0)) || before=${COMP_WORDS[COMP_CWORD - 1]}
    # `=` is a word by itself.
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $before == = ]] && ((COMP_CWORD > 1)); then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) paths=yes ;;
        --*) [[ ' @commands@ ' != *" ${COMP_WORDS[i]} "* ]] || command=${COMP_WORDS[i]} ;;
        esac
    done
    options=$(_pycguard_options "${command:---check-staged}")
    COMPREPLY=()
    # git's completion, when it is that which calls.
    compopt +o nospace 2>/dev/null

    if [[ ! $paths ]]; then
        case $before in
        -C) _pycguard_paths -d ;;
        --policy | --extend | -o | --reason) ;; # readline names the files
        --format) _pycguard_words '@format@' ;;
        --color) _pycguard_words '@color@' ;;
        --hook) _pycguard_words '@hook@' ;;
        *) before= ;;
        esac
        [[ ! $before ]] || return 0
    fi
    if [[ ! $paths && ! $command && ($cur == -* || ! $cur) ]]; then
        # The commands first.
        compopt -o nosort 2>/dev/null
        _pycguard_words "@commands@ ${cur:+-- $options}"
    elif [[ ! $paths && $cur == -* ]]; then
        _pycguard_words "-- $options"
    elif [[ ' @takes:DIR@ ' == *" $command "* ]]; then
        _pycguard_paths -d
    elif [[ ' @takes:RULE@ ' == *" $command "* ]]; then
        _pycguard_words '@rules@'
        _pycguard_paths -f
    elif [[ ! $paths && ' @takes:REV@ ' == *" $command "* ]]; then
        _pycguard_revisions
    elif [[ ' @takes:none@ ' == *" $command "* ]]; then
        _pycguard_words "$options"
    fi
}

# What git's completion calls.
_git_pycguard() { _pycguard; }

complete -o bashdefault -o default -F _pycguard pycguard git-pycguard
