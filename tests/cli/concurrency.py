"""concurrency.py BESIDE PYCGUARD ROUNDS: run checks in the repository of the working directory, whose HEAD
has pkg/ghost.pyc, while BESIDE goes on again and again: commits, prune, repack, checks, or untrack.

The verdict is right, or exit status 2 says in a line why there is none; never a wrong one."""

import subprocess
import sys
import threading

BESIDE, PYCGUARD, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
GHOST = b"pkg/ghost.pyc\0"
COMMIT = "date +%N >pkg/n.py; git add pkg/n.py; git commit -q --no-verify --amend -m again"
SCRIPTS = {
    "commits": COMMIT,
    "prune": COMMIT + "; git reflog expire --expire=now --all; git gc -q --prune=now",
    "repack": "git repack -adfq",
    "checks": '"$0" -q --check-history; "$0" -q --check-tracked',
    "untrack": COMMIT,
}
CHECKS = (["--check-tracked"], ["--strict"], ["--check-history"], ["--check-range", "HEAD"])
stop = threading.Event()


def beside():
    while not stop.is_set():
        subprocess.run(["sh", "-c", SCRIPTS[BESIDE], PYCGUARD], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def refused(got):
    """Whether it is a proper exit status 2."""
    if got.returncode != 2:
        return False
    assert not got.stdout and got.stderr.startswith(b"pycguard: ") and got.stderr.count(b"\n") == 1, got
    return True


def check():
    seen = {"right": 0, "refused": 0}
    for i in range(ROUNDS):
        got = subprocess.run([PYCGUARD, "-z"] + CHECKS[i % len(CHECKS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if refused(got):
            seen["refused"] += 1
        else:
            assert got.returncode == 1 and GHOST in got.stdout, got
            seen["right"] += 1
    return seen


def untrack():
    """git's own lock decides; whoever comes second says so."""
    seen = {"right": 0, "refused": 0}
    for i in range(ROUNDS):
        name = "late%d.pyc" % i
        open(name, "w").close()
        subprocess.run(["git", "add", "-f", name], stderr=subprocess.DEVNULL)
        got = subprocess.run([PYCGUARD, "--untrack"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not refused(got):
            assert got.returncode == 0, got
            seen["right"] += 1
        else:
            seen["refused"] += 1
    return seen


worker = threading.Thread(target=beside)
worker.start()
try:
    result = untrack() if BESIDE == "untrack" else check()
finally:
    stop.set()
    worker.join()
print(result)
assert result["right"]
if BESIDE in ("repack", "checks"):
    assert not result["refused"], "all objects were there all the time"
