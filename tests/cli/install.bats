#!/usr/bin/env bats
# install.sh, on a copy of the tree and into a prefix of the test's own.

load helper
load hooks
load readme

setup_file() {
    start_clean
    copy_of_the_tree "$BATS_FILE_TMPDIR/tree"
    cd / && rm -rf "$WORK"
}

setup() {
    start_clean
    prefix=$WORK/prefix
}

# A copy to install from.
tree() { cp -R "$BATS_FILE_TMPDIR/tree" "$WORK/tree"; }

install_sh() { run --separate-stderr "$WORK/tree/install.sh" --prefix "$prefix" "$@"; }

# built [BINARY]: from here on all is cmake's own but the compiling, which gives BINARY, or the one
# under test: to compile in one test is enough.
built() {
    local cmake
    cmake=$(command -v cmake)
    write "$WORK/built/cmake" "#!/bin/sh
[ \"\$1\" = --build ] || exec '$cmake' \"\$@\"
cp '${1-$PYCGUARD}' \"\$2/pycguard\" && cp -R '$BUILD_ROOT/completions' \"\$2\""
    chmod +x "$WORK/built/cmake"
    PATH=$WORK/built:$PATH
}

# documented LINE: that one of the README's commands, but into the prefix, and without the network.
documented() {
    local command
    command=$(readme_block install | sed -n "$1s|install.sh|& --no-deps --prefix '$prefix'|p")
    [[ -n $command ]] || fail "the README's block install has no line $1"
    run --separate-stderr bash -c "cd '$WORK/tree' && $command"
}

# Every path below DIR with its type, mode, content and target.
listing() { (cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f -exec cksum {} + | sort); }

@test "installs, shows a refusal, runs twice, leaves the clone clean, and uninstalls without a trace" {
    tree
    mkdir "$WORK/bin"
    export PATH=$WORK/bin:$PATH
    # What the user has configured must not reach the trial.
    git config --global core.hooksPath "$WORK/nowhere"
    git config --global commit.gpgSign true
    git config --global user.useConfigOnly true

    documented 1
    assert_status 0
    assert_output_has 'app/migrations/0002_rename'
    assert_output_has 'That commit was refused'
    [[ ${lines[-1]} == "installed $("$prefix/bin/pycguard" --version) in $prefix, with the libraries of this system" ]] || fail
    assert_stderr_has "$prefix/bin is not on your PATH"
    [[ $(git -C tree status --porcelain --ignored) == '' ]]
    [[ $("$prefix/bin/pycguard" --version) == $("$PYCGUARD" --version) ]]
    [[ $(PATH=$prefix/bin:$PATH git pycguard --version) == $("$PYCGUARD" --version) ]]
    [[ $(find "$HOME" -type f) == "$HOME/.gitconfig" ]]

    listing "$prefix" >first
    cp "$prefix/bin/pycguard" compiled
    built "$WORK/compiled"
    PATH=$prefix/bin:$PATH GIT_DIR=/nonexistent GIT_INDEX_FILE=x PYCGUARD_OPTIONAL=1 install_sh --no-deps
    assert_status 0
    [[ -z $stderr ]]
    listing "$prefix" | diff first -

    # By the tree of another clone, and with somebody else's file beside ours.
    mv tree elsewhere && mkdir tree && mv elsewhere/install.sh tree
    touch "$prefix/bin/theirs"
    install_sh --uninstall --dry-run
    assert_status 0
    assert_output_has "rm -f $prefix/bin/pycguard"
    [[ -x $prefix/bin/pycguard ]]
    install_sh --uninstall
    assert_status 0
    [[ $(find "$prefix" -type f) == "$prefix/bin/theirs" ]]
    [[ ! -e $prefix/share ]]
    install_sh --uninstall
    assert_status 0
    assert_output_has 'nothing of pycguard'
}

@test "uninstalling removes the directories that installing made, and no other" {
    tree
    built
    mkdir -p "$prefix/share"
    install_sh --no-deps
    assert_status 0
    install_sh --uninstall
    assert_status 0
    [[ $(find "$prefix" | sort) == "$prefix"$'\n'"$prefix/share" ]]
}

@test "--repo guards a repository, reports what it tracks, twice; --uninstall undoes it" {
    tree
    built
    new_repo
    git config core.hooksPath 'hooks of mine'
    commit 'before the hook' "$(pyc old.py)"
    listing .git >before
    # Quotes and blanks in the path that the hook holds; the last --prefix counts.
    odd="$WORK/it's a prefix"
    install_sh --no-deps --repo . --prefix "$odd"
    assert_status 0
    assert_output_has "$(pyc old.py)"
    assert_output_lacks 'As a trial'
    [[ ${lines[-1]} == "installed pycguard "*" in $odd, "* ]] || fail
    [[ -x 'hooks of mine/pre-commit' && -x 'hooks of mine/pre-merge-commit' ]]
    listing .git | diff before -

    pyc new.py
    git add -f __pycache__
    run env PATH="$(path_without)" git commit -m 'with bytecode'
    assert_status 1
    assert_output_has "$(pyc new.py)"

    listing 'hooks of mine' >first
    install_sh --no-deps --repo . --prefix "$odd"
    assert_status 0
    listing 'hooks of mine' | diff first -

    install_sh --uninstall --repo . --prefix "$odd"
    assert_status 0
    [[ ! -e "hooks of mine" && ! -e $odd ]]
}

@test "--repo keeps somebody's hook, and --uninstall gives it back" {
    tree
    built
    new_repo "$HOME/shop"
    write .git/hooks/pre-commit $'#!/bin/sh\necho theirs'
    chmod 700 .git/hooks/pre-commit
    listing .git/hooks >before
    documented 2
    assert_status 0
    run git commit --allow-empty -m start
    assert_status 0
    assert_output_has theirs
    install_sh --uninstall --repo .
    assert_status 0
    listing .git/hooks | diff before -
    [[ ! -e $prefix ]]
}

@test "--uninstall --repo says when it has lost the binary that takes the hooks out" {
    tree
    new_repo
    install_sh --uninstall --repo .
    assert_status 2
    assert_stderr_is_one_line
}

@test "a core.hooksPath for all repositories is not written to" {
    tree
    built
    new_repo
    git config --global core.hooksPath "$WORK/everybody"
    install_sh --no-deps --repo .
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has core.hooksPath
    [[ ! -e $prefix && ! -e $WORK/everybody ]]
}

@test "--dry-run changes nothing" {
    tree
    new_repo
    listing "$WORK" >"$BATS_TEST_TMPDIR/before"
    install_sh --dry-run --repo .
    assert_status 0
    assert_output_has "$prefix"
    assert_output_has "would run: $prefix/bin/pycguard -C $PWD/. --install"
    install_sh --dry-run
    assert_status 0
    listing "$WORK" | diff "$BATS_TEST_TMPDIR/before" -
}

# lacking MANAGER [ARG...]: a dry run where the build lacks everything and that manager is there.
lacking() {
    local name=$1
    shift
    local path
    path=$(path_without brew apt-get dnf apk pacman zypper cmake cc gcc clang make ninja pkg-config sudo id)
    write "$path/id" $'#!/bin/sh\necho 0'
    write "$path/$name" "#!/bin/sh
echo \"$name \$*\" >>'$WORK/asked'"
    chmod +x "$path/id" "$path/$name"
    PATH=$path install_sh "$@"
}

@test "each package manager is asked by its own names, without questions" {
    tree
    lacking apt-get --dry-run
    assert_status 0
    assert_output_has 'apt-get update'
    assert_output_has 'DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends cmake gcc libc6-dev make pkg-config libgit2-dev libpcre2-dev libjansson-dev'
    lacking dnf --dry-run
    assert_output_has 'dnf install -y cmake gcc glibc-devel make pkgconf-pkg-config libgit2-devel pcre2-devel jansson-devel'
    lacking apk --dry-run
    assert_output_has 'apk add cmake gcc musl-dev make pkgconf libgit2-dev pcre2-dev jansson-dev'
    lacking pacman --dry-run
    assert_output_has 'pacman -S --needed --noconfirm cmake gcc make pkgconf libgit2 pcre2 jansson'
    lacking zypper --dry-run
    assert_output_has 'zypper --non-interactive install cmake gcc glibc-devel make pkg-config libgit2-devel pcre2-devel libjansson-devel'
    lacking brew --dry-run
    assert_output_has 'brew install cmake make pkgconf libgit2 pcre2 jansson'
    [[ ! -e $WORK/asked ]]
}

@test "without root and sudo, the command that installs what is missing is named" {
    tree
    path=$(path_without brew apt-get dnf apk pacman zypper pkg-config sudo id)
    write "$path/id" $'#!/bin/sh\necho 1000'
    write "$path/apt-get" $'#!/bin/sh\nexit 1'
    chmod +x "$path/id" "$path/apt-get"
    PATH=$path install_sh
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'as root, run: env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends pkg-config libgit2-dev'
}

@test "--static names the static libraries that are missing, and where no package has them" {
    tree
    path=$(path_without brew apt-get dnf apk pacman zypper cc)
    write "$path/cc" $'#!/bin/sh\necho "${1#-print-file-name=}"'
    write "$path/dnf" $'#!/bin/sh\nexit 1'
    chmod +x "$path/cc" "$path/dnf"
    # A libgit2 that pkg-config finds before the system's, and that has no static library.
    mkdir other
    sed "s|^libdir=.*|libdir=$WORK/other|" "$(pkg-config --variable=pcfiledir libgit2)/libgit2.pc" >other/libgit2.pc
    PATH=$path PKG_CONFIG_PATH=$WORK/other install_sh --static
    assert_status 2
    assert_stderr_is_one_line
    for library in pcre2-8 jansson c; do assert_stderr_has "lib$library.a"; done
    assert_stderr_has "$WORK/other/libgit2.a"
    assert_stderr_has 'dnf has no package'
    lacks=$("$SOURCE_ROOT/hook/build-needs" --static)
    [[ -z $lacks ]] || skip "a static build lacks ${lacks//$'\n'/, }"
    built
    install_sh --static --no-deps
    assert_status 0
    [[ ${lines[-1]} == 'installed pycguard '*', as one file that needs no library' ]] || fail
}

@test "what a package manager did not bring is named" {
    tree
    lacking apt-get
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'cmake, C compiler, make, pkg-config, libgit2, libpcre2-8, jansson'
    grep -q 'install .*cmake' asked
}

@test "--no-deps asks no package manager, and names what is missing" {
    tree
    lacking apt-get --no-deps
    assert_status 2
    assert_stderr_is_one_line
    assert_stderr_has 'missing: cmake, C compiler, make'
    [[ ! -e asked ]]
}

@test "with all there, no package manager is asked" {
    tree
    path=$(path_without)
    write "$path.apt" $'#!/bin/sh\nexit 1'
    mv "$path.apt" "$path/apt-get" && chmod +x "$path/apt-get"
    PATH=$path install_sh --dry-run
    assert_status 0
    assert_output_lacks apt-get
}

@test "wrong usage is one line and exit 2" {
    tree
    for args in --frobnicate --repo '--repo /nonexistent' "--repo $WORK"; do
        # shellcheck disable=SC2086
        install_sh --no-deps $args
        assert_status 2
        assert_stderr_is_one_line
    done
    run "$WORK/tree/install.sh" --prefix /dev/null/x
    assert_status 2
    assert_output_has '/dev/null'
    run "$WORK/tree/install.sh" --help
    assert_status 0
    assert_output_has --uninstall
    [[ ! -e $prefix ]]
}

@test "fish finds its completions below any prefix, and a file of the user's own stays" {
    command -v fish >/dev/null || skip 'no fish'
    tree
    built
    install_sh --no-deps
    assert_status 0
    [[ $(PATH=$prefix/bin:$PATH fish -c 'complete -C "pycguard --check-tr"') == --check-tracked* ]]
    install_sh --uninstall
    assert_status 0
    [[ ! -e $HOME/.config/fish/completions/pycguard.fish && ! -L $HOME/.config/fish/completions/pycguard.fish ]]
    write "$HOME/.config/fish/completions/pycguard.fish" mine
    install_sh --no-deps
    assert_status 0
    install_sh --uninstall
    [[ $(<"$HOME/.config/fish/completions/pycguard.fish") == mine ]]
}
