#!/usr/bin/env bats
# --help, the manual page and the README say the same as the program.

load helper

# The commands of --help, with their dashes.
commands() { "$PYCGUARD" --help | sed -n '/^Options/q; s/^  \(--[a-z-]*\).*/\1/p'; }

# The options of --help and of every command's, commands included, one a line: -z, --dry-run.
options() {
    local command
    {
        commands
        for command in $(commands); do "$PYCGUARD" "$command" --help; done
    } | grep -oE '^ *(-.|-., --[a-z-]+|--[a-z-]+)\b' | tr -d ' ' | tr , '\n' | sort -u
}

@test "the manual page has every command and option of --help, and no other" {
    options >of-help
    sed -nE 's/^\.It Fl ([^ ]+)( , ([^ ]+))?.*/-\1\n-\3/p' "$SOURCE_ROOT/src/doc/pycguard.1" | grep -v '^-$' | sort >of-manual
    (($(wc -l <of-help) > 30))
    diff of-help of-manual
}

@test "the manual page and the guide have every format that --help knows" {
    formats=$(COLUMNS=100 "$PYCGUARD" --check-staged --help | sed -n 's/^  --format .*report: //p' | tr -d ,)
    [[ $formats == 'human json '* ]]
    for format in $formats; do
        grep -q "^\.Cm $format " "$SOURCE_ROOT/src/doc/pycguard.1" || fail "the manual lacks $format"
        [[ $format == human ]] || grep -q -- "^.--format=$format.: " "$SOURCE_ROOT/src/doc/formats.md" || fail "the guide lacks $format"
    done
}

@test "the manual page has every rule that --explain knows" {
    for rule in $(grep -oE '^RULE\(RULE_[A-Z_]+, "[a-z-]+"' "$SOURCE_ROOT/src/policy/rules.def" | grep -oE '[a-z-]+"$' | tr -d '"'); do
        run_pycguard --explain "$rule"
        assert_status 0
        [[ ${lines[0]} == "$rule" ]] || fail "--explain $rule"
        for word in 'what it means' 'why it matters' 'for example' 'to fix it'; do
            grep -qE "^  $word +[^ ]" <<<"$output" || fail "--explain $rule does not say: $word"
        done
        grep -q "^\.It Cm $rule\$" "$SOURCE_ROOT/src/doc/pycguard.1" || fail "the manual lacks $rule"
        grep -q "^| \`$rule\` |" "$SOURCE_ROOT/README.md" || fail "the README lacks $rule"
    done
}

# items SECTION MACRO: what the manual lists in that section by that macro, a word each.
items() {
    sed -n "/^\.Sh $1\$/,/^\.Sh /p" "$SOURCE_ROOT/src/doc/pycguard.1" | sed -n "s/^\.It $2 //p" | tr -s ' ,' '\n'
}

@test "the manual page has every environment variable that is read" {
    {
        grep -oE '(variable|getenv)\("[A-Z_]+"\)' "$SOURCE_ROOT"/src/*/*.c | grep -oE '"[A-Z_]+"' | tr -d '"'
        grep -ohE '\$\{[A-Z_]+-' "$SOURCE_ROOT"/hook/* | tr -d '${-'
    } | sort -u >read.txt
    items ENVIRONMENT Ev | sort -u >listed.txt
    (($(wc -l <read.txt) > 10))
    diff read.txt listed.txt
}

@test "the manual page and --help have every exit status" {
    [[ $(sed -n '/^\.Sh EXIT/,/^\.Sh EXA/s/^\.It //p' "$SOURCE_ROOT/src/doc/pycguard.1" | tr -d '\n') == 012 ]]
    [[ $("$PYCGUARD" --help | grep '^Exit status:') == *'0 '*', 1 '*', 2 '* ]]
}

@test "the manual page has an example of every verb, and each can be typed" {
    # Whatever is at the examples' places on this machine is let alone.
    sed -n '/^\.Sh EXAMPLES/,$s/^\.Dl //p' "$SOURCE_ROOT/src/doc/pycguard.1" | sed "s| /| $WORK/|g" >examples
    for verb in $(commands); do
        grep -q -e "pycguard.* $verb\b" examples || fail "no example of $verb"
    done
    new_repo
    commit start
    while read -r _ arguments; do
        # Neither a pipe's other end nor the paths of a server are of this test.
        read -ra words <<<"${arguments%%|*}"
        run_pycguard "${words[@]}" </dev/null
        [[ $stderr != *'--help'* && $stderr != *'unknown option'* ]] || fail "example: $arguments"
    done <../examples
}

@test "the manual page is good mdoc" {
    command -v mandoc >/dev/null || skip 'no mandoc'
    # What other manuals there are is this machine's affair.
    run grep -vE 'referenced manual not found|mandoc\.db' <(mandoc -T lint -W style "$SOURCE_ROOT/src/doc/pycguard.1" 2>&1)
    assert_no_output
}

@test "--help fits in 80 columns, and on two screens" {
    for command in --help $(commands); do
        [[ -z $("$PYCGUARD" "$command" --help | awk 'length > 80') ]]
        (($("$PYCGUARD" "$command" --help | wc -l) <= 40))
    done
}

@test "the examples of a command are of that command, and can be typed" {
    new_repo
    commit start
    mkdir src old
    git branch main HEAD 2>/dev/null || :
    for command in $(commands); do
        "$PYCGUARD" "$command" --help | sed -n '1,/^Examples:/d; s/^  pycguard //p' >../examples
        (($(wc -l <../examples) == 2))
        while read -r line; do
            [[ $line == "$command"* ]] || fail "example: $line"
            read -ra words <<<"${line%%|*}"
            run_pycguard "${words[@]}" </dev/null
            [[ $stderr != *'--help'* && $stderr != *'unknown option'* ]] || fail "example: $line"
        done <../examples
    done
}

@test "--version names the program, its version and both libraries" {
    run_pycguard --version
    assert_status 0
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ $output =~ ^pycguard\ ${version//./\\.}\ \(libgit2\ [0-9.]+,\ PCRE2\ [0-9.]+\)$ ]] || fail 'version'
}
