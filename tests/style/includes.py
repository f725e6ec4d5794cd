#!/usr/bin/env python3
"""Holds src/ against its shape: includes point down, and some things are done in one place only.

usage: includes.py SRC
"""

import fnmatch
import os
import re
import sys

# Top to bottom. A file may include what stands on its own line or on a lower one.
LAYERS = """
main static_only
cmd* job
cli* self
report* explain
commits history scan store pushed
hooks* hook_* manager
allow clean untrack worktree ignores ignored dockerfiles dockerignore tracked
check changes policies screen
walk*
policy_*
examine finding
repository* parents discover git git_* snapshot_* index_* tree objects refs* cat_file oidmap disk disk_* attributes
snapshot policy policy_private policy_match
bytecode*
pattern glob*
json_text pathset exec rules command
atomic_file directory
path
io siphash sha1 oid reflines progress amount array nearest plain_config interrupt sha256 crew
buf
error
utf8 deadline environment big_endian
"""

# What is looked for, where alone it may stand, and why.
PLACES = [
    (r'#include\s*[<"]pcre2', "pattern.c", "all of PCRE2 is behind pattern.h"),
    (r'#include\s*[<"]git2', "git_calls.h", "libgit2 is reached through git.h, which loads it"),
    (r'#include\s*[<"]jansson', "json_text.h", "what the printers of JSON need is in json_text.h"),
    (r"\b(secure_)?getenv\s*\(|\benviron\b", "main.c", "main alone reads the environment"),
    (r"\b(_?exit|_Exit|abort|quick_exit)\s*\(", "main.c", "main alone ends the process"),
    (
        r"\bstdout\b|\b(v?printf|puts|putchar|v?dprintf)\s*\(|write\w*\s*\(\s*STDOUT_FILENO",
        "report.c",
        "report_write alone prints to standard output",
    ),
    (
        r"\bstderr\b|\bperror\s*\(",
        "main.c cmd*.c progress.c",
        "what is below a verb records its failures (error.h)",
    ),
]


def module(name):
    return re.sub(r"\.\w+$", "", name)


def is_one_of(name, patterns):
    return any(fnmatch.fnmatch(name, p) for p in patterns.split())


def layer(name):
    """The number of its line; the pattern that says most decides."""
    rows = LAYERS.strip().splitlines()
    fits = [
        (len(p.rstrip("*")) + (p[-1] != "*"), number)
        for number, row in enumerate(rows)
        for p in row.split()
        if fnmatch.fnmatch(module(name), p)
    ]
    return max(fits)[1] if fits else None


def strip_comments_and_strings(text):
    blank = lambda m: "\n" * m.group().count("\n") if m.group()[0] == "/" else '""'
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check(name, text, ours):
    if layer(name) is None:
        yield 1, "is in no layer: name it in LAYERS of tests/style/includes.py"
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'#include "([^"]+)"', line)
        if found and found.group(1) in ours and layer(found.group(1)) is not None:
            if layer(found.group(1)) < layer(name):
                yield number, f"includes {found.group(1)}, which stands above it"
    code = strip_comments_and_strings(text).splitlines()
    for number, (line, bare) in enumerate(zip(text.splitlines(), code), 1):
        for what, where, why in PLACES:
            here = line if line.startswith("#include") else bare
            if re.search(what, here) and not is_one_of(name, where):
                yield number, f"only {where} may do this: {why}"


def main(src):
    ours = {name for name in os.listdir(src) if name.endswith((".c", ".h"))}
    wrong = 0
    for name in sorted(ours):
        with open(os.path.join(src, name), encoding="utf-8") as file:
            for number, why in check(name, file.read(), ours):
                print(f"src/{name}:{number}: {why}")
                wrong += 1
    print(f"{len(ours)} files, {wrong} wrong")
    return 1 if wrong or not ours else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
