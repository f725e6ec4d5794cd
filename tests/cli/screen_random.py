#!/usr/bin/env python3
"""Hold the quick answer of the staged check against the thorough one, on random policies and names.

usage: screen_random.py PYCGUARD [SEED [ROUNDS]]

Run in an empty repository. Each round stages a few names of a small alphabet with a random policy:
negated classes, lookaheads, inline options and `!` lines among them, with regard to case and without.
`-q` may be answered by the screen, `--format=json` never is: their exit statuses must be the same.
"""

import os
import random
import subprocess
import sys

LETTERS = "aAbBzZ1.-"
CLASSES = ["[!a-z]", "[^A-Z]", "[a-z]", "[!a]", "[[:upper:]]", "[![:lower:]]", "*", "?", "a", "B", "[!.]"]
PARTS = ["a", "B", r"\.", "[^a-z]", "[A-Z]", "(?!a)", "(?!.*B)", "(?<![a-z])", "(?i)", "(?-i)", "(?i:a)",
         ".", ".*", "(a|B)", r"\d", "^", "$", "(^|/)", r"[^/]+", r"\P{Lu}", r"(?=[[:upper:]])"]


def line(rng):
    mark = "!" if rng.random() < 0.25 else ""
    if rng.random() < 0.5:
        return mark + "regex:" + "".join(rng.choices(PARTS, k=rng.randint(1, 4)))
    glob = "".join(rng.choices(CLASSES, k=rng.randint(1, 4)))
    return mark + rng.choice(["", "", "/"]) + glob + rng.choice(["", "", ".key", "/"])


def name(rng):
    part = lambda: "x" + "".join(rng.choices(LETTERS, k=rng.randint(0, 3)))
    return rng.choice(["", "", part() + "/"]) + "".join(rng.choices("aAbBzZ1", k=rng.randint(1, 3))) + rng.choice(["", ".key", ".Key"])


def main():
    tool, seed, rounds = sys.argv[1], int((sys.argv[2:] or ["1"])[0]), int((sys.argv[3:] or ["2000"])[0])
    rng = random.Random(seed)
    blob = subprocess.check_output(["git", "hash-object", "-w", "--stdin"], input=b"").decode().strip()
    run = lambda *args: subprocess.run([tool, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    tally = {0: 0, 1: 0, 2: 0}
    for _ in range(rounds):
        names = {name(rng) for _ in range(rng.randint(1, 3))}
        rows = "".join("100644 %s 0\t%s\n" % (blob, n) for n in sorted(names))
        if os.path.exists(".git/index"):
            os.unlink(".git/index")
        subprocess.run(["git", "update-index", "--index-info"], input=rows.encode(), check=True)
        lines = [line(rng) for _ in range(rng.randint(1, 3))]
        with open("policy", "w") as file:
            file.write("".join(text + "\n" for text in lines))
        with open(".git/config", "w") as file:
            file.write("[core]\n\tignoreCase = %s\n" % rng.choice(["true", "false"]))
        quick, thorough = run("-q", "--policy", "policy"), run("--format=json", "--policy", "policy")
        if quick != thorough:
            sys.exit("policy %r, names %r: -q exits %d, --format=json %d" % (lines, sorted(names), quick, thorough))
        tally[thorough] += 1
    print("rounds: %d clean, %d rejected, %d refused" % (tally[0], tally[1], tally[2]))
    if not (tally[0] > rounds // 20 and tally[1] > rounds // 20):
        sys.exit("these rounds show too little")


main()
