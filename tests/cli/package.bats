#!/usr/bin/env bats
# What CMake installs and takes away again, and Debian's package: made, installed into a root of its
# own, used, removed.

load helper
load readme

files_below() { (cd "$1" && find . ! -type d | sort); }

@test "cmake --install, then the target uninstall: nothing is left" {
    export DESTDIR=$WORK/root
    cmake --install "$BUILD_ROOT" --prefix "/opt/a prefix" >/dev/null
    prefix="$DESTDIR/opt/a prefix"
    run_pycguard --version
    [[ $("$prefix/bin/pycguard" --version) == "$output" ]]
    [[ $(PATH=$prefix/bin:$PATH git pycguard --version) == "$output" ]]
    [[ $(readlink "$prefix/share/man/man1/git-pycguard.1") == pycguard.1 ]]
    [[ -z $(find "$prefix" -xtype l) ]] || fail 'a link to nothing'
    touch "$prefix/bin/theirs"
    cmake -P "$BUILD_ROOT/uninstall.cmake" >/dev/null
    [[ $(files_below "$prefix") == ./bin/theirs ]]
}

# dpkg_in_root ARG...: a dpkg of its own, with no package in it.
dpkg_in_root() {
    local as_root=()
    ((EUID == 0)) || as_root=(fakeroot)
    mkdir -p "$WORK/root/var/lib/dpkg/updates" "$WORK/root/var/lib/dpkg/info"
    touch "$WORK/root/var/lib/dpkg/status"
    # There is nothing to depend on in there, and no program for it to run.
    "${as_root[@]}" dpkg --root="$WORK/root" --log=/dev/null --force-depends --force-not-root --force-bad-path \
        "$@" >"$WORK/dpkg.log" 2>&1 || fail "$(cat "$WORK/dpkg.log")"
}

# The packages of this build, once for the file, in $packages; the static program is in $static.
packages() {
    packages=$BATS_FILE_TMPDIR/packages
    static=$BUILD_ROOT/static
    lacks=$("$SOURCE_ROOT/hook/build-needs" --static)
    [[ -z $lacks ]] || skip "a static build lacks ${lacks//$'\n'/, }"
    command -v dpkg-shlibdeps file cpack >/dev/null || skip 'no dpkg-dev, file or cpack'
    dpkg-query --search "$(pkg-config --variable=libdir libgit2)/libgit2.so" >/dev/null || skip 'this libgit2 is of no package'
    [[ $(printf '%s\n' 3.20 "$(cpack --version | sed -n 's/cpack version //p')" | sort -V | head -n 1) == 3.20 ]] ||
        skip "packages need CMake 3.20; here is $(cpack --version)"
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ -e $packages ]] || PATH=$ORIGINAL_PATH SOURCE_DATE_EPOCH=1700000000 cpack --config "$BUILD_ROOT/CPackConfig.cmake" -B "$packages" >cpack.log 2>&1 ||
        { rm -rf "$packages" && fail "$(tail -n 50 cpack.log)"; }
}

@test "a package of Debian's installs, works, and leaves nothing" {
    packages
    package=$packages/pycguard_${version}_$(dpkg --print-architecture).deb

    # All that it needs is named: each library, and the one that is loaded only when it is needed.
    depends=$(dpkg-deb -f "$package" Depends)
    for library in libgit2 libpcre2-8 libjansson libc6; do
        [[ $depends == *$library* ]] || fail "$library: $depends"
    done
    dpkg-checkbuilddeps -d "$depends" /dev/null || fail "$depends"

    cd "$packages"
    packed=$(readme_block deb)
    [[ $packed == 'sudo apt install ./'* && $(eval "echo ${packed##* }") == "./${package##*/}" ]] || fail "$packed"
    cd "$WORK"
    dpkg_in_root --install "$package"
    root=$WORK/root
    [[ $("$root/usr/bin/pycguard" --version) == "pycguard $version "* ]]
    export PATH=$root/usr/bin:$PATH
    new_repo
    git pycguard --install -q
    pyc m.py m.pyc
    git add .
    run git commit -m x
    assert_status 1
    assert_output_has 'm.pyc'
    rm m.pyc
    for page in pycguard git-pycguard; do
        zcat "$root/usr/share/man/man1/$page.1.gz" | cmp - "$SOURCE_ROOT/src/doc/pycguard.1"
    done
    for file in doc/pycguard/copyright zsh/vendor-completions/_git-pycguard \
        bash-completion/completions/git-pycguard fish/vendor_completions.d/git-pycguard.fish; do
        [[ -s $root/usr/share/$file ]] || fail "no $file"
    done

    dpkg_in_root --purge pycguard
    [[ ! -e $root/usr ]] || fail "$(find "$root/usr")"
}

@test "lintian has nothing to say of Debian's package" {
    command -v lintian >/dev/null || skip 'no lintian'
    packages
    local as_root=()
    ((EUID != 0)) || as_root=(--allow-root)
    lintian "${as_root[@]}" --fail-on error,warning "$packages"/*.deb
}

@test "the sums are those of a tarball, a wheel and a package of Debian's, named by version and architecture" {
    packages
    machine=$(uname -m)
    cd "$packages"
    sha256sum --quiet -c SHA256SUMS
    cut -d ' ' -f 3 SHA256SUMS | diff - <(printf '%s\n' "pycguard-$version-linux-$machine.tar.gz" \
        "pycguard-$version-py3-none-manylinux2014_$machine.manylinux_2_17_$machine.musllinux_1_1_$machine.whl" \
        "pycguard_${version}_$(dpkg --print-architecture).deb")
}

@test "two builds of a commit are the same bytes, by \`cmake --build . --target package\`" {
    ! grep -qE '^(PYCGUARD_(SANITIZE|COVERAGE):BOOL=ON|CMAKE_BUILD_TYPE:STRING=Debug)' "$BUILD_ROOT/CMakeCache.txt" ||
        skip 'this build is not one for packages'
    packages
    copy_of_the_tree "a copy"
    # On another file system, where there are two, and with another umask.
    rm -rf "$BUILD_ROOT/second" && mkdir "$BUILD_ROOT/second" && cd "$BUILD_ROOT/second"
    umask 077
    export SOURCE_DATE_EPOCH=1700000000
    cmake -S "$WORK/a copy" -B b >cmake.log
    cmake --build b --parallel 2 --target package >cmake.log 2>&1 || fail "$(tail -n 30 cmake.log)"
    diff "$packages/SHA256SUMS" b/SHA256SUMS
    rm -rf "$BUILD_ROOT/second"
}

@test "the static program is one file, which works in a root directory that has nothing else" {
    packages
    run ldd "$static/pycguard"
    assert_output_has 'not a dynamic executable'
    strip -o pycguard "$static/pycguard"
    (($(stat -c %s pycguard) < 8 << 20)) || fail 'more than 8 MB'
    # The C library would look these up by libraries of its own version that it loads.
    run nm "$static/pycguard"
    for name in __nss_lookup_function _nss_files_init __getaddrinfo; do assert_output_lacks " $name"; done
    [[ $(./pycguard --version) == "pycguard $version "* ]]
    mkdir -p root && cp pycguard root/
    new_repo root/repo
    write m.py 'x = 1'
    commit start m.py
    pyc n.py n.pyc
    rm n.py
    cd ../..
    in_root() { run --separate-stderr env -i HOME=/ unshare "${map[@]}" --root="$WORK/root" --wd=/repo "$@"; }
    map=()
    ((EUID == 0)) || map=(--map-root-user)
    in_root /pycguard --version
    ((status == 0)) || skip 'no other root directory here'
    in_root /pycguard --check-worktree
    assert_status 1
    assert_output_has n.pyc
    in_root /pycguard --explain n.pyc
    assert_status 0
    assert_output_has 'runs this file'
    in_root /pycguard --explain ghost-module
    assert_status 0
    in_root /pycguard --clean
    assert_status 0
    [[ ! -e root/repo/n.pyc ]]
    in_root /pycguard --check-worktree
    assert_status 0
}

@test "the static program looks into an image, and cleans as its entry point" {
    packages
    mkdir -p image/app image/bin
    # As docker run -v "$PWD/pycguard:/pycguard:ro" --entrypoint /pycguard IMAGE mounts it.
    touch image/pycguard
    write image/app/x.py 'x = 1'
    cp "$(pyc x.py)" image/app/m.pyc
    map=(--mount)
    ((EUID == 0)) || map+=(--map-root-user)
    in_image() {
        # shellcheck disable=SC2016 # it is that shell's
        run unshare "${map[@]}" sh -c 'mount --bind "$1" "$2/pycguard" && mount -o remount,bind,ro "$2/pycguard" || exit 77
            root=$2; shift 2; exec env -i unshare --root="$root" --wd=/ "$@"' sh "$static/pycguard" "$WORK/image" "$@"
    }
    in_image /pycguard --check-worktree /app
    [[ $status != 77 && $output != unshare:* ]] || skip 'nothing can be mounted here'
    assert_status 1
    assert_output_has app/m.pyc
    # As COPY of one file has it, for an entry point.
    [[ -x /bin/busybox ]] || skip 'no busybox'
    cp /bin/busybox image/bin/sh
    in_image /bin/sh -c 'cd /app && /pycguard --clean && exec "$@"' -- /bin/sh -c 'echo started'
    assert_status 0
    assert_output_has started
    [[ ! -e image/app/m.pyc ]]
}

@test "the static program with git passes for the ordinary one" {
    packages
    new_repo
    "$static/pycguard" --install -q
    pyc m.py m.pyc
    git add .
    run git commit -m x
    assert_status 1
    assert_output_has m.pyc
    git rm -q --cached m.pyc
    git commit -qm 'source alone'
}

@test "the tarball has the program, its manual, completions and guides, and works in a root of busybox" {
    packages
    (cd "$packages" && eval "$(readme_block tarball | sed "s|~/.local|'$WORK/tree'|g")")
    [[ $(tree/bin/pycguard --version) == "pycguard $version "* && $(readlink tree/bin/git-pycguard) == pycguard ]]
    for file in man/man1/pycguard.1 bash-completion/completions/pycguard zsh/site-functions/_pycguard \
        fish/vendor_completions.d/pycguard.fish doc/pycguard/incident.md doc/pycguard/copyright pycguard/report.schema.json; do
        [[ -s tree/share/$file ]] || fail "no $file"
    done
    [[ -x /bin/busybox ]] || skip 'no busybox'
    mkdir -p root/bin && cp /bin/busybox root/bin/busybox
    cp "$packages"/*.tar.gz root/pycguard.tar.gz
    write root/app/m.py 'x = 1'
    cp "$(pyc m.py)" root/app/n.pyc
    map=()
    ((EUID == 0)) || map=(--map-root-user)
    run env -i PATH=/bin unshare "${map[@]}" --root="$WORK/root" --wd=/ /bin/busybox sh -c \
        '/bin/busybox --install -s /bin && gunzip -c pycguard.tar.gz | tar -x && */bin/pycguard --check-worktree /app'
    [[ $output != *unshare:* ]] || skip 'no other root directory here'
    assert_status 1
    assert_output_has n.pyc
}

@test "the wheel puts the program on the PATH of a virtual environment, without an index" {
    packages
    "$PYTHON" -m venv venv 2>venv.log || skip "no venv: $(cat venv.log)"
    (cd "$packages" && PATH=$WORK/venv/bin:$PATH PIP_NO_INDEX=1 && export PIP_NO_INDEX && eval "$(readme_block wheel)")
    [[ $(venv/bin/pycguard --version) == "pycguard $version "* ]]
    PATH=$WORK/venv/bin:$PATH git pycguard --version
    [[ -s venv/share/man/man1/pycguard.1 ]]
    venv/bin/pip check
    venv/bin/pip uninstall -q -y pycguard
    [[ ! -e venv/bin/pycguard ]]
}

@test "the version stands in one place, or is the same" {
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ $version ]]
    # `rev: v0.1.0` of the framework, "version": "0.1.0" of a report, and what else may come.
    grep -nE '(rev: v|"version": "|pycguard(==|[ _-]v?))[0-9]+\.[0-9]+\.[0-9]+' \
        "$SOURCE_ROOT"/{README.md,.pre-commit-hooks.yaml,install.sh,src/doc/pycguard.1} "$SOURCE_ROOT"/{hook,src/doc}/* >found
    (($(wc -l <found) >= 2))
    while read -r line; do
        [[ $line == *"$version"* ]] || fail "another version than $version: $line"
    done <found
}
