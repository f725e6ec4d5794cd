"""Compares --check-range, --check-history and --check-staged with git, over a repository made at
random: merges (octopus too), renames, mode changes, links, submodules, directories that become files.

usage: commits_git.py PYCGUARD [COMMITS [SEED [RANGES [STAGED]]]]   in an empty directory

What each commit adds or changes is what `git diff-tree -c` says. What it orphans is looked for here,
by brute force over all the paths of all the trees. Which commits a range has, `git rev-list` says.
Some of the commits are staged on their parents: the errors are the same then.
"""

import json
import os
import random
import re
import subprocess
import sys

BYTECODE = re.compile(rb"(^|/)__pycache__/|\.py[cod](/|$)|\$py\.class(/|$)")
GITLINK, LINK, FILE, EXECUTABLE = b"160000", b"120000", b"100644", b"100755"

pycguard = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20260101
rng = random.Random(seed)
print(f"seed {seed}, {count} commits")


def git(*args, data=None):
    return subprocess.run(["git", *args], input=data, stdout=subprocess.PIPE, check=True).stdout


def names():
    """A module, and the bytecode that may stand for it."""
    directory = rng.choice([b"", b"a/", b"a/b/", b"app/migrations/", b"x y/", b"\xff\n/"])
    module = rng.choice([b"m", b"n", b"__init__", b"0001_initial", b"caf\xc3\xa9", b'q"t'])
    source = directory + module + b".py"
    return source, rng.choice([
        directory + module + b".pyc", directory + module + b".pyo", directory + module + b"$py.class",
        directory + b"__pycache__/" + module + b".cpython-311.pyc",
        directory + b"__pycache__/" + module + b".cpython-38.opt-1.pyc",
        directory + b"__pycache__/notes.txt", directory + b"d.pyc/file", directory + module + b".pyd"])


def put(tree, path, entry):
    """As git would: a file takes the place of a directory, and a directory of a file."""
    for other in list(tree):
        if other.startswith(path + b"/") or path.startswith(other + b"/"):
            del tree[other]
    tree[path] = entry


def change(tree):
    source, cache = names()
    mode = rng.choice([FILE] * 8 + [EXECUTABLE, LINK])
    # Of few contents, so that different commits make the same trees.
    content = b"\xa7\r\r\n" + bytes([rng.randrange(4)]) * 12
    kind = rng.randrange(12)
    if kind < 4:
        put(tree, source, (mode, content))
    elif kind < 6:
        put(tree, cache, (mode, content))
    elif kind < 8:
        tree.pop(source, None)
    elif kind == 8:
        tree.pop(cache, None)
    elif kind == 9:
        put(tree, rng.choice([cache, source, b"sub", b"a", b"__pycache__"]),
            (GITLINK, b"%040x" % rng.randrange(1, 3)))
    elif kind == 10 and tree:
        old = rng.choice(sorted(tree))
        put(tree, names()[rng.randrange(2)], tree.pop(old))
    elif tree:
        old = rng.choice(sorted(tree))
        if tree[old][0] in (FILE, EXECUTABLE):
            tree[old] = (EXECUTABLE if tree[old][0] == FILE else FILE, tree[old][1])


def make():
    """Writes the repository; returns each commit's tree and parents, by its number from 1."""
    stream, trees, parents, blobs = [], {}, {}, {}

    def blob(content):
        if content not in blobs:
            blobs[content] = 1000000 + len(blobs)
            stream.append(b"blob\nmark :%d\ndata %d\n%s\n" % (blobs[content], len(content), content))
        return blobs[content]

    heads = []
    for number in range(1, count + 1):
        chosen = []
        if heads and rng.random() > 0.004:
            chosen = rng.sample(heads, min(len(heads), rng.choice([1] * 12 + [2, 2, 2, 3, 5])))
        tree = {}
        for parent in chosen[1:] + chosen[:1] if rng.random() < 0.3 else chosen[:1]:
            for path, entry in trees[parent].items():
                put(tree, path, entry)
        for _ in range(rng.choice([0, 1, 1, 2, 4])):
            change(tree)
        marks = [(path, mode, blob(content) if mode != GITLINK else content)
                 for path, (mode, content) in tree.items()]
        # Clocks stand still now and then, and are not quite right.
        date = 1500000000 + 60 * (number // 3) + rng.randrange(90)
        # A ref of its own, for without `from` fast-import goes on from the ref's last commit.
        stream.append(b"commit refs/made/%d\nmark :%d\ncommitter A <a@example.org> %d +0000\n"
                      b"data 4\ntext\n" % (number, number, date))
        for i, parent in enumerate(chosen):
            stream.append(b"%s :%d\n" % (b"merge" if i else b"from", parent))
        stream.append(b"deleteall\n")
        for path, mode, what in marks:
            quoted = b'"%s"' % re.sub(rb'["\\\n]', lambda m: b"\\%03o" % m[0][0], path)
            target = what if mode == GITLINK else b":%d" % what
            stream.append(b"M %s %s %s\n" % (mode, target, quoted))
        stream.append(b"\n")
        trees[number], parents[number] = tree, chosen
        heads = [h for h in heads if h not in chosen or (len(heads) < 6 and rng.random() < 0.3)]
        heads.append(number)
    return stream, trees, parents, heads


def import_all(stream, heads):
    """Returns the ids, by number, after making branches and tags of the heads only."""
    git("fast-import", "--quiet", "--export-marks=marks", data=b"".join(stream))
    ids = {}
    with open("marks", "rb") as marks:
        for line in marks:
            mark, name = line.split()
            ids[int(mark[1:])] = name.decode()
    ids = {number: name for number, name in ids.items() if number <= count}
    refs = [f"create refs/{'heads' if i % 3 else 'tags'}/{i} {ids[h]}" for i, h in enumerate(heads)]
    refs += [f"delete refs/made/{number}" for number in ids]
    git("update-ref", "--stdin", data="\n".join(refs).encode() + b"\n")
    if rng.random() < 0.7:
        git("gc", "-q", "--prune=now")
    return ids


def files(tree):
    return {path: entry for path, entry in tree.items() if entry[0] != GITLINK}


def source_of(path):
    """None for what has no source."""
    match = re.fullmatch(rb"(.*/|)__pycache__/([^/.]+)(\.[^/]*)?\.py[co]", path, re.S)
    if match:
        return match[1] + match[2] + b".py"
    match = re.fullmatch(rb"((?:.*/)?[^/]+?)(?:\.py[co]|\$py\.class)", path, re.S)
    return match[1] + b".py" if match else None


def orphaned(tree, before):
    """Whether all parents show the change: each has another file, or the same and its source."""
    found = set()
    for path, entry in tree.items():
        source = source_of(path)
        if not before or not BYTECODE.search(path) or source is None or source in tree:
            continue
        if all(parent.get(path) != entry or source in parent for parent in before):
            found.add(path)
    return found


def changed_by_git(ids):
    """(commit, path) of each file that differs from all parents and is there."""
    out = git("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames",
              data="\n".join(ids.values()).encode() + b"\n")
    found, commit, fields = set(), None, out.split(b"\0")
    fields.reverse()
    while fields:
        field = fields.pop().lstrip(b"\n")
        if not field:
            continue
        if not field.startswith(b":"):
            commit = field.decode()
            continue
        colons = len(field) - len(field.lstrip(b":"))
        mode, path = field.split()[colons], fields.pop()
        if mode not in (b"000000", GITLINK) and BYTECODE.search(path):
            found.add((commit, path))
    return found


def run(*args):
    done = subprocess.run([pycguard, "--format=json", *args], stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1), (args, done)
    report = json.loads(done.stdout)
    assert done.returncode == any(f["severity"] == "error" for f in report["findings"]), args
    return report


def path_of(finding):
    return bytes.fromhex(finding["path_hex"]) if "path_hex" in finding else finding["path"].encode()


def pairs(report):
    found = [(f["commit"], path_of(f)) for f in report["findings"]]
    assert len(set(found)) == len(found), "a finding twice"
    return set(found)


def same(what, ours, theirs):
    if ours != theirs:
        sys.exit(f"{what}:\n only pycguard: {sorted(ours - theirs)[:5]}\n only git: {sorted(theirs - ours)[:5]}")


def check_order(report, what):
    """Commits that have findings come parents first."""
    place = {}
    for finding in report["findings"]:
        place.setdefault(finding["commit"], len(place))
    listed = git("rev-list", "--topo-order", "--parents", "--all").decode().split("\n")
    for line in listed:
        commit, *parents = line.split() or [""]
        for parent in parents:
            if commit in place and parent in place and place[parent] > place[commit]:
                sys.exit(f"{what}: {commit} comes before its parent")


def random_range(ids):
    a, b, c = (ids[rng.randrange(1, count + 1)] for _ in range(3))
    return rng.choice([[f"{a}..{b}"], [f"{a}..{b}"], [f"{a}...{b}"], [f"^{a}", b], [b], [b, c, f"^{a}"],
                       [f"{a}..{b}", c], [f"^{a}", f"^{c}", b], [f"{a}...{b}", f"^{c}"]])


def stage(tree, before):
    """Has the next commit record that tree on those parents."""
    with open(".git/HEAD", "w") as head:
        head.write((before or ["ref: refs/heads/unborn"])[0] + "\n")
    with open(".git/MERGE_HEAD", "w") as merged:
        merged.write("".join(parent + "\n" for parent in before[1:]))
    if not before[1:]:
        os.unlink(".git/MERGE_HEAD")
    git("read-tree", tree)


def main():
    git("init", "-q", ".")
    stream, trees, parents, heads = make()
    ids = import_all(stream, heads)
    listed = set(git("rev-list", "--all").decode().split())
    print(f"{len(listed)} commits reachable, {len(heads)} refs")
    ids = {number: name for number, name in ids.items() if name in listed}
    trees = {number: files(tree) for number, tree in trees.items()}

    changed = changed_by_git(ids)
    report = run("--check-history")
    assert report["checked"] == len(listed), (report["checked"], len(listed))
    same("history", pairs(report), changed)
    check_order(report, "history")

    # The whole history as a range has the orphans as well.
    orphans = {(name, path) for number, name in ids.items()
               for path in orphaned(trees[number], [trees[p] for p in parents[number]])}
    report = run("--check-range", *sorted(git("for-each-ref", "--format=%(refname)").decode().split()))
    same("range of all", pairs(report), changed | orphans)
    check_order(report, "range of all")

    by_name = {name: number for number, name in ids.items()}
    for finding in report["findings"]:
        tree = trees[by_name[finding["commit"]]]
        path, source = path_of(finding), source_of(path_of(finding))
        assert finding["source_present"] == (source in tree), finding
        gone = not any(path in trees[head] for head in heads)
        if "removes it again" in finding["message"] and not gone:
            sys.exit(f"not gone: {finding}")

    known = sorted(ids)
    for _ in range(ranges):
        args = random_range({i + 1: ids[number] for i, number in enumerate(known)} |
                            {i: ids[known[-1]] for i in range(len(known) + 1, count + 1)})
        report = run("--check-range", *args)
        wanted = set(git("rev-list", *args).decode().split())
        if report["checked"] != len(wanted):
            sys.exit(f"{args}: {report['checked']} commits, git has {len(wanted)}")
        same(str(args), pairs(report), {pair for pair in changed | orphans if pair[0] in wanted})
    for number in rng.sample(known, min(staged, len(known))):
        name = ids[number]
        stage(name, [ids[parent] for parent in parents[number]])
        report = run("--check-staged")
        same(f"staged {name}", {(name, path_of(f)) for f in report["findings"] if f["severity"] == "error"},
             {pair for pair in changed | orphans if pair[0] == name})
        same(f"staged {name}, with what was there before", {path_of(f) for f in report["findings"]},
             {path for path in trees[number] if BYTECODE.search(path)})
    print(f"{len(changed)} changes, {len(orphans)} orphans, {ranges} ranges, {staged} staged: all as git says")


ranges = int(sys.argv[4]) if len(sys.argv) > 4 else 60
staged = int(sys.argv[5]) if len(sys.argv) > 5 else 100
main()
