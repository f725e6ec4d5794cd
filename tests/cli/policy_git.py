#!/usr/bin/env python3
"""Compare pycguard's reading of gitignore patterns with git's own.

usage: policy_git.py POLICY_TOOL [SEED [GROUPS]]

Makes groups of random patterns and paths. Each pattern is put alone into a .gitignore of a directory
of its own, and each group as a whole into one more, so that one `git check-ignore` answers for all.
Then:

 - one line alone decides a path exactly when git says that it matches;
 - a line that pycguard refuses never matches for git;
 - a list of lines rejects exactly what git ignores;
 - a list with `!` is decided by the last of its lines that matches alone.

Before 2.52, git took `a**/b` for `a*` and `**/b` where nothing before it is a wildcard; such a git is
asked about no such pattern.
"""

import os
import random
import re
import subprocess
import sys
import tempfile

LETTERS = [b"a", b"b", b"ab", b"a1", b"0", b"-", b".", b".a", b"_", b"x.pyc", b" ", b"\xc3\xa9", b"\xff"]
ODD = [b"!", b"#", b"^", b"]", b":", b"+", b"(", b"|", b"$", b"{", b"\t", b"\x01", b"\x7f", b"\x80", b","]
STARRED = [b"*", b"*", b"**", b"***"]
ESCAPES = [b"\\a", b"\\*", b"\\?", b"\\[", b"\\\\", b"\\ ", b"\\!", b"\\#", b"\\-", b"\\.", b"\\\xff"]
POSIX = "alnum alpha blank cntrl digit graph lower print punct space upper xdigit".split()
CLASS_BYTES = list(b"ab0-]!^[:.,\\ /az\xff\x80\x01Z_^-")


def random_class(rng):
    out = b"[" + rng.choice([b"", b"", b"!", b"^"])
    for _ in range(rng.randint(1, 4)):
        kind = rng.random()
        if kind < 0.45:
            out += bytes([rng.choice(CLASS_BYTES)])
        elif kind < 0.7:
            out += bytes([rng.choice(CLASS_BYTES)]) + b"-" + bytes([rng.choice(CLASS_BYTES)])
        elif kind < 0.85:
            out += b"[:" + rng.choice(POSIX).encode() + b":]" + rng.choice([b"", b"", b"-a", b"-z"])
        elif kind < 0.95:
            out += b"\\" + bytes([rng.choice(CLASS_BYTES)])
        else:
            out += rng.choice([b"[:", b"[:]", b"[:foo:]", b"[::]", b"[.a.]", b"[=a=]", b":]"])
    return out + rng.choice([b"]"] * 19 + [b""])


def caseless_class(rng):
    return rng.choice([b"[0-9]", b"[!0-9]", b"[._]", b"[[:digit:]]"])


def random_name(rng, make_class):
    out = b""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        kind = rng.random()
        if kind < 0.5:
            out += rng.choice(LETTERS)
        elif kind < 0.56:
            out += rng.choice(ODD)
        elif kind < 0.8:
            out += rng.choice(STARRED)
        elif kind < 0.85:
            out += b"?"
        elif kind < 0.92:
            out += make_class(rng)
        else:
            out += rng.choice(ESCAPES)
    return out


def random_pattern(rng, make_class=random_class):
    names = [random_name(rng, make_class) if rng.random() < 0.8 else b"**"
             for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))]
    slashes = [b"/"] * 14 + [b"\\/", b"//"]
    out = rng.choice([b""] * 6 + [b"/", b"/"])
    for name in names[:-1]:
        out += name + rng.choice(slashes)
    out += names[-1] + rng.choice([b""] * 8 + [b"/", b"/", b"/", b"//", b"\\"])
    out += rng.choice([b""] * 20 + [b" ", b"  ", b"\\ ", b" \\  ", b"\t", b"\r"])
    return b"a" if out[:1] in (b"!", b"#", b"") or not out.strip(b" \r") else out


def fill(rng, pattern):
    """A path that the pattern may well match."""
    out, i = b"", 0
    while i < len(pattern):
        c = pattern[i:i + 1]
        if c == b"*":
            while pattern[i + 1:i + 2] == b"*":
                i += 1
            out += rng.choice([b"", b"a", b"b", b"ab", b"a/b", b"/", b"a/", b"1/2"])
        elif c == b"?":
            out += rng.choice(LETTERS + [b"/"])
        elif c == b"[":
            end = pattern.find(b"]", i + 2)
            out += rng.choice(LETTERS + ODD + [b"/"] * 4 + [bytes([b]) for b in pattern[i:i + 6]])
            i = end if end > 0 else i
        elif c == b"\\":
            i += 1
            out += pattern[i:i + 1]
        else:
            out += c
        i += 1
    out = rng.choice([b""] * 4 + [b"a/", b"b/a/"]) + out
    return out + rng.choice([b""] * 4 + [b"/a", b"/x.y/b", b"a"])


def random_path(rng):
    return b"/".join(b"".join(rng.choice(LETTERS + LETTERS + ODD) for _ in range(rng.choice([1, 1, 2])))
                     for _ in range(rng.choice([1, 2, 2, 3])))


def tidy(path):
    names = [n for n in path.split(b"/") if n not in (b"", b".", b"..") and n.lower() != b".git"]
    return b"/".join(names).replace(b"\0", b"") or b"a"


def swap_case(rng, text):
    return bytes(b ^ 0x20 if chr(b).isalpha() and b < 128 and rng.random() < 0.4 else b for b in text)


class Group:
    def __init__(self, lines, paths):
        self.lines = lines
        self.paths = sorted(set(tidy(p) for p in paths))


MISREAD = re.compile(rb"/?[^*?\[\\]*[^/*?\[\\]\*{2,}\\?/")


def random_group(rng, caseless, misread):
    lines = [random_pattern(rng, caseless_class if caseless else random_class) for _ in range(6)]
    if caseless:
        # git never folds an escaped letter, so none of these here; see test_pattern.c.
        lines = [swap_case(rng, line) for line in lines if b"\\a" not in line] or [b"a"]
    if misread:
        lines = [b"a" if MISREAD.match(line) else line for line in lines]
    paths = [fill(rng, line.rstrip(b" \r")) for line in lines for _ in range(7)]
    paths += [random_path(rng) for _ in range(25)]
    if caseless:
        paths = [swap_case(rng, path) for path in paths]
    return Group(lines, paths)


def every_byte(rng):
    """Classes against every byte."""
    classes = [b"[%s[:%s:]]" % (neg, name.encode()) for name in POSIX for neg in (b"", b"!")]
    classes += [random_class(rng) for _ in range(80)]
    paths = [b"x" + bytes([c]) for c in range(1, 256) if c != ord("/")]
    return [Group([b"x" + c], paths) for c in classes]


def ask_git(top, directories, caseless):
    """directories: (lines, paths) each. The set of matching paths of each."""
    env = {"PATH": os.environ["PATH"], "HOME": top, "GIT_CONFIG_NOSYSTEM": "1",
           "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"}
    repo = tempfile.mkdtemp(dir=top)
    subprocess.run(["git", "init", "-q", repo], check=True, env=env)
    for number, (lines, _) in enumerate(directories):
        directory = os.path.join(repo, "d%05d" % number)
        os.mkdir(directory)
        with open(os.path.join(directory, ".gitignore"), "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines))
    queries = b"".join(b"d%05d/%s\0" % (number, path)
                       for number, (_, paths) in enumerate(directories) for path in paths)
    run = subprocess.run(["git", "-C", repo, "-c", "core.ignoreCase=%s" % str(caseless).lower(),
                          "check-ignore", "--no-index", "-z", "--stdin", "-v", "-n"],
                         input=queries, env=env, stdout=subprocess.PIPE)
    if run.returncode not in (0, 1):
        sys.exit("git check-ignore failed")
    fields = run.stdout.split(b"\0")[:-1]
    answers = [set() for _ in directories]
    for i in range(0, len(fields), 4):
        if fields[i]:
            directory, path = fields[i + 3].split(b"/", 1)
            answers[int(directory[1:])].add(path)
    return answers


def ask_tool(tool, policies, caseless):
    """policies: (lines, paths) each. None for one refused, else (number, verdict) of each path."""
    mark = b"I" if caseless else b"P"
    parts = []
    for lines, paths in policies:
        parts.append(mark + b"\n".join(lines) + b"\0")
        parts += [b"M" + path + b"\0" for path in paths]
    run = subprocess.run([tool], input=b"".join(parts), stdout=subprocess.PIPE, check=True)
    answers, out = [], iter(run.stdout.split(b"\n"))
    for _, paths in policies:
        head = next(out)
        matches = {}
        for path in paths:
            number, verdict = next(out).split()
            matches[path] = (int(number), verdict == b"rejected")
        answers.append(matches if head.startswith(b"ok ") else None)
    return answers


def allowing(line):
    """The line with a `!`; what would be a rule's name after it gets a backslash."""
    return (b"!\\" if re.match(rb"[A-Za-z_,-]+:", line) else b"!") + line


class Comparison:
    def __init__(self):
        self.compared = self.matched = self.refused = self.lines = 0
        self.wrong = []

    def check(self, what, lines, path, ours, git):
        self.compared += 1
        self.matched += bool(git)
        if ours != git:
            self.wrong.append((what, lines, path, ours, git))

    def compare(self, tool, top, groups, rng, caseless):
        singles = [([line], group.paths) for group in groups for line in group.lines]
        git_single = ask_git(top, singles, caseless)
        our_single = ask_tool(tool, singles, caseless)
        lists, mixed, expected = [], [], []
        i = 0
        for group in groups:
            kept = []
            for line in group.lines:
                self.one_line(line, group.paths, our_single[i], git_single[i])
                if our_single[i] is not None and line.rstrip(b" \r"):
                    kept.append((line, git_single[i]))
                i += 1
            allows = [rng.random() < 0.4 for _ in kept]
            lists.append(([line for line, _ in kept], group.paths))
            mixed.append(([allowing(line) if a else line for a, (line, _) in zip(allows, kept)], group.paths))
            expected.append((allows, [matches for _, matches in kept]))
        self.plain_lists(lists, ask_tool(tool, lists, caseless), ask_git(top, lists, caseless))
        self.mixed_lists(mixed, ask_tool(tool, mixed, caseless), expected)

    def one_line(self, line, paths, ours, git):
        self.lines += 1
        self.refused += ours is None
        for path in paths:
            self.check("line", [line], path, ours is not None and ours[path][0] == 1, path in git)

    def plain_lists(self, lists, ours, git):
        for (lines, paths), our, theirs in zip(lists, ours, git):
            for path in paths:
                number, rejected = our[path]
                self.check("list", lines, path, number > 0 and rejected, path in theirs)

    def mixed_lists(self, mixed, ours, expected):
        for (lines, paths), our, (allows, matches) in zip(mixed, ours, expected):
            for path in paths:
                last = max([n + 1 for n, m in enumerate(matches) if path in m], default=0)
                self.check("list with !", lines, path, our[path][0], last)
                if last:
                    self.check("verdict", lines, path, our[path][1], not allows[last - 1])


def main():
    tool = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20240229
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 250
    rng = random.Random(seed)
    result = Comparison()
    with tempfile.TemporaryDirectory() as top:
        misread = any(ask_git(top, [([b"x/a**/b"], [b"x/ab"])], False))
        exact = [random_group(rng, False, misread) for _ in range(count)] + every_byte(rng)
        result.compare(tool, top, exact, rng, False)
        folded = [random_group(rng, True, misread) for _ in range(count // 5)]
        result.compare(tool, top, folded, rng, True)
    print("seed %d: %d lines (%d refused), %d answers compared, %d of them matches, %d wrong" % (
        seed, result.lines, result.refused, result.compared, result.matched, len(result.wrong)))
    for what, lines, path, ours, git in result.wrong[:20]:
        print("%s %r path %r: ours %r, git %r" % (what, lines, path, ours, git))
    if result.wrong or result.matched * 20 < result.compared or result.refused * 3 > result.lines:
        sys.exit(1)


if __name__ == "__main__":
    main()
