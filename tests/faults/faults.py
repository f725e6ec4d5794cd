"""faults.py [--jobs N] KIND SCOPE [CASE...]: let one call of a run fail, and look at what pycguard makes of it.

KIND   memory: an allocation or a thread is not to be had
       files:  a call that reads, writes or looks at a file, or asks the system for something else, fails,
               is interrupted or comes short, and files vanish, are cut or grow between looks
SCOPE  sample: each place of pycguard once, in whatever case, and the last call of each case
       few:    every fourth of those
       stacks: each way to reach a call, the first and the last time in each case
       all:    each call of each case in turn
CASE   names of worlds.py; without, all
N      how many runs at once, 2 without

A run without a failure says what a case gives. With a failure it gives the same, or exit status 2
with a line that says why; no signal, nothing hanging, nothing half-written, nothing not freed.

What other libraries do when libgit2 sets them up, as for TLS, is the same in each case and nine of ten
allocations; the world "certificates" alone lets that fail.

A call is known by its name, its callers, and the how-manieth of these it is; so the same are chosen
each time. One that a run does not come to is counted as missed, and there are none of these but by chance.

PYCGUARD and INJECT name the binary and the library. -v prints each run.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import ctypes
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

ERRORS = ("EIO", "EACCES")
CHANGES = ("vanish", "cut", "grow")
EFFECTS = {
    "open": ERRORS + ("EINTR", "EMFILE") + CHANGES, "stat": ERRORS + CHANGES, "read": ("EIO", "EINTR", "short", "cut"),
    "write": ("EIO", "ENOSPC", "EINTR", "short"), "fsync": ("EIO",), "close": ("EIO", "EINTR"),
    "rename": ("EIO", "EACCES", "ENOSPC"), "mmap": ("ENOMEM", "cut", "grow"), "opendir": ERRORS, "readdir": ("EIO",),
    "path": ERRORS, "access": ("EIO",), "make": ("EIO", "EACCES", "ENOSPC"), "remove": ERRORS,
    "child": ("EAGAIN", "ENOMEM", "EMFILE"), "wait": ("EINTR",), "stream": ("EIO", "ENOSPC"), "seek": ("EIO",),
    "owner": ("EPERM", "EIO"), "lock": ("EINTR", "EIO", "EAGAIN"), "ask": ("EIO",), "fcntl": ("EIO",),
    "poll": ("EINTR", "ENOMEM"), "send": ("EINTR", "short", "EPIPE"), "socket": ("EIO",), "signal": ("EIO",),
    "load": ("ENOMEM",),
}
TIMEOUT = 60
OWN = "pycguard,libgit2,libpcre2,libjansson,libz.,?"
FEW = 4
CHUNK = 30
SHOWN = 10  # lines of what is different
SLOW = 5
MOST_MISSED = 20  # one in so many calls; more are a failure too
ADDR_NO_RANDOMIZE = 0x40000


class Call:
    """A line of the library's log: a call that could fail, the `nth` by that name and stack."""

    def __init__(self, line, counts):
        _, _, self.name, self.stack, self.near, self.module, self.subject = line.split(" ", 6)
        counts[self.key()] += 1
        self.nth = counts[self.key()]
        self.kind = self.name.partition(":")[2]

    def is_own(self):
        """Whether not a library made it that libgit2 brings along and sets up, or the loader."""
        return self.module.startswith(tuple(OWN.split(",")))

    def key(self):
        return self.name, self.stack

    def near_key(self):
        return self.name, self.near


def calls_of(log):
    counts = collections.Counter()
    return [Call(line, counts) for line in log if line.startswith("call ")]


def read_log(path):
    """Its lines; those of what lives at the end come last, though there are calls even after that."""
    if not path.exists():
        return []
    lines = path.read_text(errors="surrogateescape").split("\n")
    path.unlink()
    return sorted(lines[:-1], key=lambda line: line.startswith("live "))


def run_plain(world, env=None):
    try:
        return subprocess.run([os.environ["PYCGUARD"]] + world.args, cwd=world.cwd, env=env or world.env,
                              input=world.input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
    except subprocess.TimeoutExpired as e:
        return subprocess.CompletedProcess(e.cmd, "hang", e.stdout or b"", e.stderr or b"")


def run(world, **settings):
    """A run with the library. Returns it, and the log."""
    env = dict(world.env, LD_PRELOAD=os.environ["INJECT"], INJECT_LOG=str(world.log),
               INJECT_BELOW=str(world.top) + "/")
    if world.case.world != "certificates":
        env["INJECT_MODULES"] = OWN + ",libc."
    env.update(("INJECT_" + name.upper(), str(value)) for name, value in settings.items())
    world.reset()
    return run_plain(world, env), read_log(world.log)


class Worker:
    """What each process has of its own: its worlds, and what their cases give without a failure."""

    def __init__(self, directory, kind):
        self.directory, self.kind = directory, kind
        self.worlds, self.judges = {}, {}

    def take_up(self, case):
        if case.world not in self.worlds:
            directory = self.directory / case.world
            directory.mkdir(parents=True)
            self.worlds[case.world] = World(case.world, directory)
        world = self.worlds[case.world]
        world.take_up(case)
        return world

    def look(self, case, calls=None):
        """Which calls of a case could fail."""
        world = self.take_up(case)
        clean, log = run(world, calls=calls or self.kind)
        assert clean.returncode != "hang", "it does not end without a failure either"
        self.judges[case.name] = Judge(world, clean, log, run_plain)
        return clean.returncode, calls_of(log)

    def do_faults(self, case, faults):
        """Lets each of the calls fail. Returns for each a problem or None, and what there is to show."""
        if case.name not in self.judges:
            self.look(case, "none")
        world, judge = self.take_up(case), self.judges[case.name]
        judge.world.take_up(case)
        return [self.do_fault(world, judge, call, effect) for call, effect in faults]

    @staticmethod
    def do_fault(world, judge, call, effect):
        began = time.monotonic()
        got, log = run(world, calls=call.name, stack=call.stack, nth=call.nth, effect=effect)
        is_missed = not any(line.startswith("fault ") for line in log)
        problem = "missed" if is_missed else judge.judge(got, log, effect)
        shown = differences(judge.clean, got, log) if problem and not is_missed else []
        return problem, got.returncode, time.monotonic() - began, shown


def differences(clean, got, log):
    shown = []
    for title, before, after in ("output", clean.stdout, got.stdout), ("error", clean.stderr, got.stderr):
        lines = [text.decode(errors="replace").splitlines() for text in (before, after)]
        shown += ["%s: %s" % (title, line) for line in difflib.unified_diff(*lines, lineterm="", n=0)][2:SHOWN]
    return shown + ["at " + re.sub(r"[(][)]$", "", line.strip()) for line in log if line.startswith("\t")]


WORKER = None  # of this process


def start_worker(directory, kind):
    global WORKER
    WORKER = Worker(directory, kind)


def look(index):
    return WORKER.look(CASES[index])


def do_faults(task):
    index, faults = task
    return WORKER.do_faults(CASES[index], faults)


class Campaign:
    def __init__(self, kind, scope, verbose):
        self.kind, self.scope, self.verbose = kind, scope, verbose
        self.seen = {}
        self.calls, self.runs, self.missed, self.failures = 0, 0, 0, 0

    def is_thorough(self):
        return self.scope in ("stacks", "all")

    def wanted(self, case, calls):
        """Which of the calls of a case are to fail."""
        if case.world != "certificates":
            calls = [c for c in calls if c.is_own()]
        if self.scope == "all":
            return calls
        if not self.is_thorough():
            sample = [c for c in calls if self.seen.setdefault(c.near_key(), c) is c or c is calls[-1]]
            return sample if self.scope == "sample" else sample[-1::-FEW][::-1]
        last = {call.key(): call.nth for call in calls}
        return [c for c in calls if c.nth in (1, last[c.key()])]

    def effects(self, call, turn):
        """A sample takes them in turn."""
        effects = EFFECTS[call.kind] if call.kind else ("ENOMEM",)
        if self.is_thorough():
            return effects
        return [effects[turn % len(effects)]]

    def plan(self, case, status, calls):
        wanted = self.wanted(case, calls)
        faults = [(call, effect) for turn, call in enumerate(wanted) for effect in self.effects(call, turn)]
        print("%s: %d calls, %d to fail, %d runs, exit status %s" %
              (case.name, len(calls), len(wanted), len(faults), status), flush=True)
        self.calls += len(calls)
        return faults

    def tell(self, case, fault, outcome):
        call, effect = fault
        problem, status, seconds, shown = outcome
        self.runs += 1
        is_missed = problem == "missed"
        self.missed += is_missed
        self.failures += bool(problem) and not is_missed
        if problem or self.verbose or seconds > SLOW:
            print("%s %s: %s by %s %d, %s %s: %s, exit status %s" %
                  ("missed" if is_missed else "FAILED" if problem else "  ok", case.name, call.name, call.stack, call.nth, effect, call.subject,
                   problem or "as it should", status) + (", %.0f s" % seconds if seconds > SLOW else ""))
        for line in shown:
            print("  " + line)
        sys.stdout.flush()

    def do(self, pools, cases):
        """All of a world is done by one process, so that each makes as few as possible; but where there is much
        to do, all do it."""
        homes = share_out(cases, pools)
        found = [homes[CASES[i].world].submit(look, i) for i in cases]
        plans = [self.plan(CASES[i], *future.result()) for i, future in zip(cases, found)]
        tasks = [(i, plan[at:at + CHUNK]) for i, plan in zip(cases, plans) for at in range(0, len(plan), CHUNK)]
        done = [(pools[n % len(pools)] if self.is_thorough() else homes[CASES[task[0]].world]).submit(do_faults, task)
                for n, task in enumerate(tasks)]
        for (i, faults), future in zip(tasks, done):
            for fault, outcome in zip(faults, future.result()):
                self.tell(CASES[i], fault, outcome)


def share_out(cases, pools):
    """Which of the processes makes a world: of about as many cases each."""
    homes, load = {}, [0] * len(pools)
    for world, count in collections.Counter(CASES[i].world for i in cases).most_common():
        least = load.index(min(load))
        homes[world] = pools[least]
        load[least] += count
    return homes


def parse():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("kind", choices=("memory", "files"))
    parser.add_argument("scope", choices=("sample", "few", "stacks", "all"))
    parser.add_argument("cases", nargs="*")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def main():
    args = parse()
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)
    campaign = Campaign(args.kind, args.scope, args.v)
    worlds = list(WORLDS)
    indices = sorted((i for i, case in enumerate(CASES) if not args.cases or case.name in args.cases),
                     key=lambda i: worlds.index(CASES[i].world))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pycguard-faults.") as directory, contextlib.ExitStack() as stack:
        campaign.do([stack.enter_context(concurrent.futures.ProcessPoolExecutor(
            1, initializer=start_worker, initargs=(pathlib.Path(directory).resolve() / str(n), args.kind)))
                     for n in range(args.jobs)], indices)
    print("%d calls, %d runs in %.0f s, %d calls missed, %d failures" %
          (campaign.calls, campaign.runs, time.monotonic() - began, campaign.missed, campaign.failures))
    sys.exit(1 if campaign.failures or campaign.missed * MOST_MISSED >= campaign.runs else 0)


if __name__ == "__main__":
    main()
