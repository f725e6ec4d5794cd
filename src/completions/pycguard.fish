# Completion of `pycguard` and `git pycguard` for fish. CMake fills in the table.

set -g __pycguard_names
set -g __pycguard_kinds
set -g __pycguard_options

# The command on the line; the default when none is there.
function __pycguard_at
    set -l words (commandline -opc)
    set -l at 1
    for i in (seq (count $__pycguard_names))
        contains -- $__pycguard_names[$i] $words
        and set at $i
    end
    echo $at
end

# Whether the operands of that command are of that kind; with "unnamed", whether none is there.
function __pycguard_takes -a kind
    set -l words (commandline -opc)
    set -l at (__pycguard_at)
    set -l own $__pycguard_kinds[$at]
    switch $kind
        case DIR RULE
            test "$own" = $kind
        case REV
            test "$own" = REV
            and not contains -- -- $words
        case PATH
            contains -- "$own" PATH RULE
            or contains -- -- $words
        case unnamed
            not contains -- $__pycguard_names[$at] $words
    end
end

function __pycguard_has -a option
    contains -- $option (string split ' ' -- $__pycguard_options[(__pycguard_at)])
end

function _pycguard_command -a name kind summary options
    set -g __pycguard_names $__pycguard_names --$name
    set -g __pycguard_kinds $__pycguard_kinds $kind
    set -g __pycguard_options $__pycguard_options $options
    complete -c pycguard -n '__pycguard_takes unnamed' -l $name -d $summary
end

function _pycguard_option -a letter name argument choices help
    set -l rest
    set -l word --$name
    test -n "$name"
    and set rest $rest -l $name
    or set word -$letter
    test -n "$letter"
    and set rest $rest -s $letter
    if test -n "$choices"
        set rest $rest -x -a $choices
    else if test "$argument" = DIR
        set rest $rest -x -a '(__fish_complete_directories)'
    else if test "$argument" = FILE
        set rest $rest -r -F
    else if test -n "$argument"
        set rest $rest -x
    end
    complete -c pycguard -n "__pycguard_has $word" $rest -d $help
end

function _pycguard_rules -a rules
    complete -c pycguard -n '__pycguard_takes RULE' -a $rules
end

complete -c pycguard -f
complete -c pycguard -n '__pycguard_takes DIR' -a '(__fish_complete_directories)'
complete -c pycguard -n '__pycguard_takes REV' -a 'HEAD (git for-each-ref --format="%(refname:short)" refs/heads refs/tags refs/remotes 2>/dev/null)'
complete -c pycguard -n '__pycguard_takes PATH' -F
@table@
complete -c git-pycguard -w pycguard
