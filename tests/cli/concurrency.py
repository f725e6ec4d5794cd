"""concurrency.py BESIDE PYCGUARD ROUNDS: run checks in the repository of the working directory, whose HEAD
has pkg/ghost.pyc, while BESIDE goes on again and again: commits, prune, repack, checks, or untrack. Or have
--clean run beside itself (clean), or an editor save a file that is added to (add-ignores, allow).

The verdict is right, or exit status 2 says in a line why there is none; never a wrong one."""

import os
import pathlib
import random
import subprocess
import sys
import threading
import time

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


def clean():
    """Four at once over one tree: what another has deleted is no failure, and nothing is kept."""
    seen = {"right": 0}
    for _ in range(ROUNDS):
        for i in range(8):
            cache = pathlib.Path("tree/p%d/__pycache__" % i)
            cache.mkdir(parents=True)
            (cache.parent / "m.py").write_text("x = 1\n")
            for j in range(20):
                (cache / ("m%d.cpython-313.pyc" % j)).touch()
                (cache.parent / ("g%d.pyc" % j)).write_bytes(b"\xa7\r\r\n" + bytes(12))
        runs = [subprocess.Popen([PYCGUARD, "--clean", "tree"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(4)]
        for run in runs:
            out, err = run.communicate()
            assert run.returncode == 0 and not err and b"kept" not in out, (run.returncode, out, err)
        left = sorted(str(p) for p in pathlib.Path("tree").rglob("*") if p.is_file())
        assert left == ["tree/p%d/m.py" % i for i in range(8)], left
        assert not list(pathlib.Path("tree").rglob("__pycache__"))
        subprocess.run(["rm", "-r", "tree"], check=True)
        seen["right"] += 1
    return seen


def save(path, line, in_place):
    """As an editor does: over the file, or a new one in its place."""
    if in_place:
        with open(path, "a") as file:
            file.write(line)
        return
    text = path.read_text() if path.exists() else ""
    beside = path.with_name("edited")
    beside.write_text(text + line)
    os.rename(beside, path)


def edit(name, command):
    """What the editor saved is there, whoever came first; and exit status 0 or 2."""
    path = pathlib.Path(name)
    seen = {"right": 0, "refused": 0}
    random.seed(1)
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    duration = time.monotonic() - began
    for i in range(ROUNDS):
        path.unlink(missing_ok=True)
        if i % 3:
            path.write_text("# first\n")
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(random.uniform(0.3, 1.2) * duration)
        save(path, "# edit %d\n" % i, i % 2)
        _, err = run.communicate()
        assert run.returncode in (0, 2), (run.returncode, err)
        # What it added is gone where the editor had read the file before.
        assert run.returncode == 0 or b"changed meanwhile" in err or b"is not enough" in err, err
        assert "# edit %d\n" % i in path.read_text(), "the edit was lost, exit status %d" % run.returncode
        seen["refused" if run.returncode else "right"] += 1
    assert not list(path.parent.glob(name + ".pycguard-*"))
    return seen


ALONE = {
    "clean": clean,
    "add-ignores": lambda: edit(".gitignore", [PYCGUARD, "--add-ignores"]),
    "allow": lambda: edit(".pycguard", [PYCGUARD, "--allow", "pkg/ghost.pyc"]),
}
if BESIDE in ALONE:
    print(ALONE[BESIDE]())
    sys.exit()
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
