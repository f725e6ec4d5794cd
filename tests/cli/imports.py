#!/usr/bin/env python3
"""Compare what pycguard says a file of bytecode does with what Python does when it imports.

For every CPython on the machine, imports_inside.py makes the cases with that interpreter and
imports each in a fresh process of it. Prints a line an interpreter and one for each difference;
exits 1 when there is one, or when no interpreter was found.

BYTECODE_TOOL     tests/unit/bytecode_tool.c, built: says what src/bytecode.h says
PYCGUARD          the program: when set (and BYTECODE_TOOL is not), its worktree check is asked
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
KNOWN = ["2.7"] + ["3.%d" % n for n in range(3, 15)]
OUTCOMES = {"cache_": "cache", "source": "source", "package": "source", "packag": "source",
            "nothing": "nothing"}

# python: "3.13" or None; checkout: `loads` after a checkout, None where it is not told;
# here: `loads` of the very files; lie: ghost, unchecked, orphan, stale or none
Verdict = collections.namedtuple("Verdict", "python invalidation checkout here lie")


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
        if os.path.realpath(path) not in seen:
            seen.add(os.path.realpath(path))
            what = identify(path)
            if what:
                found[what[1]] = what[0]
    return sorted(found.items(), key=lambda item: [int(n) for n in item[1].split(".")[:2]])


def verdicts_of_tool(tool, cases):
    lines = run([tool], input="".join(case["path"] + "\n" for case in cases)).splitlines()
    rows = [line.split("\t") for line in lines]
    return {path: Verdict(None if python == "0.0" else python, *rest) for path, python, *rest in rows}


def verdicts_of_program(program, root):
    """The same from `pycguard --check-worktree --format=json`."""
    done = subprocess.run([program, "--check-worktree", "--format=json", root], env=environment(),
                          stdout=subprocess.PIPE, check=False)
    lies = {"ghost-module": "ghost", "unchecked-cache": "unchecked", "orphaned-cache": "orphan",
            "stale-cache": "stale"}
    return {os.path.join(root, f["path"]): Verdict(
        f["python"], f["invalidation"] or "-", None, f["loads"], lies.get(f["rule"], "none"))
            for f in json.loads(done.stdout.decode())["findings"]}


def verdicts(root, cases):
    if os.environ.get("BYTECODE_TOOL"):
        return verdicts_of_tool(os.environ["BYTECODE_TOOL"], cases)
    return verdicts_of_program(os.environ["PYCGUARD"], root)


def same_version(verdict, outcome):
    """Differences where the interpreter that imports is of the version that wrote the file."""
    if verdict.here != outcome:
        yield "says " + verdict.here
    if verdict.checkout == "cache-if-mtime-kept":
        if verdict.invalidation != "timestamp" or outcome == "nothing":
            yield "cache-if-mtime-kept"
    elif verdict.checkout not in (None, outcome):
        if not (verdict.invalidation == "timestamp" and verdict.checkout == "source"):
            yield "says %s after a checkout" % verdict.checkout


def other_version(verdict, outcome):
    """... and where it is not, or the file is of no known version: it must not be taken."""
    if outcome == "cache":
        yield "taken by another version than %s" % verdict.python
    if verdict.python is None and verdict.here not in (outcome, "unknown"):
        yield "says " + verdict.here
    if verdict.here == "nothing" and outcome != "nothing":
        yield "says nothing"


def lies(case, verdict, outcome):
    if verdict.lie == "unchecked" and (outcome != "cache" or case["honest"]):
        yield "called unchecked"
    if verdict.invalidation == "unchecked-hash" and outcome == "cache" and not case["honest"]:
        if verdict.lie != "unchecked" and os.path.exists(source_of(case)):
            yield "not called unchecked"
    if outcome == "cache" and verdict.lie != "ghost" and not os.path.exists(source_of(case)):
        yield "not called a ghost"
    if verdict.lie == "orphan" and outcome == "cache":
        yield "called an orphan"
    if verdict.lie == "stale" and (outcome == "cache" or (case["honest"] and not case["damaged"])):
        yield "called stale"


def source_of(case):
    directory, name = os.path.split(case["path"])
    if os.path.basename(directory) == "__pycache__":
        directory = os.path.dirname(directory)
    return os.path.join(directory, name.split(".")[0] + ".py")


def differences(case, verdict, outcome, version):
    if outcome not in OUTCOMES:
        yield "import raised " + outcome
        return
    outcome = OUTCOMES[outcome]
    judge = same_version if verdict.python == version else other_version
    for difference in list(judge(verdict, outcome)) + list(lies(case, verdict, outcome)):
        yield "import gives %s, %s" % (outcome, difference)


def compare(python, version):
    """Run one interpreter's cases: how many, and how many differ."""
    root = os.path.realpath(tempfile.mkdtemp(prefix="pycguard-imports-"))
    try:
        inside = [python, "-B", "-s", "-S", INSIDE]
        run(inside + ["make", root])
        with open(os.path.join(root, "cases.json")) as f:
            cases = json.load(f)
        said = verdicts(root, cases)
        outcomes = {}
        for flags in sorted({case["flags"] for case in cases}):
            command = inside[:1] + ([flags] if flags else []) + inside[1:]
            outcomes.update(json.loads(run(command + ["import", root])))
        differ = 0
        for case in cases:
            verdict, outcome = said[case["path"]], outcomes[case["path"]]
            for text in differences(case, verdict, outcome, ".".join(version.split(".")[:2])):
                differ += 1
                print("  %s: %s: %s %r" % (version, case["about"], text, tuple(verdict)))
        return len(cases), differ
    finally:
        shutil.rmtree(root)


def main():
    found, failed = interpreters(), False
    for python, version in found:
        cases, differ = compare(python, version)
        print("CPython %s: %d cases, %d differences (%s)" % (version, cases, differ, python), flush=True)
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
