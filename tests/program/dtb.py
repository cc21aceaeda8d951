#!/usr/bin/env python3
"""Compares the device tree of Trapeze with that of QEMU's virt board, property by property.

    dtb.py TRAPEZE QEMU
    dtb.py --self-test

What differs must stand in the table below, with the reason, and what stands there must differ.
References from node to node (phandles) are compared by the path that they mean."""
import os
import struct
import subprocess
import sys
import tempfile

BEGIN, END, PROPERTY, NOP = 1, 2, 3, 4
WORD = struct.Struct(">I")

# Path (a * at the end: all that begin so) and property (*: the node) -> why it differs.
ALLOWED = {
    ("/", "model"): "our own name",
    ("/chosen", "rng-seed"): "random",
    ("/chosen", "linux,initrd-start"): "64 bits; QEMU 7.2 has 32, later ones 64",
    ("/chosen", "linux,initrd-end"): "64 bits",
    ("/cpus/cpu@*", "mmu-type"): "Sv39 only",
    ("/cpus/cpu@*", "riscv,isa"): "another set of extensions",
    ("/soc/plic@c000000", "riscv,ndev"): "95 sources; QEMU 7.2 counts source 0 too, later ones not",
    ("/flash@20000000", "*"): "no flash",
    ("/fw-cfg@10100000", "*"): "no QEMU to be configured by",
    ("/platform-bus@4000000", "*"): "no hot-plugged devices",
    ("/pmu", "*"): "no performance counters",
    ("/soc/pci@30000000", "*"): "no PCI",
}
# Properties whose cells are phandles: one in how many.
REFERENCES = {"interrupt-parent": 1, "interrupts-extended": 2, "regmap": 1, "cpu": 1}


def words(data):
    return [word for word, in WORD.iter_unpack(data)]


def parse(data):
    """The nodes by path: a dictionary of properties each. The format: Devicetree 0.4, chapter 5."""
    _, _, at, strings = words(data[:16])
    path, nodes = [], {}
    while path or not nodes:
        token, = WORD.unpack_from(data, at)
        at += 4
        if token == BEGIN:
            end = data.index(b"\0", at)
            path.append(data[at:end].decode())
            at = end // 4 * 4 + 4
            nodes["/".join(path) or "/"] = {}
        elif token == END:
            path.pop()
        elif token == PROPERTY:
            size, name = words(data[at:at + 8])
            name = data[strings + name:data.index(b"\0", strings + name)].decode()
            nodes["/".join(path) or "/"][name] = data[at + 8:at + 8 + size]
            at += 8 + (size + 3) // 4 * 4
        elif token != NOP:
            sys.exit(f"dtb.py: a broken tree: token {token}")
    return nodes


def by_path(nodes):
    """The same with paths in place of phandles."""
    paths = {node["phandle"]: path for path, node in nodes.items() if "phandle" in node}
    for node in nodes.values():
        for name, every in REFERENCES.items():
            if name in node:
                cells = words(node[name])
                node[name] = [paths[WORD.pack(cell)] if index % every == 0 else cell
                              for index, cell in enumerate(cells)]
        if "phandle" in node:
            node["phandle"] = "some number"
    return nodes


def differences(ours, theirs):
    """Triples of path, property and what is to be said."""
    for path in sorted(ours.keys() | theirs.keys()):
        if path not in ours or path not in theirs:
            yield path, "*", "only ours has it" if path in ours else "only QEMU has it"
            continue
        for name in sorted(ours[path].keys() | theirs[path].keys()):
            left, right = ours[path].get(name), theirs[path].get(name)
            if left != right:
                yield path, name, f"ours {left!r}, QEMU's {right!r}"


def is_match(row, path, name):
    pattern, what = row
    return what == name and (path.startswith(pattern[:-1]) if pattern.endswith("*")
                             else path == pattern)


def judge(ours, theirs):
    """The complaints: what differs without a reason, and reasons for what does not differ."""
    unused = set(ALLOWED)
    for path, name, text in differences(ours, theirs):
        rows = [row for row in ALLOWED if is_match(row, path, name)]
        unused.difference_update(rows)
        if not rows:
            yield f"{path} {name}: {text}"
    for path, name in sorted(unused):
        yield f"{path} {name}: does not differ"


def dumped(folder, trapeze, qemu):
    initrd, kernel = (os.path.join(folder, name) for name in ("initrd", "kernel"))
    for path in initrd, kernel:
        with open(path, "wb") as file:
            file.write(bytes(4096))
    boot = ["-initrd", initrd, "-append", "some words", "-kernel", kernel]
    ours, theirs = (os.path.join(folder, name) for name in ("ours.dtb", "theirs.dtb"))
    subprocess.run([qemu, "-M", f"virt,dumpdtb={theirs}", "-m", "256M", "-smp", "2", "-display",
                    "none", *boot], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([trapeze, "run", "--memory", "256M", "--harts", "2", "--firmware", kernel,
                    "--initrd", initrd, "--append", "some words", "--dump-dtb", ours, "--max", "1",
                    kernel], check=False)
    for path in ours, theirs:
        with open(path, "rb") as file:
            yield by_path(parse(file.read()))


def self_test():
    """Each planted difference must be seen."""
    def tree():
        return by_path({"/": {"model": b"a"}, "/a": {"phandle": WORD.pack(7), "x": b"1"},
                        "/b": {"regmap": WORD.pack(7)}})
    def planted(change):
        ours = tree()
        change(ours)
        return len(list(differences(ours, tree())))
    assert planted(lambda ours: None) == 0
    assert planted(lambda ours: ours["/a"].update(x=b"2")) == 1
    assert planted(lambda ours: ours["/a"].update(y=b"2")) == 1
    assert planted(lambda ours: ours["/b"].update(regmap=["/"])) == 1
    assert planted(lambda ours: ours.pop("/a")) == 1
    assert len(list(judge(tree(), tree()))) == len(ALLOWED)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = dumped(folder, *sys.argv[1:])
    complaints = list(judge(ours, theirs))
    print(*complaints, f"{len(ours)} nodes, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


sys.exit(main())
