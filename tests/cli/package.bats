#!/usr/bin/env bats
# What CMake installs and takes away again, and Debian's package: made, installed into a root of its
# own, used, removed.

load helper

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

@test "a package of Debian's installs, works, and leaves nothing" {
    command -v dpkg-shlibdeps file cpack >/dev/null || skip 'no dpkg-dev, file or cpack'
    cpack --config "$BUILD_ROOT/CPackConfig.cmake" -B "$WORK/package" >cpack.log 2>&1 || fail "$(cat cpack.log)"
    package=$(echo "$WORK"/package/*.deb)
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ ${package##*/} == "pycguard_${version}_$(dpkg --print-architecture).deb" ]]

    # All that it needs is named: each library, and the one that is loaded only when it is needed.
    depends=$(dpkg-deb -f "$package" Depends)
    for library in libgit2 libpcre2-8 libjansson libc6; do
        [[ $depends == *$library* ]] || fail "$library: $depends"
    done
    dpkg-checkbuilddeps -d "$depends" /dev/null || fail "$depends"

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

# One build for the file: linking all of libgit2 takes its time.
static_build() {
    static=$BUILD_ROOT/static
    lacks=$("$SOURCE_ROOT/hook/build-needs" --static)
    [[ -z $lacks ]] || skip "a static build lacks ${lacks//$'\n'/, }"
    cmake -S "$SOURCE_ROOT" -B "$static" -DPYCGUARD_STATIC=ON >static.log 2>&1 || fail "$(tail -n 20 static.log)"
    cmake --build "$static" --parallel 2 >static.log 2>&1 || fail "$(tail -n 20 static.log)"
}

@test "a static build is one file, which works in a root directory that has nothing else" {
    static_build
    run ldd "$static/pycguard"
    assert_output_has 'not a dynamic executable'
    strip -o pycguard "$static/pycguard"
    (($(stat -c %s pycguard) < 8 << 20)) || fail 'more than 8 MB'
    [[ $(./pycguard --version) == "$("$PYCGUARD" --version)" ]]
    mkdir -p root && cp pycguard root/
    new_repo root/repo
    write m.py 'x = 1'
    commit start m.py
    pyc n.py n.pyc
    rm n.py
    cd ../..
    local in_root=(env -i HOME=/ unshare --root="$WORK/root" --wd=/repo)
    ((EUID == 0)) || in_root=(env -i HOME=/ unshare --map-root-user --root="$WORK/root" --wd=/repo)
    "${in_root[@]}" /pycguard --version >/dev/null || skip 'no other root directory here'
    run "${in_root[@]}" /pycguard --check-worktree
    assert_status 1
    assert_output_has n.pyc
    run "${in_root[@]}" /pycguard --explain n.pyc
    assert_output_has n.pyc
    run "${in_root[@]}" /pycguard --clean
    assert_status 0
    [[ ! -e root/repo/n.pyc ]]
}

@test "a static build with git passes for the ordinary one" {
    static_build
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

@test "a tarball and a wheel of the static build, the same bytes twice, with their sums" {
    static_build
    version=$("$static/pycguard" --version | cut -d ' ' -f 2)
    export SOURCE_DATE_EPOCH=1700000000
    for i in 1 2; do
        cpack --config "$static/CPackConfig.cmake" -B "$WORK/packages$i" >cpack.log 2>&1 || fail "$(cat cpack.log)"
    done
    diff packages1/SHA256SUMS packages2/SHA256SUMS
    (cd packages1 && sha256sum --quiet -c SHA256SUMS && (($(wc -l <SHA256SUMS) == 2)))
    mkdir tree && tar -x -z -f packages1/*.tar.gz -C tree --strip-components=1
    [[ $(tree/bin/pycguard --version) == "pycguard $version "* && $(readlink tree/bin/git-pycguard) == pycguard ]]
    [[ -s tree/share/man/man1/pycguard.1 && -s tree/share/bash-completion/completions/pycguard ]]

    "$PYTHON" -m venv venv 2>venv.log || skip "no venv: $(cat venv.log)"
    venv/bin/pip install -q --no-index --no-deps packages1/*.whl
    [[ $(venv/bin/pycguard --version) == "pycguard $version "* ]]
    PATH=$WORK/venv/bin:$PATH git pycguard --version
    venv/bin/pip uninstall -q -y pycguard
    [[ ! -e venv/bin/pycguard ]]
}

@test "the version stands in one place, or is the same" {
    version=$(sed -n 's/^project(pycguard VERSION \([^ )]*\).*/\1/p' "$SOURCE_ROOT/CMakeLists.txt")
    [[ $version ]]
    # `rev: v0.1.0` of the framework, "version": "0.1.0" of a report, and what else may come.
    grep -nE '(rev: v|"version": "|pycguard[ _-]v?)[0-9]+\.[0-9]+\.[0-9]+' \
        "$SOURCE_ROOT"/{README.md,.pre-commit-hooks.yaml,install.sh,src/doc/pycguard.1} "$SOURCE_ROOT"/{hook,src/doc}/* >found
    (($(wc -l <found) >= 2))
    while read -r line; do
        [[ $line == *"$version"* ]] || fail "another version than $version: $line"
    done <found
}
