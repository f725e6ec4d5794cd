#!/bin/sh
# Builds and installs pycguard, then shows it at work. `./install.sh --help` says the rest.
set -eu

usage() {
    cat <<'EOF'
usage: ./install.sh [--prefix DIR] [--repo DIR] [--static] [--no-deps] [--uninstall] [--dry-run]

Builds pycguard, installs it, and shows it at work. Safe to run again.

  --prefix DIR   where to install (default: /usr/local for root, else ~/.local)
  --repo DIR     guard the repository at DIR, and report its tracked files
                 (without: try the hook in a throw-away repository)
  --static       build one file that needs no library, and runs on any Linux
                 (from static libraries, which Debian's packages have)
  --no-deps      install no packages, even if the build lacks some
  --uninstall    remove what was installed; with --repo, the hooks there too
  --dry-run      say what would be done, and change nothing
EOF
}

say() { printf '%s\n' "$@"; }
list() { paste -s -d , - | sed 's/,/, /g'; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
    warn "$@"
    exit 2
}
have() { command -v "$1" >/dev/null 2>&1; }

# Does it, or in a dry run says it.
run() {
    if $dry_run; then
        say "would run: $*"
    else
        "$@"
    fi
}

# --- packages ----------------------------------------------------------------------------------

missing() {
    have git || echo git
    if [ $static = ON ]; then "$source/hook/build-needs" --static; else "$source/hook/build-needs"; fi
}

package_manager() {
    for name in brew apt-get dnf apk pacman zypper; do
        if have "$name"; then
            echo "$name"
            return
        fi
    done
}

# package_of MANAGER NEED: what that package manager calls what build-needs printed.
package_of() {
    case $1:$2 in
    *:git | *:cmake | *:make) echo "$2" ;;
    brew:'C compiler') ;; # comes with brew itself
    apt-get:'C compiler') echo gcc libc6-dev ;;
    dnf:'C compiler' | zypper:'C compiler') echo gcc glibc-devel ;;
    apk:'C compiler') echo gcc musl-dev ;;
    pacman:'C compiler') echo gcc ;;
    apt-get:pkg-config | zypper:pkg-config) echo pkg-config ;;
    dnf:pkg-config) echo pkgconf-pkg-config ;;
    *:pkg-config) echo pkgconf ;;
    brew:libgit2 | pacman:libgit2) echo libgit2 ;;
    apt-get:libgit2 | apk:libgit2) echo libgit2-dev ;;
    *:libgit2) echo libgit2-devel ;;
    brew:libpcre2-8 | pacman:libpcre2-8) echo pcre2 ;;
    apt-get:libpcre2-8) echo libpcre2-dev ;;
    apk:libpcre2-8) echo pcre2-dev ;;
    *:libpcre2-8) echo pcre2-devel ;;
    brew:jansson | pacman:jansson) echo jansson ;;
    apt-get:jansson) echo libjansson-dev ;;
    apk:jansson) echo jansson-dev ;;
    zypper:jansson) echo libjansson-devel ;;
    *:jansson) echo jansson-devel ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        run "$@"
    elif have sudo; then
        run sudo "$@"
    else
        die "cannot install packages: neither root nor sudo is there; as root, run: $*"
    fi
}

install_packages() {
    needs=$(missing)
    [ -n "$needs" ] || return 0

    manager=$(package_manager)
    if $no_deps || [ -z "$manager" ]; then
        die "missing: $(say "$needs" | list): install them, or have install.sh do it where it knows the package manager"
    fi

    packages=$(say "$needs" | while IFS= read -r need; do package_of "$manager" "$need"; done)
    [ -n "$packages" ] || die "missing: $(say "$needs" | list): $manager has no package of them that install.sh knows"
    # Names of packages hold no blanks: each is to be a word.
    # shellcheck disable=SC2086
    case $manager in
    brew) run brew install $packages ;;
    apt-get)
        if [ "$(id -u)" = 0 ] || have sudo; then
            as_root apt-get update -q || warn 'apt-get update failed; going on with the lists that are here'
        fi
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
        ;;
    dnf) as_root dnf install -y $packages ;;
    apk) as_root apk add $packages ;;
    pacman) as_root pacman -S --needed --noconfirm $packages ;;
    zypper) as_root zypper --non-interactive install $packages ;;
    esac || die "$manager could not install:" $packages

    if $dry_run; then return; fi
    needs=$(missing | list)
    [ -z "$needs" ] || die "still missing or too old, after $manager installed packages: $needs"
}

# --- the program -------------------------------------------------------------------------------

# The nearest directory that exists must let us in.
check_writable() {
    dir=$1
    until [ -e "$dir" ]; do dir=$(dirname "$dir"); done
    if ! [ -d "$dir" ] || ! [ -w "$dir" ]; then die "cannot write to '$dir': run as root, or give --prefix DIR"; fi
}

build() {
    jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
    have make || export CMAKE_GENERATOR=Ninja
    say "building pycguard ..."
    {
        cmake -S "$source" -B "$scratch/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DPYCGUARD_STATIC=$static &&
            cmake --build "$scratch/build" --parallel "$jobs"
    } >"$scratch/log" 2>&1 || {
        tail -n 30 "$scratch/log" >&2
        die 'the build failed: its last lines are above'
    }
}

# Which directories of the installation do not exist yet, the deepest last.
new_directories() {
    sed 's|/[^/]*$||' "$1" | sort -u | while IFS= read -r dir; do
        until [ -d "$dir" ]; do
            say "$dir/"
            dir=$(dirname "$dir")
        done
    done | sort -u
}

# fish looks below /usr and the user's own data, and nowhere else without being told: for another
# prefix, prints a place where it always looks.
fish_place() {
    command -v fish >/dev/null 2>&1 || return 0
    case $prefix in
    /usr | "$HOME/.local") return ;;
    /usr/local) place=/etc/fish/completions/pycguard.fish ;;
    *) place=${XDG_CONFIG_HOME:-$HOME/.config}/fish/completions/pycguard.fish ;;
    esac
    # A file of the user's own stays.
    if [ -L "$place" ] || [ ! -e "$place" ]; then say "$place"; fi
}

# The manifest holds each file that was installed, and each directory, with a slash, made for them.
install_program() {
    mkdir -p "$scratch/root"
    # Into a scratch root first, for the list of files.
    DESTDIR=$scratch/root cmake --install "$scratch/build" >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        die 'cmake could not install'
    }
    place=$(fish_place)
    { cat "$scratch/build/install_manifest.txt" && echo && say "$manifest" && say "$place"; } | grep . >"$scratch/files"
    {
        new_directories "$scratch/files"
        cat "$scratch/files"
        if [ -f "$manifest" ]; then cat "$manifest"; fi
    } | sort -u >"$scratch/manifest"

    # The list goes first, so that an installation cut short can be removed too.
    mkdir -p "$(dirname "$manifest")"
    cp "$scratch/manifest" "$manifest"
    cmake --install "$scratch/build" --strip >"$scratch/log" 2>&1 || {
        tail -n 5 "$scratch/log" >&2
        die "cannot install to '$prefix'"
    }
    if [ -n "$place" ]; then
        { mkdir -p "${place%/*}" && ln -sf "$prefix/share/fish/vendor_completions.d/pycguard.fish" "$place"; } 2>/dev/null ||
            warn "warning: fish will not complete pycguard: cannot write '$place'"
    fi
}

# The last words, after what was tried.
say_what_is_installed() {
    say "installed $("$pycguard" --version) in $prefix, $linked"

    case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) warn "warning: $prefix/bin is not on your PATH: hooks work, but \`pycguard\` and \`git pycguard\` need it" ;;
    esac
}

uninstall_program() {
    if [ ! -f "$manifest" ]; then
        say "nothing of pycguard is installed in $prefix"
        return
    fi
    cp "$manifest" "$scratch/manifest"
    grep -v '/$' "$scratch/manifest" | while IFS= read -r file; do run rm -f "$file"; done
    # Deepest first; one that holds something else stays.
    grep '/$' "$scratch/manifest" | sort -r | while IFS= read -r dir; do
        run rmdir "${dir%/}" 2>/dev/null || true
    done
    $dry_run || say "removed pycguard from $prefix"
}

# --- a repository's hooks ----------------------------------------------------------------------

check_repository() {
    git -C "$repo" rev-parse --show-toplevel >/dev/null 2>&1 ||
        die "'$repo' is not a git repository with a work tree"
}

# With the binary that was just built: nothing is installed where its hooks cannot be.
check_hooks() {
    "$scratch/build/pycguard" -C "$repo" --install --dry-run >/dev/null || [ $? = 1 ] || exit 2
}

uninstall_hooks() {
    [ -x "$pycguard" ] || die "cannot take the hooks out of '$repo': '$pycguard' is gone"
    run "$pycguard" -C "$repo" --uninstall || exit 2
}

report_repository() {
    status=0
    "$pycguard" -C "$repo" --check-tracked || status=$?
    case $status in
    0) say "no tracked file of $repo is rejected" ;;
    1) say '' "those are tracked in $repo already; what a commit adds from now on is refused" ;;
    *) die "pycguard could not look at '$repo'" ;;
    esac
}

# --- the demonstration -------------------------------------------------------------------------

# bytecode SOURCE CACHE: as Python would write it; without Python, a header of 3.13's and no code.
bytecode() {
    mkdir -p "$(dirname "$2")"
    python3 -I -c 'import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2], doraise=True)' \
        "$1" "$2" 2>/dev/null ||
        printf '\363\r\r\n\000\000\000\000\000\000\000\000\000\000\000\000' >"$2"
}

# The incident: a migration is replaced, and the bytecode of the old one is committed.
# Nothing of the user's configuration or environment reaches it.
demonstrate() (
    for name in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p') PYCGUARD_OPTIONAL; do
        unset "$name"
    done
    demo=$scratch/demo
    migrations=app/migrations
    mkdir -p "$demo/$migrations"
    cd "$demo"
    : >$migrations/__init__.py
    say 'operations = ["create"]' >$migrations/0001_initial.py
    say 'operations = ["rename"]' >$migrations/0002_rename.py
    tag=$(python3 -I -c 'import sys; print(sys.implementation.cache_tag)' 2>/dev/null) || tag=cpython-313
    bytecode $migrations/0002_rename.py "$migrations/__pycache__/0002_rename.$tag.pyc"
    bytecode $migrations/0002_rename.py $migrations/0002_rename.pyc

    git() { HOME=$scratch XDG_CONFIG_HOME=$scratch GIT_CONFIG_NOSYSTEM=1 command git "$@"; }
    git init -q --template= .
    git config user.name 'A Developer'
    git config user.email developer@example.org
    HOME=$scratch XDG_CONFIG_HOME=$scratch GIT_CONFIG_NOSYSTEM=1 "$pycguard" --install --quiet ||
        die 'the demonstration failed: its hooks could not be installed'
    git add -- $migrations/*.py
    git commit -q -m 'Two migrations' || die 'the demonstration failed: the hook blocked a commit without bytecode'
    before=$(git rev-parse HEAD)

    say '' 'As a trial, a Django migration is replaced, and the bytecode of the old one committed with it:' ''
    say "  $ git mv $migrations/0002_rename.py $migrations/0002_placeholder.py"
    git mv $migrations/0002_rename.py $migrations/0002_placeholder.py
    say '  $ git add .' "  $ git commit -m 'Replace 0002'" ''
    git add .
    if git commit -m 'Replace 0002' 2>&1 || [ "$(git rev-parse HEAD)" != "$before" ]; then
        die 'the demonstration failed: a commit with bytecode was not refused'
    fi
    status=0
    "$pycguard" --check-staged >/dev/null || status=$?
    [ "$status" = 1 ] || die "the demonstration failed: pycguard gave exit status $status in place of 1"
    say '' 'That commit was refused, as it should be. To guard a repository of yours: ./install.sh --repo DIR' ''
)

# --- main --------------------------------------------------------------------------------------

source=$(cd "$(dirname "$0")" && pwd)
prefix=
repo=
no_deps=false
static=OFF
linked='with the libraries of this system'
uninstall=false
dry_run=false
while [ $# -gt 0 ]; do
    case $1 in
    --prefix | --repo)
        [ -n "${2-}" ] || die "$1 needs a directory"
        if [ "$1" = --prefix ]; then prefix=$2; else repo=$2; fi
        shift
        ;;
    --prefix=?*) prefix=${1#*=} ;;
    --repo=?*) repo=${1#*=} ;;
    --static) static=ON linked='as one file that needs no library' ;;
    --no-deps) no_deps=true ;;
    --uninstall) uninstall=true ;;
    --dry-run) dry_run=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) die "unknown argument '$1': see ./install.sh --help" ;;
    esac
    shift
done

if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then
        prefix=/usr/local
    else
        [ -n "${HOME-}" ] || die 'HOME is not set: give --prefix DIR'
        prefix=$HOME/.local
    fi
fi
case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
case $repo in
'' | /*) ;;
*) repo=$PWD/$repo ;;
esac
pycguard=$prefix/bin/pycguard
manifest=$prefix/share/pycguard/manifest

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pycguard-install.XXXXXX") || die 'cannot make a temporary directory'
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

# Run from a hook or an alias of git's, these would name another repository than --repo.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_OBJECT_DIRECTORY GIT_COMMON_DIR
# This one would move the installation.
unset DESTDIR

if $uninstall; then
    if [ -n "$repo" ]; then
        check_repository
        uninstall_hooks
    fi
    uninstall_program
    exit 0
fi

check_writable "$prefix"
if [ -n "$repo" ] && have git; then check_repository; fi
install_packages
if $dry_run; then
    say "would build pycguard from $source and install it in $prefix"
else
    build
    if [ -n "$repo" ]; then
        check_repository
        check_hooks
    fi
    install_program
fi
if [ -n "$repo" ]; then
    run "$pycguard" -C "$repo" --install || exit 2
    $dry_run || report_repository
elif $dry_run; then
    say 'would try the hook in a throw-away repository'
else
    demonstrate
fi
$dry_run || say_what_is_installed
