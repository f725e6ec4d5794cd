# Completion of `pycguard` and `git pycguard` for fish. CMake fills in the words.

# Whether the operands of the verb on the line are of that kind; with "unnamed", whether none is there.
function __pycguard_verb -a kind
    set -l words (commandline -opc)
    set -l verb --check-staged
    for word in @verbs@
        contains -- $word $words
        and set verb $word
    end
    switch $kind
        case DIR
            contains -- $verb @takes:DIR@
        case RULE
            contains -- $verb @takes:RULE@
        case REV
            contains -- $verb @takes:REV@
            and not contains -- -- $words
        case PATH
            contains -- $verb @takes:PATH@ @takes:RULE@
            or contains -- -- $words
        case unnamed
            not string match -q -- $verb $words
    end
end

complete -c pycguard -f
complete -c pycguard -n '__pycguard_verb DIR' -a '(__fish_complete_directories)'
complete -c pycguard -n '__pycguard_verb RULE' -a '@rules@'
complete -c pycguard -n '__pycguard_verb REV' -a 'HEAD (git for-each-ref --format="%(refname:short)" refs/heads refs/tags refs/remotes 2>/dev/null)'
complete -c pycguard -n '__pycguard_verb PATH' -F
@fish@
complete -c git-pycguard -w pycguard
