"""calls.py PROGRAM INJECT UNFAILING: whether each function of the C library that PROGRAM calls can be made to
fail by the library INJECT, or is named in the list UNFAILING, so that no new one is forgotten."""

import subprocess
import sys


def symbols(path, which):
    lines = subprocess.run(["nm", "-D", which, path], stdout=subprocess.PIPE, check=True, text=True).stdout
    return {line.split()[-1] for line in lines.splitlines() if not line.split()[-2] == "w"}


def main():
    program, inject, unfailing = sys.argv[1:]
    called = {name.partition("@")[0] for name in symbols(program, "--undefined-only") if "@GLIBC" in name}
    injected = symbols(inject, "--defined-only")
    with open(unfailing, encoding="ascii") as lines:
        named = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    forgotten = called - injected - named
    for name in sorted(forgotten):
        print("%s: nobody lets it fail, and %s does not say that it cannot" % (name, unfailing))
    for name in sorted(injected & named):
        print("%s: it is made to fail, and yet in %s" % (name, unfailing))
    sys.exit(1 if forgotten or injected & named or not called else 0)


main()
