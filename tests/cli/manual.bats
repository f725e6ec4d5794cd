#!/usr/bin/env bats
# --help, the manual page and the README say the same as the program.

load helper

# The long options of --help, verbs included, one a line.
options() { "$PYCGUARD" --help | grep -oE '^  (-., )?--[a-z-]+' | grep -oE '[a-z][a-z-]+$'; }

@test "the manual page has every verb and option of --help, and no other" {
    options | sort >of-help
    grep -oE '^\.It Fl (. , )?-[a-z-]+' "$SOURCE_ROOT/src/pycguard.1" | grep -oE '[a-z][a-z-]+$' | sort >of-manual
    (($(wc -l <of-help) > 10))
    diff of-help of-manual
}

@test "the manual page and the README have every format that --help knows" {
    formats=$("$PYCGUARD" --help | sed -n 's/^  --format \([a-z|]*\).*/\1/p' | tr '|' ' ')
    [[ $formats == 'human json '* ]]
    for format in $formats; do
        grep -q "^\.Cm $format " "$SOURCE_ROOT/src/pycguard.1" || fail "the manual lacks $format"
        [[ $format == human ]] || grep -q -- "^.--format=$format.: " "$SOURCE_ROOT/README.md" || fail "the README lacks $format"
    done
}

@test "the manual page has every rule that --explain knows" {
    for rule in $(grep -oE '^RULE\(RULE_[A-Z_]+, "[a-z-]+"' "$SOURCE_ROOT/src/rules.def" | grep -oE '[a-z-]+"$' | tr -d '"'); do
        run_pycguard --explain "$rule"
        assert_status 0
        grep -q "^\.It Cm $rule\$" "$SOURCE_ROOT/src/pycguard.1" || fail "the manual lacks $rule"
        grep -q "^| \`$rule\` |" "$SOURCE_ROOT/README.md" || fail "the README lacks $rule"
    done
}

@test "the manual page is good mdoc" {
    command -v mandoc >/dev/null || skip 'no mandoc'
    run mandoc -T lint -W warning "$SOURCE_ROOT/src/pycguard.1"
    [[ $output != *WARNING* && $output != *ERROR* ]] || fail 'lint'
}

@test "--help fits in 80 columns" {
    [[ -z $("$PYCGUARD" --help | awk 'length > 80') ]]
}

@test "--version names the program, its version and both libraries" {
    run_pycguard --version
    assert_status 0
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ $output =~ ^pycguard\ ${version//./\\.}\ \(libgit2\ [0-9.]+,\ PCRE2\ [0-9.]+\)$ ]] || fail 'version'
}
