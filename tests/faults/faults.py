"""faults.py KIND SCOPE [CASE...]: let one call of a run fail, and look at what pycguard makes of it.

KIND   memory: an allocation, a mapping or a thread is not to be had
       files:  a call that reads, writes or looks at a file fails, is interrupted or comes short, and
               files vanish, are cut or grow between looks
SCOPE  sample: each place of pycguard once, in whatever case, and the last call of each case
       few:    every fourth of those
       stacks: each way to reach a call, the first and the last time in each case
       all:    each call of each case in turn
CASE   names of worlds.py; without, all

A run without a failure says what a case gives. With a failure it gives the same, or exit status 2
with a line that says why; no signal, nothing hanging, nothing half-written, nothing not freed.

PYCGUARD and INJECT name the binary and the library. -v prints each run.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from judge import Judge
from worlds import CASES, WORLDS, World

EFFECTS = {"memory": {}}
ERRORS = ("EIO", "EACCES")
CHANGES = ("vanish", "cut", "grow")
EFFECTS["files"] = {
    "open": ERRORS + ("EINTR",) + CHANGES, "stat": ERRORS + CHANGES, "read": ("EIO", "EINTR", "short", "cut"),
    "write": ("EIO", "ENOSPC", "EINTR", "short"), "fsync": ("EIO",), "close": ("EIO", "EINTR"),
    "rename": ("EIO", "EACCES", "ENOSPC"), "mmap": ("ENOMEM", "cut", "grow"), "opendir": ERRORS, "readdir": ("EIO",),
    "path": ERRORS, "access": ("EIO",), "make": ("EIO", "EACCES", "ENOSPC"), "remove": ERRORS, "child": ("EAGAIN", "ENOMEM"),
    "wait": ("EINTR",),
}
TIMEOUT = 60
FEW = 4


class Call:
    """A line of the library's log: a call that could fail."""

    def __init__(self, line):
        _, number, self.name, self.stack, self.near, self.subject = line.split(" ", 5)
        self.number = int(number)
        self.kind = self.name.partition(":")[2]

    def key(self):
        return self.name, self.stack

    def near_key(self):
        return self.name, self.near


def read_log(path):
    if not path.exists():
        return []
    lines = path.read_text(errors="surrogateescape").splitlines()
    path.unlink()
    return lines


class Campaign:
    def __init__(self, kind, scope, verbose):
        self.kind, self.scope, self.verbose = kind, scope, verbose
        self.pycguard, self.inject = os.environ["PYCGUARD"], os.environ["INJECT"]
        self.seen = {}
        self.runs, self.missed, self.failures = 0, 0, []

    def run(self, world, calls, nth, effect):
        env = dict(world.env, LD_PRELOAD=self.inject, INJECT_CALLS=calls, INJECT_LOG=str(world.log),
                   INJECT_NTH=str(nth), INJECT_BELOW=str(world.top) + "/", INJECT_EFFECT=effect or "ENOMEM")
        return self.plain_run(world, env)

    def plain_run(self, world, env=None):
        try:
            return subprocess.run([self.pycguard] + world.args, cwd=world.cwd, env=env or world.env, input=world.input,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
        except subprocess.TimeoutExpired as e:
            return subprocess.CompletedProcess(e.cmd, "hang", e.stdout or b"", e.stderr or b"")

    def wanted(self, calls):
        """Which of the calls of a case are to fail."""
        if self.scope == "all":
            return calls
        if self.scope in ("sample", "few"):
            sample = [c for c in calls if self.seen.setdefault(c.near_key(), c) is c or c is calls[-1]]
            return sample if self.scope == "sample" else sample[-1::-FEW][::-1]
        first, last = {}, {}
        for call in calls:
            first.setdefault(call.key(), call)
            last[call.key()] = call
        return [c for c in calls if c in (first[c.key()], last[c.key()])]

    def effects(self, call, turn):
        """A sample takes them in turn, and passes over objects cut short, which cost seconds each."""
        effects = EFFECTS[self.kind].get(call.kind, ("ENOMEM",))
        if self.scope not in ("sample", "few"):
            return effects
        if "/objects/" in call.subject:
            effects = [e for e in effects if e != "cut"]
        return [effects[turn % len(effects)]]

    def do_cases(self, name, cases):
        with tempfile.TemporaryDirectory(prefix="pycguard-faults.") as directory:
            world = World(name, pathlib.Path(directory).resolve())
            for case in cases:
                world.take_up(case)
                self.do_case(world)

    def do_case(self, world):
        clean = self.run(world, self.kind, 0, None)
        assert clean.returncode != "hang", "it does not end without a failure either"
        log = read_log(world.log)
        calls = [Call(line) for line in log if line.startswith("call ")]
        judge = Judge(world, clean, log, self.plain_run)
        wanted = self.wanted(calls)
        print("%s: %d calls, %d to fail, exit status %s" %
              (world.case.name, len(calls), len(wanted), clean.returncode), flush=True)
        for turn, call in enumerate(wanted):
            for effect in self.effects(call, turn):
                self.do_fault(world, judge, call, effect)

    def hit(self, world, call, effect):
        """A run in which it is that call which fails: what comes through a pipe takes more or fewer reads, and
        threads take turns."""
        for _ in range(3):
            world.reset()
            got = self.run(world, self.kind, call.number, effect)
            log = read_log(world.log)
            faults = [line.split(" ", 5) for line in log if line.startswith("fault ")]
            if faults and (faults[0][2], faults[0][4]) == call.near_key():
                return got, log
        self.missed += 1
        return None, None

    def do_fault(self, world, judge, call, effect):
        got, log = self.hit(world, call, effect)
        if got is None:
            return
        self.runs += 1
        problem = judge.judge(got, log, effect)
        if self.verbose:
            print("  %d %s %s %s: %s" % (call.number, call.name, effect, call.subject, problem or got.returncode))
        if problem:
            self.failures.append((world.case.name, call, effect, problem, got, log))
            self.show(judge.clean, *self.failures[-1])

    @staticmethod
    def show(clean, name, call, effect, problem, got, log):
        print("FAILED %s: call %d, %s %s %s: %s" % (name, call.number, call.name, effect, call.subject, problem))
        print("  exit status %s" % got.returncode)
        for title, before, after in ("output", clean.stdout, got.stdout), ("error", clean.stderr, got.stderr):
            lines = [text.decode(errors="replace").splitlines() for text in (before, after)]
            for line in difflib.unified_diff(*lines, lineterm="", n=0):
                print("  %s: %s" % (title, line))
        for line in log:
            if line.startswith("\t"):
                print("  at " + re.sub(r"[(][)]$", "", line.strip()))
        sys.stdout.flush()


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    kind, scope, names = arguments[0], arguments[1], arguments[2:]
    campaign = Campaign(kind, scope, "-v" in sys.argv)
    began = time.monotonic()
    for world in WORLDS:
        cases = [case for case in CASES if case.world == world and (not names or case.name in names)]
        if cases:
            campaign.do_cases(world, cases)
    print("%d runs in %.0f s, %d calls missed, %d failures" %
          (campaign.runs, time.monotonic() - began, campaign.missed, len(campaign.failures)))
    sys.exit(1 if campaign.failures or not campaign.runs else 0)


main()
