# shellcheck shell=bash
# Completion of `pycguard` and `git pycguard` for bash, also 3.2. CMake fills in the table.

_pycguard_names=() _pycguard_kinds=() _pycguard_options=() _pycguard_arguments=()
_pycguard_command() { _pycguard_names+=("--$1") _pycguard_kinds+=("$2") _pycguard_options+=("$4"); }
# What has an argument: "OPTION:ARGUMENT:CHOICES".
_pycguard_option() {
    [[ ! $3 || ! $1 ]] || _pycguard_arguments+=("-$1:$3:$4")
    [[ ! $3 || ! $2 ]] || _pycguard_arguments+=("--$2:$3:$4")
}
_pycguard_rules() { _pycguard_rule_names=$1; }
@table@

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

# The argument of the option $before. Whether it has one; without a reply, readline names the files.
_pycguard_argument() {
    local row
    for row in "${_pycguard_arguments[@]}"; do
        [[ $row == "$before:"* ]] || continue
        row=${row#*:}
        _pycguard_words "${row#*:}"
        [[ $row != DIR:* ]] || _pycguard_paths -d
        return 0
    done
    return 1
}

_pycguard() {
    local cur=${COMP_WORDS[COMP_CWORD]} before='' command=-1 options kind paths='' i j
    ((COMP_CWORD == 0)) || before=${COMP_WORDS[COMP_CWORD - 1]}
    # `=` is a word by itself.
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $before == = ]] && ((COMP_CWORD > 1)); then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != -- ]] || paths=yes
        for ((j = 0; j < ${#_pycguard_names[@]}; j++)); do
            [[ $paths || ${COMP_WORDS[i]} != "${_pycguard_names[j]}" ]] || command=$j
        done
    done
    # The first is the default.
    options=${_pycguard_options[command < 0 ? 0 : command]} kind=${_pycguard_kinds[command < 0 ? 0 : command]}
    COMPREPLY=()
    # git's completion, when it is that which calls.
    compopt +o nospace 2>/dev/null

    [[ $paths ]] || ! _pycguard_argument || return 0
    if [[ ! $paths && $command == -1 && ($cur == -* || ! $cur) ]]; then
        # The commands first.
        compopt -o nosort 2>/dev/null
        _pycguard_words "${_pycguard_names[*]} ${cur:+-- $options}"
    elif [[ ! $paths && $cur == -* ]]; then
        _pycguard_words "-- $options"
    elif [[ $kind == DIR ]]; then
        _pycguard_paths -d
    elif [[ $kind == RULE ]]; then
        _pycguard_words "$_pycguard_rule_names"
        _pycguard_paths -f
    elif [[ ! $paths && $kind == REV ]]; then
        _pycguard_revisions
    elif [[ ! $kind ]]; then
        _pycguard_words "$options"
    fi
}

# What git's completion calls.
_git_pycguard() { _pycguard; }

complete -o bashdefault -o default -F _pycguard pycguard git-pycguard
