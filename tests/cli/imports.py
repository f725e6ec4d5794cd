#!/usr/bin/env python3
"""Compare what pycguard says a file of bytecode does with what Python does when it imports.

For every CPython on the machine, imports_inside.py makes the cases with that interpreter and
imports each in it: as they are on disk, after a checkout of a repository that holds them, and after
one that kept the times. Prints a line an interpreter and one for each difference; exits 1 when there
is one, or when no interpreter was found.

BYTECODE_TOOL     tests/unit/bytecode_tool.c, built: says what src/python/bytecode.h says
PYCGUARD          the program, whose --check-worktree and --check-staged are asked
PYCGUARD_PYTHONS  more interpreters, with `:` between
"""
import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = os.path.join(HERE, "imports_inside.py")
# Ten times as fast as a disk for thousands of small files.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
KNOWN = ["2.7"] + ["3.%d" % n for n in range(3, 15)]
OUTCOMES = {"cache_": "cache", "source": "source", "package": "source", "packag": "source",
            "nothing": "nothing"}

WHY = {"ghost-module": "ghost", "unchecked-cache": "unchecked", "orphaned-cache": "orphan",
        "stale-cache": "stale"}

# python: "3.13" or None; lie: ghost, unchecked, orphan, stale or none
Verdict = collections.namedtuple("Verdict", "python invalidation loads lie")


def environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYENV", "GIT_"))}
    return dict(env, PYTHONDONTWRITEBYTECODE="1", PYTHONNOUSERSITE="1", LC_ALL="C")


def run(args, **more):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, universal_newlines=True,
                          env=environment(), **more).stdout


def candidates():
    yield from filter(None, os.environ.get("PYCGUARD_PYTHONS", "").split(":"))
    yield from ("/usr/bin/python3", "/usr/bin/python2")
    for pattern in ("~/.pyenv/versions/*", "~/.asdf/installs/python/*", "~/.local/share/uv/python/*"):
        for root in sorted(glob.glob(os.path.expanduser(pattern))):
            yield from (root + "/bin/python3", root + "/bin/python2", root + "/bin/python2.7")
    for directory in os.environ.get("PATH", "").split(":"):
        yield from sorted(glob.glob(directory + "/python[23]*"))


def is_script(path):
    """Not an interpreter, but what a version manager or a distribution puts before one."""
    try:
        with open(path, "rb") as f:
            return f.read(2) == b"#!"
    except OSError:
        return False


def identify(path):
    """(version, real path) of a CPython, None for anything else."""
    if "-config" in path or not os.access(path, os.X_OK):
        return None
    code = ("import platform, sys; print(platform.python_implementation()); "
            "print(platform.python_version()); print(sys.executable)")
    try:
        name, version, real = run([path, "-S", "-c", code], stderr=subprocess.DEVNULL,
                                  timeout=60).splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return (version, os.path.realpath(real)) if name == "CPython" else None


def interpreters():
    found, seen = {}, set()
    for path in candidates():
        if os.path.realpath(path) not in seen and not is_script(path):
            seen.add(os.path.realpath(path))
            what = identify(path)
            if what:
                found[what[1]] = what[0]
    return sorted(found.items(), key=lambda item: [int(n) for n in item[1].split(".")[:2]])


def verdicts_of_tool(root, cases):
    """(of the files as they are, of them after a checkout)"""
    paths = "".join("%s/%s\n" % (root, case["path"]) for case in cases)
    here, checkout = {}, {}
    for line in run([os.environ["BYTECODE_TOOL"]], input=paths).splitlines():
        path, python, invalidation, loads, loads_here, lie = line.split("\t")
        path, python = os.path.relpath(path, root), None if python == "0.0" else python
        here[path] = Verdict(python, invalidation, loads_here, lie)
        checkout[path] = Verdict(python, invalidation, loads, lie)
    return here, checkout


def verdicts_of_program(root, check):
    done = subprocess.run([os.environ["PYCGUARD"], check, "--format=json"], env=environment(), cwd=root,
                          stdout=subprocess.PIPE, check=False)
    assert done.returncode == 1, "%s exits %d" % (check, done.returncode)
    return {f["path"]: Verdict(f["python"], f["invalidation"] or "-", f["loads"],
                               WHY.get(f["rule"], "none"))
            for f in json.loads(done.stdout.decode())["findings"]}


def resolved(verdicts, kept):
    """The verdicts of a checkout once it is known whether times were kept."""
    return {path: v._replace(loads=kept if v.loads == "cache-if-mtime-kept" else v.loads)
            for path, v in verdicts.items()}


def check_out(root, cases):
    """Stage the cases of root/worktree, and write what is staged into root/checkout."""
    git = ["git", "-C", root + "/worktree", "-c", "core.looseCompression=0", "-c", "core.autocrlf=false"]
    run(git + ["init", "-q"])
    huge = [":(exclude)" + case["source"] for case in cases if case.get("huge")]
    run(git + ["add", "-f", "--", "."] + huge)
    run(git + ["checkout-index", "-a", "--prefix=" + root + "/checkout/"])


def said_and_where(root, cases):
    """What is said: of each of the situations, {who says it: {path: Verdict}}."""
    tree = root + "/worktree"
    tool, tool_checkout = verdicts_of_tool(tree, cases)
    for path in [case["path"] for case in cases if case.get("elsewhere")]:
        del tool_checkout[path]  # It knows of no links.
    worktree = verdicts_of_program(tree, "--check-worktree")
    check_out(root, cases)
    staged = verdicts_of_program(tree, "--check-staged")
    return {
        "worktree": {"bytecode.h": tool, "--check-worktree": worktree},
        "checkout": {"bytecode.h": resolved(tool_checkout, "source"),
                     "--check-staged": resolved(staged, "source")},
        "times kept": {"bytecode.h": resolved(tool_checkout, "cache"),
                       "--check-staged": resolved(staged, "cache")}}


def same_version(verdict, outcome):
    """Differences where the interpreter that imports is of the version that wrote the file."""
    if verdict.loads != outcome:
        yield "says " + verdict.loads


def other_version(verdict, outcome):
    """... and where it is not, or the file is of no known version: it must not be taken."""
    if outcome == "cache":
        yield "taken by another version than %s" % verdict.python
    if verdict.python is None and verdict.loads not in (outcome, "unknown"):
        yield "says " + verdict.loads
    if verdict.loads == "nothing" and outcome != "nothing":
        yield "says nothing"


def misjudged(case, verdict, outcome):
    if verdict.lie == "unchecked" and (outcome != "cache" or case["honest"]):
        yield "called unchecked"
    if verdict.invalidation == "unchecked-hash" and outcome == "cache" and not case["honest"]:
        if verdict.lie != "unchecked" and case["source present"]:
            yield "not called unchecked"
    if outcome == "cache" and verdict.lie != "ghost" and not case["source present"]:
        yield "not called a ghost"
    if verdict.lie == "orphan" and outcome == "cache":
        yield "called an orphan"
    if verdict.lie == "stale" and (outcome == "cache" or (case["honest"] and not case["damaged"])):
        yield "called stale"


def differences(case, verdict, outcome, version):
    if outcome not in OUTCOMES:
        yield "import raised " + outcome
        return
    outcome = OUTCOMES[outcome]
    if case.get("elsewhere") and verdict.loads == "unknown":
        return
    judge = same_version if verdict.python == version else other_version
    for difference in list(judge(verdict, outcome)) + list(misjudged(case, verdict, outcome)):
        yield "import gives %s, %s" % (outcome, difference)


def differences_of(case, situation, outcome, said, version):
    for who, verdicts in said[situation].items():
        verdict = verdicts.get(case["path"])
        if verdict or not case.get("elsewhere"):
            for text in differences(case, verdict, outcome, ".".join(version.split(".")[:2])):
                yield "%s, %s: %s: %s %r" % (case["about"], situation, who, text, tuple(verdict))


def import_all(root, cases, inside):
    outcomes = {}
    for flags in sorted({case["flags"] for case in cases}):
        command = inside[:1] + ([flags] if flags else []) + inside[1:]
        outcomes.update(json.loads(run(command + ["import", root])))
    return outcomes


def compare(python, version):
    """Run one interpreter's cases: how many imports were compared, and how many differ."""
    root = os.path.realpath(tempfile.mkdtemp(prefix="pycguard-imports-", dir=MEMORY))
    try:
        inside = [python, "-B", "-s", "-S", INSIDE]
        run(inside + ["make", root])
        with open(os.path.join(root, "cases.json")) as f:
            cases = json.load(f)
        said = said_and_where(root, cases)
        outcomes = import_all(root, cases, inside)
        count, differ = 0, 0
        for case in cases:
            for situation, outcome in outcomes[case["path"]].items():
                count += 1
                for difference in differences_of(case, situation, outcome, said, version):
                    differ += 1
                    print("  %s: %s" % (version, difference))
        return count, differ
    finally:
        shutil.rmtree(root)


def main():
    found, failed = interpreters(), False
    for python, version in found:
        count, differ = compare(python, version)
        print("CPython %s: %d imports, %d differences (%s)" % (version, count, differ, python), flush=True)
        failed = failed or differ > 0
    have = {".".join(version.split(".")[:2]) for _, version in found}
    missing = [version for version in KNOWN if version not in have]
    if missing:
        print("skipped, not on this machine: CPython " + ", ".join(missing))
    if not found:
        print("no CPython found: nothing was compared")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
