"""What a run with a failure may give."""

import re
from collections import Counter

UNCHANGED = ("EINTR", "short")  # these must change nothing at all
CHANGES = ("vanish", "cut", "grow")


# What libgit2 (1.5) does and we cannot help, by what failed there and the function of libgit2 that was called:
# EINTR   it does not open again. The one handler that returns has calls begun again (SA_RESTART), so that
#         nothing interrupts it; and it ends as exit status 2.
# LEAK    it forgets some blocks when zlib has no memory, when a directory or file that it asks for cannot
#         be read, or when what a ref leads to cannot. They are lost with the process.
IN_LIBGIT2 = re.compile(r"libgit2[^(]*[(](git_[a-z_]+)[)]")
EINTR = "open"
LEAK = ("git_odb_read", "git_odb_open_rstream", "git_odb_read_header", "git_reference_iterator_new",
        "git_repository_head_for_worktree", "git_repository_odb", "git_repository_open_ext",
        "git_revparse_single", "git_worktree_list")


# What nobody does: git makes packed-refs and HEAD anew beside and renames them, so that they are never cut
# while they are mapped, nor missing; and it takes a ref out of packed-refs before it removes its file, so that what was there before
# the file does not come back. The hooks kept from before are nobody's to take while they are given back;
# then that fails, and a dry run, which tells what each look has found, tells of two times.
NOBODY_DOES = (("mmap", "cut", "/packed-refs"), ("open", "cut", "/packed-refs"), ("stat", "cut", "/packed-refs"),
               ("stat", "vanish", "/.git/HEAD"), ("open", "vanish", "/.git/HEAD"),
               ("stat", "vanish", "/refs/heads/main"), ("open", "vanish", "/refs/heads/main"),
               ("stat", "vanish", "/hooks.before-pycguard/pre-commit"))

# Git is asked for the sizes on disk. To it a repository can be none any more that is still read here, from
# files that are open: without HEAD, or with a pack that has gone or grown. Then those of the blobs are told.
# And a file that goes after it was looked at has been counted.
AMOUNTS = re.compile(rb'\d+ bytes?( in the object store| [(]git [^)]*[)])?|"checked": \d+')


def result(run, effect):
    """What a run came to, for comparison."""
    return run.returncode, AMOUNTS.sub(b"", run.stdout) if effect in CHANGES else run.stdout


def is_done_by_nobody(log, effect):
    words = log[0].split(" ", 6)
    return any(words[2].endswith(":" + kind) and effect == name and words[6].endswith(subject)
               for kind, name, subject in NOBODY_DOES)


def callers(log):
    """Where the call that failed was made, the innermost first; of the library's own frames none."""
    frames = [line.strip() for line in log if line.startswith("\t")]
    return [frame for frame in frames if not frame.startswith("inject")]


# What the loader and the C library keep is theirs, as are the tables of the libraries that libgit2 brings
# along, which are left half-made.
LIVE = re.compile(r"live (pycguard|libgit2|libpcre2|libjansson|descriptor)")


def count_live(log):
    return Counter(line for line in log if LIVE.match(line))


class Judge:
    def __init__(self, world, clean, log, plain_run):
        self.world, self.clean, self.plain_run = world, clean, plain_run
        self.live = count_live(log)
        self.after = world.contents() if world.case.mends else None
        if not world.case.mends:
            assert not world.changed(), "a check has changed something"
        world.reset()
        self.before = world.contents() if world.case.mends else None

    def judge(self, got, log, effect):
        """The reason why `got` will not do, or None."""
        same = result(got, effect) == result(self.clean, effect)
        if got.returncode == "hang" or got.returncode < 0 or got.returncode > 2:
            return "ended by a signal, or hanging"
        problem = self.judge_files(got, effect) or self.judge_live(got, log)
        if problem:
            return problem
        if (effect in CHANGES and self.world.case.mends) or is_done_by_nobody(log, effect):
            return None
        if same and (got.returncode == 2 or got.stderr == self.clean.stderr):
            return None
        if effect in UNCHANGED:
            return None if self.is_not_opened_again(got, log, effect) else "it changes the result"
        if got.returncode == 2:
            return self.judge_refusal(got, log)
        if effect in CHANGES and not self.world.case.mends and self.is_of_now(got, effect):
            return None
        return "the result is another" if not same else "standard error is another"

    def is_of_now(self, got, effect):
        """Whether it is the result for the files as they are now."""
        return result(self.plain_run(self.world), effect) == result(got, effect)

    @staticmethod
    def is_not_opened_again(got, log, effect):
        return (effect == "EINTR" and got.returncode == 2 and callers(log)[0].startswith("libgit2")
                and log[0].split()[2].endswith(":" + EINTR))

    def judge_refusal(self, got, log):
        lines = got.stderr.decode(errors="replace").splitlines()
        known = self.clean.stderr.decode(errors="replace").splitlines()
        own = [line for line in lines if line not in known]
        if not own or not all(line.startswith("pycguard: ") and len(line) > 15 for line in own):
            return "no line that says why"
        verb = self.world.args[0] if self.world.args else ""
        if len(own) > 1 and verb not in ("--check-worktree", "--clean"):
            return "more than one line"
        if got.stdout and got.stdout != self.clean.stdout and not self.is_told(verb, log):
            return "a part of the output"
        return None

    def is_told(self, verb, log):
        """Whether a part of the output is right: nobody takes it back when writing it has failed, and what has
        been done is told, whatever fails after it."""
        return (log[0].split()[2].rpartition(":")[2] in ("write", "stream", "close")
                or verb in ("--check-worktree", "--clean", "--install", "--uninstall")
                or self.world.case.mends and self.world.contents() == self.after)

    def judge_files(self, got, effect):
        if not self.world.case.mends:
            if effect in CHANGES or not self.world.changed():
                return None
            return "a check has changed something"
        if effect in CHANGES:
            return None
        now = self.world.contents()
        if now == self.after or (now == self.before and got.returncode == 2):
            return None
        if got.returncode == 2 and self.world.case.by_file and all(
                now.get(name) in (self.before.get(name), self.after.get(name))
                for name in set(now) | set(self.before) | set(self.after)):
            return None
        if got.returncode == 2 and self.world.case.by_step and not any("pycguard-new" in name for name in now):
            return self.judge_resumed()
        return "half-written: " + ", ".join(sorted(
            name for name in set(now) | set(self.after) if now.get(name) != self.after.get(name)))

    def judge_resumed(self):
        """Hooks are put in step by step, each of which leaves them working; the next run does the rest."""
        again = self.plain_run(self.world)
        if again.returncode != self.clean.returncode or self.world.contents() != self.after:
            return "half-written, and not finished by the next run"
        return None

    def judge_live(self, got, log):
        leaked = count_live(log) - self.live
        called = [m.group(1) for m in map(IN_LIBGIT2.match, callers(log)) if m][-1:]
        if leaked and called and called[0] in LEAK:
            return None
        return "not freed: " + ", ".join(sorted(leaked)) if leaked else None
