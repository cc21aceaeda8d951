#!/usr/bin/env python3
"""Packs an initial RAM disk for Linux: an archive in the format newc of cpio.

    pack.py LIST ROOT ARCHIVE

LIST has an entry a line; blank lines and lines that start with # are skipped:

    folder PATH
    device PATH MODE MAJOR MINOR      a character device
    link PATH TARGET
    file PATH SOURCE                  SOURCE as in ROOT, or else beside LIST
    module NAME                       a kernel module of ROOT, after those that it depends on

Modules keep the folder of their kernel's release, with the lists by which modprobe finds what a
device or a file system asks for. The same contents give the same bytes: owners, times and inode
numbers are the packer's own."""
import lzma
import os
import re
import stat
import sys


class Archive:
    """The entries so far, each as the kernel's documentation has it (initramfs buffer format)."""

    def __init__(self):
        self.data = bytearray()
        self.count = 0

    def add(self, path, mode, content=b"", device=(0, 0)):
        name = path.lstrip("/").encode() + b"\0"
        self.count += 1
        fields = (self.count, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.align()
        self.data += content
        self.align()

    def align(self):
        self.data += bytes(-len(self.data) % 4)

    def finish(self):
        self.add("TRAILER!!!", 0)
        return bytes(self.data)


class Modules:
    """The modules of a kernel, by name, and those that were packed."""

    def __init__(self, root):
        self.paths = {}
        self.release = ""
        self.packed = []
        self.needs = ""  # a line a module: its file, and those of what it depends on
        self.aliases = ""
        base = os.path.join(root, "usr/lib/modules")
        for folder, _, names in os.walk(base):
            for name in names:
                if name.endswith(".ko.xz"):
                    self.paths[name[:-6].replace("-", "_")] = os.path.join(folder, name)
                    self.release = os.path.relpath(folder, base).split(os.sep)[0]

    def folder(self):
        return "/lib/modules/" + self.release

    def add(self, archive, name):
        """What the module depends on, then the module, each once. Returns all of their names, the
        module's own first."""
        with lzma.open(self.paths[name]) as file:
            content = file.read()
        information = re.findall(rb"(?<=\0)(depends|alias)=([^\0]+)\0", content)
        closure = [name]
        for key, value in information:
            if key == b"alias":
                self.aliases += f"alias {value.decode()} {name}\n"
                continue
            for other in value.decode().replace("-", "_").split(","):
                closure += [each for each in self.add(archive, other) if each not in closure]
        if name not in self.packed:
            self.packed.append(name)
            archive.add(f"{self.folder()}/{name}.ko", stat.S_IFREG | 0o644, content)
            self.needs += f"{name}.ko:" + "".join(f" {each}.ko" for each in closure[1:]) + "\n"
        return closure

    def add_lists(self, archive):
        for name, text in ("modules.dep", self.needs), ("modules.alias", self.aliases):
            archive.add(f"{self.folder()}/{name}", stat.S_IFREG | 0o644, text.encode())


def read(path, *folders):
    for folder in folders:
        source = os.path.join(folder, path.lstrip("/"))
        if os.path.exists(source):
            with open(source, "rb") as file:
                return file.read()
    sys.exit(f"pack.py: {path} is not in {' nor in '.join(folders)}")


def pack(listed, root):
    archive = Archive()
    modules = Modules(root)
    archive.add("/lib", stat.S_IFDIR | 0o755)
    archive.add("/lib/modules", stat.S_IFDIR | 0o755)
    archive.add(modules.folder(), stat.S_IFDIR | 0o755)
    with open(listed, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            verb, *words = line.split() or ["#"]
            if verb.startswith("#"):
                continue
            if verb == "folder":
                archive.add(words[0], stat.S_IFDIR | 0o755)
            elif verb == "device":
                archive.add(words[0], stat.S_IFCHR | int(words[1], 8),
                            device=(int(words[2]), int(words[3])))
            elif verb == "link":
                archive.add(words[0], stat.S_IFLNK | 0o777, words[1].encode())
            elif verb == "file":
                archive.add(words[0], stat.S_IFREG | 0o755,
                            read(words[1], root, os.path.dirname(os.path.abspath(listed))))
            elif verb == "module" and words[0] in modules.paths:
                modules.add(archive, words[0])
            else:
                sys.exit(f"pack.py: {listed}:{number}: {line.strip()}: no such thing")
    modules.add_lists(archive)
    return archive.finish()


def main():
    listed, root, target = sys.argv[1:]
    data = pack(listed, root)
    with open(target, "wb") as file:
        file.write(data)


main()
