# Completion of `pycguard` and `git pycguard` for fish. CMake fills in the words.

# The command on the line; the default when none is there.
function __pycguard_command
    set -l words (commandline -opc)
    set -l command --check-staged
    for word in @commands@
        contains -- $word $words
        and set command $word
    end
    echo $command
end

# Whether the operands of that command are of that kind; with "unnamed", whether none is there.
function __pycguard_takes -a kind
    set -l words (commandline -opc)
    set -l command (__pycguard_command)
    switch $kind
        case DIR
            contains -- $command@takes:DIR@
        case RULE
            contains -- $command@takes:RULE@
        case REV
            contains -- $command@takes:REV@
            and not contains -- -- $words
        case PATH
            contains -- $command@takes:PATH@@takes:RULE@
            or contains -- -- $words
        case unnamed
            not contains -- $command $words
    end
end

complete -c pycguard -f
complete -c pycguard -n '__pycguard_takes DIR' -a '(__fish_complete_directories)'
complete -c pycguard -n '__pycguard_takes RULE' -a '@rules@'
complete -c pycguard -n '__pycguard_takes REV' -a 'HEAD (git for-each-ref --format="%(refname:short)" refs/heads refs/tags refs/remotes 2>/dev/null)'
complete -c pycguard -n '__pycguard_takes PATH' -F
@fish@
complete -c git-pycguard -w pycguard
