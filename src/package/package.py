#!/usr/bin/env python3
"""Packs a staged static build: a tarball, and a wheel that has the program as a script.

usage: package.py STAGING OUT VERSION MACHINE

The bytes depend on the files and on SOURCE_DATE_EPOCH alone. Prints the path of each package.
"""

import base64
import gzip
import hashlib
import io
import os
import sys
import tarfile
import time
import zipfile

staging, out, version, machine = sys.argv[1:]
# A zip cannot tell of a time before 1980.
EPOCH = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)
# A static program asks nothing of the C library; pip knows Linux by these names alone.
TAGS = [f"manylinux2014_{machine}", f"manylinux_2_17_{machine}", f"musllinux_1_1_{machine}"]


def staged():
    """Each file and link below the staged prefix: its path there, and on disk."""
    root = os.path.join(staging, "usr")
    for top, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(files):
            path = os.path.join(top, name)
            yield os.path.relpath(path, root), path


def content(path):
    with open(path, "rb") as f:
        return f.read()


def tarball():
    name = f"pycguard-{version}-linux-{machine}"
    path = os.path.join(out, name + ".tar.gz")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for relative, source in staged():
            info = tarfile.TarInfo(f"{name}/{relative}")
            info.mtime = EPOCH
            info.mode = 0o755 if os.access(source, os.X_OK) else 0o644
            if os.path.islink(source):
                info.type, info.linkname = tarfile.SYMTYPE, os.readlink(source)
                tar.addfile(info)
            else:
                data = content(source)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=EPOCH) as g:
        g.write(packed.getvalue())
    return path


def wheel_files():
    """Each member of the wheel but RECORD: its name, its bytes, and whether it can be run."""
    info, data = f"pycguard-{version}.dist-info", f"pycguard-{version}.data"
    metadata = (
        f"Metadata-Version: 2.1\nName: pycguard\nVersion: {version}\n"
        "Summary: Keeps Python bytecode out of git\nLicense: MIT\nRequires-Python: >=3\n"
    )
    wheel = "Wheel-Version: 1.0\nGenerator: pycguard\nRoot-Is-Purelib: false\n"
    wheel += "".join(f"Tag: py3-none-{tag}\n" for tag in TAGS)
    program = content(os.path.join(staging, "usr/bin/pycguard"))
    yield f"{data}/scripts/pycguard", program, True
    # `git pycguard` needs a file of that name; a link is nothing that a wheel can have.
    yield f"{data}/scripts/git-pycguard", b'#!/bin/sh\nexec "${0%/*}/pycguard" "$@"\n', True
    hook = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../hook/pycguard-framework")
    yield f"{data}/scripts/pycguard-framework", content(hook), True
    for relative, source in staged():
        if relative.startswith("share/") and not os.path.islink(source):
            yield f"{data}/data/{relative}", content(source), False
    yield f"{info}/METADATA", metadata.encode(), False
    yield f"{info}/WHEEL", wheel.encode(), False


def wheel():
    path = os.path.join(out, f"pycguard-{version}-py3-none-{'.'.join(TAGS)}.whl")
    record_name = f"pycguard-{version}.dist-info/RECORD"
    record = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:

        def add(name, data, runs):
            member = zipfile.ZipInfo(name, time.gmtime(EPOCH)[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o100755 if runs else 0o100644) << 16
            member.create_system = 3
            z.writestr(member, data)

        for name, data, runs in wheel_files():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
            record += f"{name},sha256={digest.decode()},{len(data)}\n"
            add(name, data, runs)
        add(record_name, (record + f"{record_name},,\n").encode(), False)
    return path


print(tarball(), wheel(), sep="\n")
