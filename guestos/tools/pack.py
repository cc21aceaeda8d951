#!/usr/bin/env python3
"""Packs files into the archive that the kernel links in.

    pack.py ARCHIVE PATH=FILE...

A record is the path (48 bytes, zero-padded), the size (8 bytes, little-endian), 8 bytes of zero,
and the contents, padded to 16 bytes. An empty path ends the archive. See kernel/ramfs.c."""
import struct
import sys

PATH_BYTES = 48


def record(path, contents):
    name = path.encode()
    if len(name) >= PATH_BYTES:
        sys.exit(f"pack.py: {path}: path too long")
    return struct.pack("<48sQQ", name, len(contents), 0) + contents + bytes(-len(contents) % 16)


def main():
    archive, *pairs = sys.argv[1:]
    with open(archive, "wb") as out:
        for pair in pairs:
            path, file = pair.split("=", 1)
            with open(file, "rb") as source:
                out.write(record(path, source.read()))
        out.write(bytes(16))


main()
