#!/usr/bin/env python3
"""seeds.py DIR: writes the seeds of tree, walk, reflines, path, hook_file, dockerignore, answers,
rows and report below DIR, as git and pycguard make them. PYCGUARD names the binary."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

out = pathlib.Path(sys.argv[1]).resolve()
pycguard = os.environ["PYCGUARD"]


def save(area, name, data):
    (out / area).mkdir(parents=True, exist_ok=True)
    (out / area / name).write_bytes(data)


def git(*args, data=None):
    return subprocess.run(["git", *args], input=data, capture_output=True, check=True).stdout


def write(path, text="x = 1\n"):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def raw(kind, name):
    return git("cat-file", kind, name)


def trees():
    first, second = raw("tree", "HEAD"), raw("tree", "HEAD~")
    blob = bytes.fromhex(git("rev-parse", "HEAD:m.py").decode().strip())

    def pair(a, b=b""):
        return len(a).to_bytes(2, "big") + a + b

    def entry(mode, name):
        return mode + b" " + name + b"\0" + blob

    save("tree", "step", pair(first, second))
    save("tree", "back", pair(second, first))
    save("tree", "root", pair(first))
    save("tree", "empty", pair(b"", first))
    save("tree", "cache", pair(raw("tree", "HEAD:pkg/__pycache__"), raw("tree", "HEAD:pkg")))
    save("tree", "gitlink-between", pair(entry(b"100644", b"a") + entry(b"160000", b"b") + entry(b"100644", b"c.pyc"),
                                        entry(b"100644", b"a") + entry(b"100644", b"c.pyc")))
    save("tree", "directory-mode-40755", pair(entry(b"40755", b"d"), entry(b"100644", b"d")))
    save("tree", "slash-in-name", pair(entry(b"100644", b"a/__pycache__/b")))
    save("tree", "slash-in-directory", pair(entry(b"40000", b"a/__pycache__")))
    save("tree", "unordered", pair(entry(b"100644", b"z.py") + entry(b"100644", b"m.pyc"), entry(b"100644", b"z.py")))
    save("tree", "twice", pair(entry(b"100644", b"m.pyc") + entry(b"40000", b"m.pyc")))
    save("tree", "mode-0", pair(entry(b"0", b"m.pyc")))
    save("tree", "mode-too-long", pair(entry(b"777777777777", b"m.pyc")))
    save("tree", "cut", pair(first[:-1]))
    save("tree", "no-name", pair(entry(b"100644", b"")))


def walk():
    a, b, c = (letter * 40 for letter in "abc")
    save("walk", "boundary", f"1700000000 -{a} {c}\n1700000001 {b} {a}\n".encode())
    save("walk", "merge", f"1 {a}\n2 {b}\n-3 {c} {a} {b}\n".encode())
    save("walk", "late-boundary", f"1 {a}\n2 -{b}\n".encode())
    save("walk", "no-parent", f"1 {b} {a}\n".encode())
    save("walk", "short", f"1 {b[:30]}".encode())
    save("walk", "strange", b"fatal: nothing\n")


def hook_input(kind, event, *push):
    hook = pathlib.Path(kind, "hooks", event)
    hook.write_text('#!/bin/sh\ncat >"$0.input"\n')
    hook.chmod(0o755)
    git("push", "-q", "../bare", *push)
    hook.unlink()
    return pathlib.Path(f"{hook}.input").read_bytes()


def reflines():
    git("init", "-q", "--bare", "../bare")
    save("reflines", "receive", b"\1" + hook_input("../bare", "pre-receive", "main", "HEAD~:refs/heads/a"))
    save("reflines", "push", b"\0" + hook_input(".git", "pre-push", "HEAD@{1 day ago}:refs/heads/b", ":a"))
    save("reflines", "sha256", b"\1" + b"0" * 64 + b" " + b"1" * 64 + b" refs/heads/main\n")
    save("reflines", "no-end", b"\1" + b"0" * 40 + b" " + b"1" * 40 + b" refs/heads/main")
    save("reflines", "two-blanks", b"\0(delete)  " + b"0" * 40 + b" refs/heads/a " + b"1" * 40 + b"\n")


def paths():
    save("path", "plain", b"shop/migrations/0002_rename.pyc")
    save("path", "blanks", b"a b/it's \"q\".pyc\n")
    save("path", "bytes", b"latin-\xe9 \xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80.pyc")
    save("path", "controls", b"\x1b[31m\t\r\x07\x7f\xc2\x9b.pyc")
    save("path", "bidi", "\u202e\u2066\u200f\u2028\ufeff\u061c.pyc".encode())
    save("path", "commands", b"##[error]::error::%0A##vso[x.pyc")
    save("path", "shell", b"-rf $(id)`id`;*?~!#{a,b}\\.pyc")
    save("path", "quoted", b'a\\tb\\303\\244\\"c\\\\d" and more')
    save("path", "bad-escape", b'a\\400"')
    save("path", "cut-escape", b'a\\')


def hooks():
    git("config", "core.hooksPath", ".git/hooks")
    subprocess.run(["../pycguard", "--install"], check=True, capture_output=True)
    ours = pathlib.Path(".git/hooks/pre-commit").read_bytes()
    save("hook_file", "ours", ours)
    save("hook_file", "edited", ours.replace(b"exec ", b"exec  ", 1))
    save("hook_file", "cut", ours[:-30])
    save("hook_file", "other", b"#!/bin/sh\nexec make check\n")
    save("hook_file", "program", b"/opt/it's/py cguard")
    save("hook_file", "command", b"p='/usr/bin/pycguard'; [ -x \"$p\" ]; exec \"$p\" --check-staged")
    save("hook_file", "open-quote", b"p='/usr/bin/pycguard")
    save("hook_file", "binary", b"\x7fELF\0\0")


def dockerignores():
    for name, text, path in [
            ("plain", "__pycache__\n*.pyc\n", "m.pyc"),
            ("deep", "**/*.py[cod]\n**/__pycache__\n", "a/b/__pycache__/m.pyc"),
            ("back-in", "*\n!pkg\npkg/**/x\n", "pkg/a/x"),
            ("double", "a/**\n**b\nc**d\n", "a/cxxd/b"),
            ("clean", "./a//b/../c/\n/../d\n..//../e\n", "a/c"),
            ("escaped", "a\\*b\n\\!c\n\\#d\n", "a*b"),
            ("classes", "[a-c]\n[^x]y\n[a\n", "b"),
            ("blanks", "\xef\xbb\xbf # no comment\n#a\n \t a \t\r\n! b \n!\n", "a"),
    ]:
        save("dockerignore", name, text.encode("latin-1") + b"\0" + path.encode())


def answers():
    write(".gitignore", "a\n!b/c\n")
    asked = git("check-ignore", "--no-index", "-v", "-n", "-z", "--stdin", data=b"./a\0./b/c\0")
    save("answers", "ignored", asked)
    save("answers", "ignored-cut", asked[:-3])
    save("answers", "ignored-other", asked.replace(b"./b", b"./x"))


def rows():
    blob = git("rev-parse", "HEAD:m.py").decode().strip()
    save("rows", "plain", git("ls-files", "--stage", "--debug", "-z"))
    entry = "%s %s %d\t%s\0  ctime: 1:2\n  mtime: 3:4\n  dev: 5\tino: 6\n  uid: 7\tgid: 8\n  size: 9\tflags: 0\n"
    save("rows", "conflict", "".join(entry % ("100644", blob, stage, "a") for stage in (1, 2, 3)).encode())
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    save("rows", "sparse", (entry % ("040000", empty, 0, "d/") + entry % ("100755", blob, 0, "e")).encode())
    save("rows", "gitlink", (entry % ("160000", blob, 0, "new\nline")).encode())
    save("rows", "out-of-order", (entry % ("100644", blob, 0, "b") + entry % ("100644", blob, 0, "a")).encode())
    save("rows", "cut", git("ls-files", "--stage", "--debug", "-z")[:160])


def reports():
    hostile = ["::error file=a::b", "##[error]c", "\x1b[31m.pyc", "new\nline", "\u202ecyp.m", "a,b:c%0A.pyc", "it's {0} [x](y)", "-rf", "/tmp/m.pyc"]
    for mode in range(7):
        strings = [s.encode() for s in hostile] + [b"\xff\xc3\xa4\xe2\x82"]
        strings = strings[mode:] + strings[:mode]
        data = bytes([255, mode + 8 * (mode % 3) + (64 if mode % 2 else 0) + (128 if mode > 3 else 0)])
        for i in range(3):
            data += bytes([i + 32 * (mode % 8), 1 + mode * 32 + i]) + b"\0".join(strings[3 * i:3 * i + 4]) + b"\0"
        save("report", "mode-%d" % mode, data)
    for rule in range(6):
        save("report", "rule-%d" % rule, bytes([255, 0, rule + 224, 2 + 128]) +
             b"shop/migrations/0002_rename.pyc\0*.py[cod]\0shop/migrations/0002_rena\0subject\0")


os.environ.update(HOME="/nonexistent", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull,
                  GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.org", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@example.org",
                  GIT_AUTHOR_DATE="1704067200 +0000", GIT_COMMITTER_DATE="1704067200 +0000")
with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    shutil.copy(pycguard, "pycguard")
    git("init", "-q", "-b", "main", "repo")
    os.chdir("repo")
    for path in ["m.py", "pkg/__init__.py", "pkg/old.py", "keep"]:
        write(path)
    git("add", ".")
    git("commit", "-q", "-m", "start")
    git("rm", "-q", "pkg/old.py")
    for path in ["m.pyc", "pkg/__pycache__/old.cpython-313.pyc", "pkg/__pycache__/__init__.cpython-313.pyc"]:
        write(path)
    git("add", "-f", ".")
    git("commit", "-q", "-m", "bytecode")
    git("branch", "merge", git("commit-tree", "-p", "HEAD", "-p", "HEAD~", "-m", "merge", "HEAD^{tree}").decode().strip())
    trees()
    walk()
    reflines()
    paths()
    hooks()
    dockerignores()
    answers()
    rows()
    reports()
