# shellcheck shell=bash
# What every tests/cli/*.bats loads: an environment that the user's own does not reach, a throw-away
# directory a test, and words for looking at what pycguard did.
#
# Each test starts in $WORK, an empty directory of its own, with HOME in it. It is removed after the
# test, or kept, and its path printed, if the test failed. A file that defines setup or teardown
# itself calls start_clean and clean_up there.
#
# ctest gives PYCGUARD (the binary), SOURCE_ROOT and BUILD_ROOT, all absolute. With REPOSITORIES=sha256,
# =split or =reftable every repository that a test makes has ids of SHA-256, a split index, or refs in a
# reftable: libgit2 reads none of these, and no verdict may change.

bats_require_minimum_version 1.5.0

: "${PYCGUARD:?run the tests by ctest, or set PYCGUARD to the binary}"
: "${SOURCE_ROOT:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"

setup() { start_clean; }
teardown() { clean_up; }

SCRUBBED='GIT.*|XDG_.*|LC_.*|LANG|LANGUAGE|PYTHON.*|PRE_COMMIT.*|SKIP|PYCGUARD_.*|NO_COLOR|CLICOLOR.*'
SCRUBBED+='|COLUMNS|.*PAGER|.*EDITOR|CC|CFLAGS|LDFLAGS|MAKEFLAGS|DESTDIR'

start_clean() {
    # Not a loop: bats makes each turn of one slow.
    # shellcheck disable=SC2046
    unset -v $(compgen -e | grep -E "^($SCRUBBED)\$") _
    umask 022
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-test.XXXXXX")
    WORK=$(cd "$WORK" && pwd -P)
    export HOME=$WORK/home LC_ALL=C TZ=UTC TERM=dumb
    export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
    case ${REPOSITORIES-} in
    sha256) export GIT_DEFAULT_HASH=sha256 ;;
    split) export GIT_TEST_SPLIT_INDEX=1 ;;
    reftable) export GIT_DEFAULT_REF_FORMAT=reftable ;;
    esac
    mkdir "$HOME"
    printf '%s\n' '[user]' 'name = A Developer' 'email = developer@example.org' \
        '[init]' 'defaultBranch = main' '[safe]' 'directory = *' \
        '[protocol "file"]' 'allow = always' >"$HOME/.gitconfig"
    # Not the first of PATH, which may be a wrapper that looks for its own things in HOME.
    PYTHON=/usr/bin/python3
    [[ -x $PYTHON ]] || PYTHON=$(command -v python3)
    ORIGINAL_PATH=$PATH
    leave_out_pycguard
    cd "$WORK" || return
}

# An installed pycguard is none of what a test sets up.
leave_out_pycguard() {
    local dir links without=''
    type -P pycguard git-pycguard >/dev/null || return 0
    while IFS= read -r -d : dir; do
        if [[ -e $dir/pycguard || -e $dir/git-pycguard ]]; then
            links=$(mktemp -d "$WORK.path.XXXXXX")
            ln -s "$dir"/* "$links"
            rm -f "$links/pycguard" "$links/git-pycguard"
            dir=$links
        fi
        without+=${without:+:}$dir
    done <<<"$PATH:"
    PATH=$without
}

clean_up() {
    cd /
    PATH=$ORIGINAL_PATH
    rm -rf "$WORK".path.*
    if [[ ${BATS_TEST_COMPLETED-} == 1 || -n ${BATS_TEST_SKIPPED-} ]]; then
        chmod -R u+rwX "$WORK" 2>/dev/null || true
        rm -rf "$WORK"
    else
        echo "kept: $WORK"
    fi
}

# --- making things -----------------------------------------------------------------------------

# new_repo [DIR]: an empty repository, and we are in it.
new_repo() {
    git init -q "${1:-repo}"
    cd "${1:-repo}" || return
}

# write PATH [TEXT]: TEXT, or standard input, into PATH, making its directories.
write() {
    mkdir -p "$(dirname -- "$1")"
    if (($# > 1)); then printf '%s\n' "$2"; else cat; fi >"$1"
}

# commit MESSAGE [PATH...]: what is staged, after adding each PATH.
commit() {
    local message=$1
    shift
    if (($#)); then git add -f -- "$@"; fi
    git commit -q --allow-empty --no-verify -m "$message"
}

# pyc SOURCE [CACHE]: compiles SOURCE, which is made if it is not there, as $PYTHON does; prints the
# path of the cache: the one that Python gives it, unless named.
pyc() {
    [[ -e $1 ]] || write "$1" 'x = 1'
    "$PYTHON" -I -c 'import py_compile, sys; print(py_compile.compile(*sys.argv[1:], doraise=True))' "$@"
}

# hook_file NAME: the pre-commit hook as installed for this binary, into this repository as NAME.
hook_file() {
    local hooks
    hooks=$(git rev-parse --git-path hooks)
    mkdir -p "$hooks"
    sed "s|@PYCGUARD@|$PYCGUARD|" "$SOURCE_ROOT/hook/pre-commit" >"$hooks/$1"
    chmod +x "$hooks/$1"
}

# copy_of_the_tree DIR: a repository of this source tree as it is now, uncommitted changes and all.
copy_of_the_tree() {
    mkdir -p "$1"
    (cd "$SOURCE_ROOT" && git ls-files -z -c -o --exclude-standard | tar -c --null -T - --ignore-failed-read) 2>/dev/null |
        tar -x -C "$1"
    git -C "$1" init -q
    git -C "$1" add -A
    git -C "$1" commit -q -m 'A copy'
}

# path_without NAME...: prints a PATH with the system's tools but those, and never a pycguard.
path_without() {
    local name dir links
    links=$(mktemp -d "$WORK/path.XXXXXX")
    for dir in /opt/homebrew/bin /bin /usr/bin /usr/local/bin; do
        [[ ! -d $dir || -L $dir ]] || ln -sf "$dir"/* "$links" 2>/dev/null
    done
    for name in pycguard git-pycguard "$@"; do rm -f "$links/$name"; done
    echo "$links"
}

# --- running and looking -----------------------------------------------------------------------

# run_pycguard ARG...: sets status, output (standard output) and stderr. For NULs (-z) pipe instead:
# bats drops them.
run_pycguard() { run --separate-stderr "$PYCGUARD" "$@"; }

# as_nobody ARG...: run_pycguard where permissions hold, which for root they do not.
as_nobody() {
    if ((EUID != 0)); then
        run_pycguard "$@"
        return
    fi
    cp "$PYCGUARD" "$WORK/pycguard"
    chmod go+rx "$WORK" "$HOME" "$WORK/pycguard"
    run --separate-stderr setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups \
        "$WORK/pycguard" "$@"
}

# judge ARG...: as run_pycguard --format=json, but output holds a line "SEVERITY RULE PATH" a finding,
# and json the whole of it.
judge() {
    run_pycguard --format=json "$@"
    json=$output
    output=$(jq -r '.findings[] | "\(.severity) \(.rule) \(.path)"' <<<"$json") || fail 'expected JSON'
}

# assert_judged STATUS [LINE...]: what judge found, all of it, in its order.
assert_judged() {
    local expected
    expected=$(printf '%s\n' "${@:2}")
    assert_status "$1"
    [[ $output == "$expected" ]] || fail '--- expected:' "$expected"
}

# assert_no_control_bytes TEXT: it is UTF-8 that can neither move a cursor, nor colour a screen, nor
# turn text round; ends of lines aside.
assert_no_control_bytes() {
    local bad
    bad=$("$PYTHON" -I -c 'import sys, unicodedata
for line in sys.stdin.buffer.read().split(b"\n"):
    text = line.decode(errors="surrogateescape")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text):
        print(ascii(text))' <<<"$1")
    [[ -z $bad ]] || { echo "control bytes in:" "$bad" >&2; return 1; }
}

# assert_refuses REASON [ARG...]: exit status 2, nothing on standard output, and one line on standard
# error: pycguard's own, with REASON in it.
assert_refuses() {
    run_pycguard "${@:2}"
    assert_status 2
    assert_no_output
    assert_stderr_is_one_line
    [[ $stderr == 'pycguard: '* ]] || fail 'expected a line of pycguard'
    assert_stderr_has "$1"
}

# Set by bats' run, and by judge.
status='' output='' stderr='' json=''

fail() {
    printf '%s\n' "$@" "--- status: $status" '--- output:' "$output" '--- stderr:' "$stderr" >&2
    return 1
}

assert_status() { [[ $status == "$1" ]] || fail "expected exit status $1"; }

# The rest take TEXT literally, and look at standard output, or after assert_stderr_ at standard error.
assert_output_has() { [[ $output == *"$1"* ]] || fail "expected in the output: $1"; }
assert_output_lacks() { [[ $output != *"$1"* ]] || fail "not expected in the output: $1"; }
assert_output_is() { [[ $output == "$1" ]] || fail "expected as output: $1"; }
assert_no_output() { [[ -z $output ]] || fail 'expected no output'; }
assert_stderr_has() { [[ $stderr == *"$1"* ]] || fail "expected in standard error: $1"; }
assert_stderr_is_one_line() { [[ -n $stderr && $stderr != *$'\n'* ]] || fail 'expected one line in standard error'; }

# assert_json EXPR [JQ-OPTION...]: the output, or what judge got, is one JSON object of which the jq
# expression is true.
assert_json() {
    local expr=$1
    shift
    jq -e -s "$@" "length == 1 and (.[0] | $expr)" <<<"${json:-$output}" >/dev/null ||
        fail "expected of the JSON: $expr" "$json"
}
