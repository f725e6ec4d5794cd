#!/usr/bin/env python3
"""Holds src/ against its shape: what each room may include, and what is done in one place only.

usage: includes.py SRC
"""

import fnmatch
import glob
import os
import re
import sys

# A room, and the rooms whose headers it may include besides its own. src/README.md says what each is for.
ROOMS = {
    "cli": "report hooks mend range check git disk policy python base",
    "report": "range check git policy python base",
    "hooks": "git disk python base",
    "mend": "check git disk policy python base",
    "range": "check git policy python base",
    "check": "git disk policy python base",
    "disk": "git python base",
    "git": "base",
    "policy": "base",
    "python": "base",
    "base": "",
}

# What is looked for, where alone it may stand, and why.
PLACES = [
    (r'#include\s*[<"]pcre2', "policy/pattern.c", "all of PCRE2 is behind policy/pattern.h"),
    (r'#include\s*[<"]git2', "git/libgit2.h", "libgit2 is reached through git/libgit2.h, which loads it"),
    (r'#include\s*[<"]jansson', "report/json.c", "all JSON is printed in json.c"),
    (r"\b(secure_)?getenv\s*\(|\benviron\b", "cli/main.c", "main alone reads the environment"),
    (r"\b(_?exit|_Exit|abort|quick_exit)\s*\(", "cli/main.c range/scan.c", "main alone ends the process, and a process of a scan itself"),
    (
        r"\bstdout\b|\b(v?printf|puts|putchar|v?dprintf)\s*\(|write\w*\s*\(\s*STDOUT_FILENO",
        "report/report.c",
        "report_write alone prints to standard output",
    ),
    (r"\bstderr\b|\bperror\s*\(", "cli/* base/progress.c", "what is below cli records its failures (base/error.h)"),
]


def strip_comments_and_strings(text):
    blank = lambda m: "\n" * m.group().count("\n") if m.group()[0] == "/" else '""'
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check(name, text):
    room = name.split("/")[0] if "/" in name else None
    if room not in ROOMS:
        yield 1, "is in no room: ROOMS of tests/style/includes.py has them"
        return
    may = ROOMS[room].split() + [room]
    code = strip_comments_and_strings(text).splitlines()
    for number, (line, bare) in enumerate(zip(text.splitlines(), code), 1):
        found = re.match(r'#include "(\w+)/', line)
        if found and found.group(1) not in may:
            yield number, f"{room}/ may not include what is in {found.group(1)}/"
        for what, where, why in PLACES:
            here = line if line.startswith("#include") else bare
            if re.search(what, here) and not any(fnmatch.fnmatch(name, w) for w in where.split()):
                yield number, f"only {where} may do this: {why}"


def main(src):
    names = sorted(os.path.relpath(p, src) for p in glob.glob(src + "/**/*.[ch]", recursive=True))
    names = [name for name in names if not name.startswith("completions/")]
    wrong = 0
    for name in names:
        with open(os.path.join(src, name), encoding="utf-8") as file:
            for number, why in check(name, file.read()):
                print(f"src/{name}:{number}: {why}")
                wrong += 1
    print(f"{len(names)} files, {wrong} wrong")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
