"""What imports.py runs inside each interpreter under test, Python 2.7 or 3.

    imports_inside.py make DIR      make the cases below DIR/worktree, list them in DIR/cases.json
    imports_inside.py import DIR    import the cases that belong to this run's -O flags: as they are
                                    in worktree, as they are in checkout, and as they are there once
                                    the source has the time that is in the header

A case is a directory with a module in it whose cache says VALUE = 'cache_' and whose source says
VALUE = 'source', so that what Python took can be seen. Every cache is first written by py_compile.
"""
import itertools
import json
import os
import py_compile
import struct
import sys

try:
    import importlib.util as util
    from importlib import invalidate_caches
    MAGIC = util.MAGIC_NUMBER
except ImportError:
    import imp
    MAGIC = imp.get_magic()
    util, invalidate_caches = None, None

VERSION = sys.version_info[:2]
TAG = "cpython-%d%d" % VERSION
HEADER = 16 if VERSION >= (3, 7) else 12 if VERSION >= (3, 3) else 8
KINDS = ["timestamp", "checked", "unchecked"] if HEADER == 16 else ["timestamp"]
MTIME = 1700000000
CACHED, SOURCE = b"VALUE = 'cache_'\nX = 1\n", b"VALUE = 'source'\nX = 1\n"
CRLF = SOURCE.replace(b"\n", b"\r\n")

# Where the file is put, and the flags under which that interpreter looks there, if it ever does.
CACHES = [("%s." + TAG, ""), ("%s.cpython-39" if VERSION != (3, 9) else "%s.cpython-38", ""),
          ("%s." + TAG + "-pytest-8.3.4", ""), ("%s", ""), ("%s" + TAG, ""),
          ("%s." + TAG + ".opt-1", "-O"), ("%s." + TAG + ".opt-2", "-OO"),
          ("%s." + TAG + ".opt-3", "-OOO"), ("%s." + TAG + ".opt-0", ""),
          ("%s." + TAG + ".opt-01", "-O"), ("%s." + TAG + ".opt-x", "-O"),
          ("%s." + TAG + ".opt-", ""), ("%s." + TAG + ".X.opt-1", "-O")]
PLACES = [("__pycache__/" + name + ".pyc", flags) for name, flags in CACHES] + [
    ("__pycache__/%s." + TAG + ".pyo", "-O"), ("%s.pyc", ""), ("%s.pyo", "-O"),
    ("%s." + TAG + ".pyc", ""), ("%s/__init__.pyc", ""), ("%s/__pycache__/__init__." + TAG + ".pyc", "")]
OWN, LEGACY = PLACES[0], ("%s.pyc", "")
# Names that are not the module's: what is imported is the name of the file.
OTHER_NAME = ["%s." + TAG + ".pyc", "__pycache__/%s" + TAG + ".pyc"]

# The source: its bytes, the bytes that the header is made for, its mtime less the header's.
SOURCES = {
    "fits": (SOURCE, SOURCE, 0), "wrong": (SOURCE, CACHED, 0), "touched": (SOURCE, SOURCE, 7),
    "longer": (SOURCE + b"# more\n", SOURCE, 0), "crlf": (CRLF, SOURCE, 0), "lf": (SOURCE, CRLF, 0),
    "gone": (None, SOURCE, 0)}
# Sources that are symbolic links, by what they lead to.
LINKS = {"a link": "text", "a link to a link": "./other", "a dangling link": "nowhere",
         "a link to a directory": "directory", "a link to itself": "%s.py",
         "a link through a link": "linked/file", "a dangling link through a link": "linked/nowhere",
         "a link out of the tree": "../../outside", "a dangling link out of it": "../../nowhere"}
MTIMES = {"next second": (MTIME, 999999999), "after 2106": (2 ** 32 + 5, 0), "before 1970": (-5, 0),
          "half before 1970": (-6, 500000000), "at 0": (0, 0), "after 2038": (2 ** 31 + 5, 0)}


def write(path, data):
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, "wb") as f:
        f.write(data)


def compiled(path, kind):
    """What py_compile writes of CACHED."""
    source = path + ".tmp.py"
    write(source, CACHED)
    more = {}
    if HEADER == 16:
        more["invalidation_mode"] = getattr(py_compile.PycInvalidationMode, {
            "timestamp": "TIMESTAMP", "checked": "CHECKED_HASH", "unchecked": "UNCHECKED_HASH"}[kind])
    py_compile.compile(source, cfile=path + ".tmp", doraise=True, **more)
    with open(path + ".tmp", "rb") as f:
        data = f.read()
    os.remove(path + ".tmp")
    os.remove(source)
    return data


def header_for(data, kind, text, mtime):
    """The same with the time, size or hash that `text` has."""
    if kind != "timestamp":
        fields = util.source_hash(text)
    else:
        fields = struct.pack("<L", mtime & 0xffffffff)
        fields += struct.pack("<L", len(text) & 0xffffffff) if HEADER > 8 else b""
    return data[:HEADER - len(fields)] + fields + data[HEADER:]


def damages():
    """Headers that are not: what is done to the bytes of a good one."""
    for n in (0, 1, 3, 4, 5, 7, 8, 11, 12, 15):
        if n < HEADER:
            yield "cut to %d" % n, lambda data, n=n: data[:n]
    for name, magic in (("other magic", b"\x55\x0d" if MAGIC[:2] != b"\x55\x0d" else b"\xa7\x0d"),
                        ("magic of 2.7", b"\x03\xf3" if VERSION != (2, 7) else b"\x0f\x0c"),
                        ("PyPy's magic", b"\x80\x01"), ("PyPy 2.7's magic", b"\x0a\xf3")):
        yield name, lambda data, magic=magic: magic + data[2:]
    yield "text", lambda data: b"hello, I am a text file, not bytecode\n"
    yield "magic in text mode", lambda data: MAGIC[:2] + b"\n\0" + data[4:]
    if HEADER == 16:
        for flag in (4, 0x80000000, 0xffffffff):
            yield "flag %x" % flag, lambda data, flag=flag: data[:4] + struct.pack(
                "<L", struct.unpack("<L", data[4:8])[0] | flag) + data[8:]
        yield "flag 2", lambda data: data[:4] + struct.pack(
            "<L", struct.unpack("<L", data[4:8])[0] | 2) + data[8:]


class Cases:
    def __init__(self, root):
        self.root, self.list = root, []
        os.mkdir(root)
        self.compiled = {kind: compiled(os.path.join(root, "x"), kind) for kind in KINDS}

    def add(self, place, kind, source, package="", damage=None, mtime=(MTIME, 0)):
        pattern, flags = place
        name = "m%d" % len(self.list)
        root = os.path.join(self.root, name)
        path = pattern % name
        text, header_text, later = SOURCES[source]
        module = "__init__" if "__init__" in pattern else name
        base = os.path.join(root, name if module == "__init__" else "", module)
        data = self.compiled[kind]
        if text is not None:
            write(base + ".py", text)
            set_mtime(base + ".py", mtime[0] + later, mtime[1])
            mtime = (int(os.stat(base + ".py").st_mtime) - later, 0)
        if package == "py":
            write(base + "/__init__.py", b"VALUE = 'package'\n")
        elif package == "pyc":
            write(base + "/__init__.pyc", self.compiled["timestamp"].replace(
                b"cache_", b"packag"))
        data = header_for(data, kind, header_text, mtime[0])
        write(os.path.join(root, path), damage[1](data) if damage else data)
        self.list.append({
            "path": name + "/" + path, "flags": flags,
            "source": os.path.relpath(base, self.root) + ".py", "mtime": time_read(mtime[0]),
            "import": os.path.basename(path)[:-4] if pattern in OTHER_NAME else name,
            "about": ", ".join(filter(None, [pattern, kind, source, package and "package." + package,
                                             damage and damage[0]])),
            "source present": text is not None, "honest": source not in ("wrong", "longer"),
            "damaged": bool(damage)})
        return self.list[-1], base + ".py"


    def add_link(self, place, kind, about, target):
        case, source = self.add(place, kind, "gone")
        directory = os.path.dirname(source)
        for name in ("text", "directory/file", "../../outside"):
            write(directory + "/" + name, SOURCE)
            set_mtime(directory + "/" + name, MTIME, 0)
        os.symlink("text", directory + "/other")
        os.symlink("directory", directory + "/linked")
        target = target % os.path.basename(source)[:-3] if "%s" in target else target
        os.symlink(target, source)
        case["about"] += ", source is " + about
        case["source present"] = os.path.isfile(source)
        case["elsewhere"] = "/" in target


def time_read(mtime):
    """What this version makes of the 32 bits of a header's time."""
    return struct.unpack("<l" if VERSION < (3,) else "<L", struct.pack("<L", mtime & 0xffffffff))[0]


def set_mtime(path, seconds, nanoseconds):
    if sys.version_info >= (3, 3):
        os.utime(path, ns=(0, seconds * 10 ** 9 + nanoseconds))
    else:
        os.utime(path, (0, seconds))


def make(root):
    cases = Cases(os.path.join(root, "worktree"))
    for place, kind, source in itertools.product(PLACES, KINDS, sorted(SOURCES)):
        cases.add(place, kind, source)
    for place, source, package in itertools.product(PLACES, ("fits", "gone"), ("py", "pyc")):
        if package == "py" or ("__init__" not in place[0] and (util or not place[1])):
            cases.add(place, KINDS[-1], source, package)
    for place, kind, source in itertools.product((OWN, LEGACY), KINDS, ("fits", "gone")):
        for damage in damages():
            cases.add(place, kind, source, "", damage)
    for place, kind, (about, target) in itertools.product((OWN, LEGACY), KINDS, sorted(LINKS.items())):
        if target != "directory" or VERSION > (2, 7):  # which tries to read it
            cases.add_link(place, kind, about, target)
    for about, mtime in sorted(MTIMES.items()):
        if VERSION >= (3, 3):
            cases.add(OWN, "timestamp", "fits", mtime=mtime)[0]["about"] += ", mtime " + about
        elif not mtime[1]:
            cases.add(LEGACY, "timestamp", "fits", mtime=mtime)[0]["about"] += ", mtime " + about
    if VERSION >= (3, 3):
        # Read by nobody: the size alone says that the cache fits.
        case, source = cases.add(OWN, "timestamp", "fits")
        with open(source, "r+b") as f:
            f.truncate(2 ** 32 + len(SOURCE))
        set_mtime(source, MTIME, 0)
        case["about"] += ", 4 GiB larger"
        case["huge"] = True
    with open(os.path.join(root, "cases.json"), "w") as f:
        json.dump(cases.list, f)


def import_from(root, case):
    name = case["import"]
    module = name.split(".")[0]
    sys.path[0] = os.path.join(root, case["path"].split("/")[0])
    sys.path_importer_cache.clear()
    if invalidate_caches:
        invalidate_caches()
    for loaded in [m for m in sys.modules if m.split(".")[0] == module]:
        del sys.modules[loaded]
    try:
        return getattr(__import__(name), "VALUE", "nothing")
    except (ImportError, EOFError):
        return "nothing"
    except Exception as e:  # pylint: disable=broad-except
        return "%s: %s" % (type(e).__name__, e)


def import_one(root, case):
    checkout = os.path.join(root, "checkout")
    outcomes = {"worktree": import_from(os.path.join(root, "worktree"), case)}
    if not case.get("huge"):
        outcomes["checkout"] = import_from(checkout, case)
        source = os.path.join(checkout, case["source"])
        if os.path.exists(source):
            set_mtime(source, case["mtime"], 0)
        outcomes["times kept"] = import_from(checkout, case)
    return outcomes


def import_all(root):
    assert sys.dont_write_bytecode
    with open(os.path.join(root, "cases.json")) as f:
        cases = json.load(f)
    flags = "-" + "O" * sys.flags.optimize if sys.flags.optimize else ""
    json.dump({case["path"]: import_one(root, case) for case in cases if case["flags"] == flags},
              sys.stdout)


if __name__ == "__main__":
    {"make": make, "import": import_all}[sys.argv[1]](sys.argv[2])
