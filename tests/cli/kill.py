"""kill.py VERB PYCGUARD TIMES: run `pycguard --VERB` in the repository of the working directory, kill
it at random moments, and look at what is left: each file written is the old one or the new one, git
fsck is content, and at most a lock is in the way."""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

VERB, PYCGUARD, TIMES = sys.argv[1], sys.argv[2], int(sys.argv[3])
WRITTEN = {"untrack": [".git/index"], "add-ignores": [".gitignore", ".dockerignore"], "allow": [".pycguard"], "clean": []}[VERB]
LEFT_OVER = {"untrack": ["index.lock", "pycguard-empty-*"], "add-ignores": [".*ignore.pycguard-*"],
             "allow": [".pycguard.pycguard-*"], "clean": []}[VERB]


def read(name):
    path = pathlib.Path(name)
    return path.read_bytes() if path.exists() else None


def put(name, data):
    path = pathlib.Path(name)
    if data is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(data)


def meaning(name):
    """What a file says: of an index its entries, since its extensions may differ."""
    if name != ".git/index":
        return read(name)
    return subprocess.run(["git", "ls-files", "--stage", "-z"], check=True, stdout=subprocess.PIPE).stdout


def start():
    """A run, and the end of a pipe that is closed when the last process of it has ended."""
    end, held = os.pipe()
    child = subprocess.Popen([PYCGUARD, "--" + VERB] + ["pkg"] * (VERB == "allow"), start_new_session=True, pass_fds=[held],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(held)
    return child, end


def finish(child, end):
    child.wait()
    os.read(end, 1)
    os.close(end)


def make_tree():
    """A directory with sources and their caches, and as many misleading ones."""
    for i in range(40):
        package = pathlib.Path("tree/p%d" % i)
        (package / "__pycache__").mkdir(parents=True, exist_ok=True)
        for j in range(10):
            (package / ("m%d.py" % j)).write_text("")
            (package / ("m%d.pyc" % j)).write_bytes(b"\xa7\r\r\n" + bytes(12))
            (package / ("__pycache__/gone%d.cpython-311.pyc" % j)).touch()


def kill_clean():
    """What is not misleading is there after every kill, and the next run deletes the rest."""
    make_tree()
    honest = {str(p) for p in pathlib.Path("tree").rglob("*.py*") if "gone" not in p.name}
    began = time.monotonic()
    finish(*start())
    duration = time.monotonic() - began
    seen = {"none": 0, "some": 0, "all": 0}
    for i in range(TIMES):
        make_tree()
        child, end = start()
        time.sleep(random.uniform(0, 1.3 * duration))
        child.kill()
        finish(child, end)
        files = {str(p) for p in pathlib.Path("tree").rglob("*") if p.is_file()}
        assert honest <= files, "lost: %s" % (honest - files)
        left = len(files - honest)
        seen["all" if not left else "none" if left == 400 else "some"] += 1
        finish(*start())
        assert not list(pathlib.Path("tree").rglob("__pycache__")), "the next run has not done the rest"
    print(seen)
    assert seen["some"]


def files():
    return sorted(str(p) for p in pathlib.Path(".").rglob("*") if ".git/objects" not in str(p))


if VERB == "clean":
    random.seed(1)
    kill_clean()
    sys.exit()
before = {name: read(name) for name in WRITTEN}
old = {name: meaning(name) for name in WRITTEN}
files_before = files()
began = time.monotonic()
finish(*start())
duration = time.monotonic() - began
new = {name: meaning(name) for name in WRITTEN}
files_after = files()
assert all(old[name] != new[name] for name in WRITTEN), "the run has changed nothing"

seen = {"old": 0, "new": 0, "left over": 0}
random.seed(1)
for i in range(TIMES):
    for name in WRITTEN:
        put(name, before[name])
    child, end = start()
    time.sleep(random.uniform(0, 1.3 * duration))
    try:
        if i % 2:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    except ProcessLookupError:
        pass
    finish(child, end)
    for path in [path for pattern in LEFT_OVER for path in pathlib.Path(".").rglob(pattern)]:
        seen["left over"] += 1
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in WRITTEN:
        now = meaning(name)
        assert now in (old[name], new[name]), "%s is neither the old nor the new one" % name
        seen["new" if now == new[name] else "old"] += 1
    subprocess.run(["git", "fsck", "--strict", "--no-progress"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    extra = set(files()) - set(files_before) - set(files_after)
    assert not extra, "left over: %s" % extra

# The next run does it all, whatever the last one has left.
for name in WRITTEN:
    put(name, before[name])
finish(*start())
assert {name: meaning(name) for name in WRITTEN} == new
assert files() == files_after
print(seen)
assert seen["old"] and seen["new"], "the moments were not random enough: %s" % seen
