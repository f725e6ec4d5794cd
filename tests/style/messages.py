#!/usr/bin/env python3
"""Holds messages against git's rules: they begin with a small letter and end without a full stop.

usage: messages.py SRC
"""

import glob
import os
import re
import sys

STRING = r'"(?:\\.|[^"\\])*"'
# The first string, with those that the compiler joins to it, of what records or prints a message.
MESSAGE = re.compile(
    r"\b(?:error_(?:set|os|prefix)|usage_error|die)\s*\((?:[^;\"{}]*?,)?\s*"
    rf"((?:{STRING}|PRI\w+)(?:\s*(?:{STRING}|PRI\w+))*)"
)
PRINTED = re.compile(rf'fprintf\s*\(\s*stderr,\s*((?:{STRING}\s*)+)')


def joined(strings):
    return "".join(text[1:-1] for text in re.findall(STRING, strings))


def faults(message):
    text = re.sub(r"^pycguard: (warning: )?", "", message)
    if re.match(r"[A-Z](?![A-Z])", text):
        yield "begins with a capital letter"
    if re.search(r"\.(\\n)?$", text) and not text.endswith(("...", "...\\n")):
        yield "ends in a full stop"
    if "\\n" in text[:-2] or (not message.startswith("pycguard: ") and "\\n" in text):
        yield "has more than one line"


def main(src):
    count = wrong = 0
    for path in sorted(glob.glob(os.path.join(src, "**", "*.c"), recursive=True)):
        if "/completions/" in path:  # a program of the build
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for found in [*MESSAGE.finditer(text), *PRINTED.finditer(text)]:
            count += 1
            for why in faults(joined(found.group(1))):
                wrong += 1
                number = text.count("\n", 0, found.start()) + 1
                print(f"{path}:{number}: {why}: {joined(found.group(1))}")
    print(f"{count} messages, {wrong} wrong")
    return 1 if wrong or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
