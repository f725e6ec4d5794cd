"""coverage.py BUILD [FILE...]: what the tests that ran in BUILD (PYCGUARD_COVERAGE) reached of src.

A line a file, and the sum: lines reached, and branches taken, each of all. Every outcome of every
condition that gcc knows at -O0 is a branch, none left out. For each FILE (a name in src) also lists
what was not reached: lines, and, with the numbers of their branches, lines of which a branch was not
taken. Exits 1 if the sum is below 95 per cent of lines or 90 of branches.

Processes that are killed leave no counts."""
import collections
import glob
import json
import os
import subprocess
import sys

GOAL = {'lines': 95.0, 'branches': 90.0}


def objects(build):
    yield from glob.glob(build + '/CMakeFiles/pycguard*.dir/src/**/*.gcno', recursive=True)


def read(build):
    """{file: {line: [count, [count of each branch]]}}"""
    files = collections.defaultdict(dict)
    names = sorted(objects(build))
    out = subprocess.run(['gcov', '--branch-probabilities', '--json-format', '--stdout'] + names,
                         check=True, stdout=subprocess.PIPE).stdout
    for document in out.splitlines():
        for file in json.loads(document)['files']:
            if '/src/' not in file['file']:
                continue
            lines = files[os.path.basename(file['file'])]
            for line in file['lines']:
                count, branches = lines.get(line['line_number'], (0, []))
                branches = branches + [b['count'] for b in line['branches']]
                lines[line['line_number']] = (count + line['count'], branches)
    return files


def sums(lines):
    branches = [b for _, taken in lines.values() for b in taken]
    return collections.Counter({
        'lines': len(lines), 'lines reached': sum(count > 0 for count, _ in lines.values()),
        'branches': len(branches), 'branches reached': sum(b > 0 for b in branches)})


def per_cent(total, what):
    return 100.0 * total[what + ' reached'] / total[what] if total[what] else 100.0


def say(name, total):
    print('%-24s' % name + ''.join('  %5.1f%% of %5d %s' % (per_cent(total, what), total[what], what) for what in GOAL))


def say_gaps(name, lines):
    for number, (count, branches) in sorted(lines.items()):
        untaken = [str(i) for i, b in enumerate(branches) if b == 0]
        if count == 0:
            print('%s:%d: not reached' % (name, number))
        elif untaken:
            print('%s:%d: branch %s of %d not taken' % (name, number, ', '.join(untaken), len(branches)))


def main():
    files = read(os.path.abspath(sys.argv[1]))
    total = collections.Counter()
    for name in sorted(files):
        total += sums(files[name])
        say(name, sums(files[name]))
    say('all', total)
    for name in sys.argv[2:]:
        say_gaps(name, files[name])
    return int(any(per_cent(total, what) < goal for what, goal in GOAL.items()))


sys.exit(main())
