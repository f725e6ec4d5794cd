#!/usr/bin/env python3
"""Holds the files of the tree against .editorconfig, and that against .clang-format, which alone
judges how long a line of C may be, but for comments: a string is not broken.

usage: text.py TREE
"""

import configparser
import os
import re
import sys

# What others wrote, what is data, what is made.
LEFT_OUT = {".git", "build", "data", "corpus", "__pycache__"}

# Words that a colleague would not write. The room src/mend may be named.
QUAINT = re.compile(r"\b([l]ies|[l]ied|[a]new|[m]en(?:ds|ded|ding)|(?:a|the|to|and) [m]end)\b", re.I)


def to_regex(glob):
    """EditorConfig's patterns, as far as .editorconfig uses them: * {a,b}."""
    words = {"*": "[^/]*", "{": "(?:", "}": ")", ",": "|"}
    regex = "".join(words.get(c) or re.escape(c) for c in glob)
    return re.compile(("" if "/" in glob else "(?:.*/)?") + regex + r"\Z")


def sections(tree):
    parser = configparser.ConfigParser(interpolation=None)
    with open(os.path.join(tree, ".editorconfig"), encoding="utf-8") as file:
        parser.read_string("[top]\n" + file.read())
    return [(to_regex(name), dict(parser[name])) for name in parser.sections() if name != "top"]


def files(tree):
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in names:
            path = os.path.join(folder, name)
            if name != ".git" and os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, tree)


def check(data, rules):
    if b"\r\n" in data:
        yield 1, "has CRLF line ends"
    if data and not data.endswith(b"\n"):
        yield data.count(b"\n") + 1, "has no line end at its end"
    for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
        if line != line.rstrip():
            yield number, "has blanks at its end"
        if quaint := QUAINT.search(line):
            yield number, f"says '{quaint[0]}': say it plainly"
        if rules.get("indent_style") == "space" and line.startswith("\t"):
            yield number, "begins with a tab"
        if rules.get("indent_style") == "tab" and re.match(r"\t* {8}", line):
            yield number, "begins with blanks"
        if rules.get("indent_style") == "tab" and re.match(r"\s*/?\*", line):
            if len(line.expandtabs(int(rules["indent_size"]))) > int(rules["max_line_length"]):
                yield number, "is a comment beyond the margin"


def disagreements(tree, rules_of):
    with open(os.path.join(tree, ".clang-format"), encoding="utf-8") as file:
        clang = dict(re.findall(r"^(\w+): *(.*)$", file.read(), re.M))
    rules = rules_of("src/cli/main.c")
    for key, other in [("ColumnLimit", "max_line_length"), ("TabWidth", "indent_size")]:
        if clang[key] != rules[other]:
            yield f".clang-format: {key} {clang[key]}, but .editorconfig has {other} {rules[other]}"


def main(tree):
    table = sections(tree)

    def rules_of(path):
        return {k: v for regex, rules in table if regex.match(path) for k, v in rules.items()}

    wrong = list(disagreements(tree, rules_of))
    count = 0
    for path in sorted(files(tree)):
        count += 1
        with open(os.path.join(tree, path), "rb") as file:
            wrong += [f"{path}:{n}: {why}" for n, why in check(file.read(), rules_of(path))]
    print(*wrong, f"{count} files, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
