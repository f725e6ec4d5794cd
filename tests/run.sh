#!/usr/bin/env bash
# Installs what the tests need, builds, and runs them all. `--no-deps` installs nothing; with `--static`
# the scripts run the static program; all other arguments go to ctest: `tests/run.sh -R policy`.
set -euo pipefail

# Debian's names. The first line is what the build needs (install.sh knows other systems' names).
packages=(
    cmake gcc libc6-dev make pkg-config libgit2-dev libpcre2-dev libjansson-dev
    bash-completion bats busybox-static clang clang-format cppcheck dpkg-dev fakeroot file fish git jq libcmocka-dev lintian mandoc postgresql
    pre-commit python3 python3-venv python3-django python3-jsonschema python3-psycopg2 python3-yaml shellcheck strace valgrind zsh
)

die() {
    echo "run.sh: $*" >&2
    exit 2
}

install_packages() {
    local package missing=() as_root=()
    if ! command -v apt-get dpkg-query >/dev/null; then
        echo "run.sh: no apt-get here, so the tests use what there is; Debian's names of what they need: ${packages[*]}" >&2
        return
    fi
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "missing packages: ${missing[*]} (install them as root, or give --no-deps)"
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update -q || echo 'run.sh: apt-get update failed; going on with the lists that are here' >&2
    "${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" ||
        die "apt-get could not install: ${missing[*]}"
}

install=true static=false program=
while [[ ${1-} == --no-deps || ${1-} == --static ]]; do
    if [[ $1 == --static ]]; then static=true; else install=false; fi
    shift
done
if $install; then install_packages; fi
version=$(bats --version 2>/dev/null) || true
[[ $(printf '%s\n' 1.5 "${version##* }" | sort -V | head -n 1) == 1.5 ]] ||
    die "the scripts need bats 1.5, and here is ${version:-none} (Debian 11 has Bats 1.2)"

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if $static; then
    program=$PWD/build/test/static/pycguard
    cmake -S . -B "${program%/*}" -DPYCGUARD_STATIC=ON -DPYCGUARD_WERROR=ON
    cmake --build "${program%/*}" --parallel 2
fi
cmake -S . -B build/test -DPYCGUARD_TESTS=ON -DPYCGUARD_WERROR=ON -DPYCGUARD_TESTED="$program"
cmake --build build/test --parallel 2
# The scripts make scripts and a PATH in there, which a blank would break.
[[ ${TMPDIR-} != *' '* ]] || unset TMPDIR
# In memory, thousands of small files are made ten times as fast; a container's may be too small.
memory=/dev/shm
if [[ -z ${TMPDIR-} && -w $memory ]] && ! grep -q " $memory .*noexec" /proc/mounts && (($(df --output=avail "$memory" | tail -n 1) > 1 << 20)); then
    export TMPDIR=$memory
fi
cd build/test # ctest knows --test-dir from 3.20 on only
exec ctest --output-on-failure --parallel 2 "$@"
