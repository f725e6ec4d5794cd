"""The cases: a repository each, and what is run in it."""

import os
import pathlib
import shutil
import subprocess

# What is in the repository: sources, and bytecode that is there for each rule.
MAKE_TREE = r"""
import os, pathlib, py_compile, sys
def source(name, text="x = 1\n"):
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1700000000, 1700000000))  # which is in its cache, too
    return name
def cache(name, mode="TIMESTAMP", to=None):
    return py_compile.compile(name, cfile=to, doraise=True, invalidation_mode=py_compile.PycInvalidationMode[mode])
"""

WORLDS = {}


def world(name):
    def register(make):
        WORLDS[name] = make
        return make
    return register


class Maker:
    """What the functions below make a world with."""

    def __init__(self, directory, env):
        self.dir, self.env = directory, env

    def sh(self, script, cwd="repo"):
        (self.dir / cwd).mkdir(parents=True, exist_ok=True)
        subprocess.run(["sh", "-euc", script], cwd=self.dir / cwd, env=self.env, check=True, stdout=subprocess.PIPE)

    def python(self, script, cwd="repo"):
        subprocess.run(["/usr/bin/python3", "-I", "-c", MAKE_TREE + script], cwd=self.dir / cwd, env=self.env, check=True)


@world("clean")
def make_clean(m):
    m.sh("git init -q; mkdir -p pkg/sub; echo 'x = 1' >pkg/m.py; echo y >pkg/sub/n.py; echo '*.log' >.pycguard; "
         "git add .; git commit -qm start; echo 2 >>pkg/m.py; git add .")


@world("certificates")
def make_certificates(m):
    make_clean(m)


@world("dirty")
def make_dirty(m):
    """History with packed and loose objects and references, two branches and a merge; of each rule
    something in HEAD, something staged, and something on disk."""
    m.sh("git init -q")
    m.python(r'''
source("pkg/__init__.py"); source("pkg/m.py", "y = 2\n" * 9); source("pkg/n.py"); source("pkg/o.py")
for name in "__init__", "0001_initial", "0002_rename":
    source("pkg/migrations/%s.py" % name); cache("pkg/migrations/%s.py" % name)
cache("pkg/m.py", "UNCHECKED_HASH"); cache("pkg/n.py"); cache("pkg/o.py", "CHECKED_HASH")
source("pkg/m.py", "y = 3\n" * 9); source("pkg/n.py", "longer = 1\n"); source("pkg/o.py", "z = 1\n")
source("pkg/ghost.py"); cache("pkg/ghost.py", to="pkg/ghost.pyc"); pathlib.Path("pkg/ghost.py").unlink()
source("SECRET/a.dat"); source("vendor/kept.pyc"); source("docs/page.txt")
pathlib.Path(".pycguard").write_text("# The vendor ships these.\n!vendor/*.pyc\nsecret/*.dat\nregex:^docs/.*[.]tmp$\n!unused.pyc\n")
''')
    m.sh("git add -f pkg SECRET vendor docs .pycguard; git commit -qm start; git checkout -qb side; "
         "echo >docs/b.tmp; git add -f docs; git commit -qm side; git checkout -q main; "
         "git rm -q --cached pkg/migrations/0002_rename.py; rm pkg/migrations/0002_rename.py; "
         "git commit -qm 'Rename the migration'; git merge -q --no-edit side; git tag -a -m one v1; "
         "git checkout -qb old HEAD~1; echo >old.pyc; git add -f old.pyc; git commit -qm old; git checkout -q main; "
         "git repack -adq; git pack-refs --all; git branch -D -q side; git tag light old; git branch -D -q old; "
         "git pack-refs --all; echo >late.pyc; git add -f late.pyc; git commit -qm late")
    m.python(r'''
source("pkg/new.py"); cache("pkg/new.py", "UNCHECKED_HASH"); source("pkg/new.py", "other = 1\n")
''')
    m.sh("git add -f pkg/new.py pkg/__pycache__; git rm -q --cached pkg/__init__.py; echo >a.pyo; git add -f a.pyo")


@world("ignores")
def make_ignores(m):
    make_dirty(m)
    m.sh("printf '*.pyc\\n!late.pyc\\n' >.gitignore; mkdir -p image; echo FROM x >Dockerfile; echo FROM y >image/Dockerfile; "
         "echo '**/*.log' >.dockerignore; git add -f .gitignore Dockerfile image .dockerignore; git commit -qm ignores")


@world("packed")
def make_packed(m):
    make_clean(m)
    m.sh("git checkout -q -b topic/one; echo >old.pyc; git add -f old.pyc; git commit -qm old; git pack-refs --all; "
         "echo >new.pyc; git add -f new.pyc; git worktree add -q ../linked HEAD 2>/dev/null; git pack-refs --all; rm -rf .git/refs/heads/topic")


@world("disk")
def make_disk(m):
    make_ignores(m)
    m.python(r'''
source("new/p.py"); cache("new/p.py"); cache("new/p.py", "UNCHECKED_HASH", "new/__pycache__/q.cpython-311.pyc")
source("new/q.py", "q = 1\n"); source("new/r.py"); cache("new/r.py", to="new/gone.pyc"); source("new/strange.pyc")
source("only/a.py"); cache("only/a.py"); pathlib.Path("only/a.py").unlink()
''')


@world("merge")
def make_merge(m):
    make_dirty(m)
    m.sh("git reset -q --hard; git checkout -qb one; echo 1 >both; echo >one.pyc; git add -f both one.pyc; git commit -qm one; "
         "git checkout -q main; echo 2 >both; echo >two.pyc; git add -f both two.pyc; git commit -qm two; "
         "! git merge -q one >/dev/null; echo >three.pyc; git add -f three.pyc")


@world("linked")
def make_linked(m):
    make_dirty(m)
    m.sh("git worktree add -q ../linked 2>/dev/null; cd ../linked; echo >five.pyc; git add -f five.pyc")


@world("hooks")
def make_hooks(m):
    make_clean(m)
    m.sh("printf '#!/bin/sh\\nexit 0\\n' >.git/hooks/pre-commit; printf '#!/bin/sh\\n' >.git/hooks/helper; "
         "chmod +x .git/hooks/pre-commit .git/hooks/helper")


@world("installed")
def make_installed(m):
    make_hooks(m)
    m.sh('"$PYCGUARD" --install --hook pre-push >/dev/null')


@world("pushed")
def make_pushed(m):
    make_dirty(m)
    m.sh("git init -q --bare ../bare.git; git push -q ../bare.git main~1:refs/heads/main; "
         "git remote add origin ../bare.git; git fetch -q origin; "
         "git --git-dir=../bare.git fetch -q \"$PWD\" main; "
         "git rev-parse main~1 main >../ids")


@world("large")
def make_large(m):
    """An index large enough that its checksum has a thread of its own."""
    m.sh("git init -q; blob=$(echo x | git hash-object -w --stdin); i=0; "
         "while [ $i -lt 6000 ]; do i=$((i + 1)); printf '100644 %s\\tdirectory/with/a/longer/name/module_%d.py\\n' $blob $i; done | "
         "git update-index --index-info; git commit -qm start")


class Case:
    def __init__(self, name, world_name, args, cwd="repo", mends=False, text="", by_file=False, by_step=False, env=None):
        self.name, self.world, self.args, self.cwd = name, world_name, args.split(), cwd
        self.mends, self.text, self.by_file, self.by_step = mends, text, by_file, by_step
        self.env = env or {}


CASES = [
    Case("version", "clean", "--version"),
    Case("help", "clean", "--help"),
    Case("usage", "clean", "--check-staged --format=nothing"),
    Case("staged-clean", "clean", ""),
    Case("staged-large", "large", ""),
    Case("staged", "dirty", "--check-staged -v"),
    Case("staged-json", "dirty", "--format=json"),
    Case("staged-sarif", "dirty", "--format=sarif"),
    Case("staged-github", "dirty", "--format=github"),
    Case("staged-gitlab", "dirty", "--format=gitlab"),
    Case("staged-z", "dirty", "-z --strict"),
    Case("staged-path", "dirty", "--check-staged ../ghost.pyc ../__pycache__/../m.py", "repo/pkg/migrations"),
    Case("staged-merge", "merge", "--color=always"),
    Case("staged-linked", "linked", "", "linked"),
    Case("staged-packed", "packed", "--format=json"),
    Case("history-packed", "packed", "--check-history --format=json"),
    Case("range-packed", "packed", "--check-range HEAD~1.. --format=json"),
    Case("untrack-packed", "packed", "--untrack old.pyc", mends=True),
    Case("tracked", "dirty", "--check-tracked", "repo/docs"),
    Case("tracked-json", "dirty", "--check-tracked --format=json"),
    Case("tracked-clean", "clean", "--check-tracked -v"),
    Case("tracked-certificates", "certificates", "--check-tracked", env={"INJECT_CERTIFICATES": None}),
    Case("range", "dirty", "--check-range HEAD~2..HEAD"),
    Case("range-json", "dirty", "--check-range ^main~2 main v1 --format=json"),
    Case("range-path", "dirty", "--check-range HEAD~1..HEAD -- pkg/ghost.pyc"),
    Case("history", "dirty", "--check-history"),
    Case("history-json", "dirty", "--check-history --format=json"),
    Case("history-gitlab", "dirty", "--check-history main --format=gitlab"),
    Case("worktree", "disk", "--check-worktree"),
    Case("worktree-json", "disk", "--check-worktree pkg new --format=json"),
    Case("worktree-policy", "disk", "--check-worktree --policy ../policy -z"),
    Case("explain", "dirty", "--explain pkg/ghost.pyc"),
    Case("explain-json", "dirty", "--explain vendor/kept.pyc --format=json"),
    Case("explain-revision", "dirty", "--explain v1:pkg/ghost.pyc"),
    Case("explain-rule", "dirty", "--explain ghost-module"),
    Case("ignores", "ignores", "--check-ignores"),
    Case("status", "installed", "--status"),
    Case("pre-push", "pushed", "--pre-push origin ../bare.git",
         text="refs/heads/main {1} refs/heads/main {0}\n"),
    Case("pre-receive", "pushed", "--pre-receive", "bare.git", text="{0} {1} refs/heads/main\n"),
    Case("untrack", "ignores", "--untrack", mends=True),
    Case("untrack-z", "ignores", "--untrack -z late.pyc", mends=True),
    Case("untrack-dry", "ignores", "--untrack -n"),
    Case("clean", "disk", "--clean", mends=True, by_file=True),
    Case("clean-all", "disk", "--clean --all new only", mends=True, by_file=True),
    Case("clean-dry", "disk", "--clean --all -n"),
    Case("add-ignores", "ignores", "--add-ignores", mends=True, by_file=True),
    Case("add-ignores-dry", "ignores", "--add-ignores -n"),
    Case("install", "hooks", "--install --hook pre-push", mends=True, by_step=True),
    Case("install-bare", "pushed", "--install", "bare.git", mends=True, by_step=True),
    Case("uninstall", "installed", "--uninstall", mends=True, by_step=True),
    Case("uninstall-dry", "installed", "--uninstall -n"),
]

BASE_ENV = {
    "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}
GITCONFIG = """[user]
name = A Developer
email = developer@example.org
[init]
defaultBranch = main
[core]
ignoreCase = true
[protocol "file"]
allow = always
[pack]
threads = 1
[gc]
auto = 0
"""


# libgit2 has its TLS library read all of these, which takes nine of ten allocations. One case does so.
CERTIFICATES = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def first_certificate():
    text = CERTIFICATES.read_text() if CERTIFICATES.exists() else ""
    return "".join(text.partition("-----END CERTIFICATE-----\n")[:2])


class World:
    """The directories of some cases, one of which is taken up at a time: `top` is made anew from `kept`
    when a run has changed it."""

    def __init__(self, name, directory):
        self.kept, self.top, self.log = directory / "kept", directory / "top", directory / "log"
        self.home = directory / "home"
        self.home.mkdir()
        (self.home / ".gitconfig").write_text(GITCONFIG)
        self.base = self.env = dict(BASE_ENV, HOME=str(self.home), PYCGUARD=os.environ["PYCGUARD"])
        self.base["INJECT_CERTIFICATES"] = self.base["SSL_CERT_FILE"] = str(self.home / "certificates")
        (self.home / "certificates").write_text(first_certificate())
        self.top.mkdir()
        (self.top / "policy").write_text("*.dat\n")
        WORLDS[name](Maker(self.top, self.env))
        copy(self.top, self.kept)
        self.state = None

    def take_up(self, case):
        self.case, self.cwd, self.args = case, self.top / case.cwd, case.args
        self.env = {name: value for name, value in {**self.base, **case.env}.items() if value is not None}
        ids = (self.top / "ids").read_text().split() if case.text else []
        self.input = case.text.format(*ids).encode()
        self.reset()

    def look(self):
        """What would tell that a file was changed."""
        found = {}
        for directory, names, files in os.walk(self.top):
            for name in names + files:
                path = os.path.join(directory, name)
                st = os.lstat(path)
                found[path] = st.st_mode, st.st_size if name in files else 0, st.st_mtime_ns, st.st_ino
        return found

    def changed(self):
        return self.look() != self.state

    def reset(self):
        """Makes what was changed again what it was; all of it is copied but the first time."""
        if self.state is None:
            shutil.rmtree(self.top)
            copy(self.kept, self.top)
        else:
            now = self.look()
            changed = sorted(path for path in set(now) | set(self.state) if now.get(path) != self.state.get(path))
            if not changed:
                return
            self.mend(changed)
        self.state = self.look()

    def mend(self, changed):
        """`changed` is sorted: a directory comes before what is in it."""
        kept = {path: self.kept / os.path.relpath(path, self.top) for path in changed}
        for path in reversed(changed):
            if os.path.isdir(path) and not os.path.islink(path):
                if not kept[path].is_dir() or kept[path].is_symlink():
                    os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
        for path in changed:
            if kept[path].is_dir() and not kept[path].is_symlink():
                os.makedirs(path, exist_ok=True)
            elif os.path.lexists(kept[path]):
                shutil.copy2(kept[path], path, follow_symlinks=False)
        for path in reversed(changed):
            if kept[path].is_dir() and not kept[path].is_symlink():
                shutil.copystat(kept[path], path)

    def contents(self):
        """Every file: its mode and bytes; of an index its entries, as its times may differ."""
        found = {}
        for directory, names, files in os.walk(self.top):
            for name in names + files:
                path = pathlib.Path(directory, name)
                mode = path.lstat().st_mode
                if path.is_symlink():
                    data = os.readlink(path).encode()
                else:
                    data = b"" if path.is_dir() else path.read_bytes()
                if name == "index" and ".git" in path.parts:
                    data = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=self.cwd, env=self.env,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
                found[str(path.relative_to(self.top))] = mode, data
        return found


def copy(source, to):
    subprocess.run(["cp", "-a", str(source), str(to)], check=True)
