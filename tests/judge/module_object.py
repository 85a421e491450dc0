#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""module_object.py DUMP HEADER: a BPF program that asks for all types of a module with a name.

DUMP is `bpftool -j btf dump file` of the module, HEADER what `... format c` makes of it. Written on
standard output: C, with relocations for existence, size and the first members of each struct and union.
"""
import json
import sys

MEMBERS = 12
LINES = 100  # of one program

asked, lines = set(), []
for entry in json.load(open(sys.argv[1]))["types"]:
    name, members = entry["name"], entry.get("members")
    if entry["kind"] not in ("STRUCT", "UNION") or name == "(anon)" or not members:
        continue
    # Two of one name: the header calls the second one NAME___2.
    if (entry["kind"], name) in asked:
        continue
    asked.add((entry["kind"], name))
    kind = entry["kind"].lower()
    lines.append(f"out[0] = bpf_core_type_exists({kind} {name});")
    lines.append(f"out[1] = bpf_core_type_size({kind} {name});")
    for member in [m["name"] for m in members
                   if m["name"] != "(anon)" and not m.get("bitfield_size")][:MEMBERS]:
        lines.append(f"out[2] = bpf_core_field_offset({kind} {name}, {member});")
        lines.append(f"out[3] = bpf_core_field_size({kind} {name}, {member});")

print(f'#include "{sys.argv[2]}"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>')
print("volatile unsigned long long out[4];")
for number, start in enumerate(range(0, len(lines), LINES)):
    print(f'SEC("raw_tp/{number}") int p{number}(void *context)\n{{')
    print("\n".join("\t" + line for line in lines[start:start + LINES]))
    print("\treturn 0;\n}")
print('char LICENSE[] SEC("license") = "GPL";')
