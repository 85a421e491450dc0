#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a seed for fuzz_request_set and fuzz_trim: make_trim_seed.py OBJECT BTF SEED.

OBJECT is a compiled BPF object, BTF a (small, trimmed) kernel BTF; see trim_input.h.
"""
import struct
import subprocess
import sys
import tempfile


def section(path, name):
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["objcopy", "-I", "elf64-little", "--dump-section", f"{name}={out.name}",
                        path, "/dev/null"], check=True)
        return open(out.name, "rb").read()


obj, kernel, seed = sys.argv[1:]
btf, ext = section(obj, ".BTF"), section(obj, ".BTF.ext")
with open(seed, "wb") as out:
    out.write(struct.pack("<II", len(btf), len(ext)) + btf + ext + open(kernel, "rb").read())
