# SPDX-License-Identifier: MIT
# corebtf trim --base: split BTF, made by clang and split in two by hand. libbpf reads the result.
. "$FLOW/lib.sh"
needs clang bpftool python3

cat >kernel.c <<'END'
struct in_kernel { long pad; int value; };
struct in_module { char pad[12]; struct in_kernel *kernel; struct in_kernel inner; };
struct in_kernel a;
struct in_module b;
END
cat >probe.bpf.c <<'END'
struct in_kernel { int value; } __attribute__((preserve_access_index));
struct in_module { struct in_kernel inner; } __attribute__((preserve_access_index));
__attribute__((section("raw_tp/x"), used)) int probe(struct in_module *module)
{
	return module->inner.value;
}
END
clang -target bpf -g -c kernel.c -o kernel.o
clang -target bpf -g -O2 -c probe.bpf.c -o probe.bpf.o

# Types up to the first that belongs to the module are the base, the rest is split from it.
python3 - <<'END'
import struct
import subprocess
subprocess.run(["objcopy", "-I", "elf64-little", "--dump-section", ".BTF=whole.btf", "kernel.o",
                "/dev/null"], check=True)
data = open("whole.btf", "rb").read()
_, _, _, header, _, type_len, str_off, str_len = struct.unpack_from("<HBBIIIII", data)
types, strings = data[header:header + type_len], data[header + str_off:][:str_len]
extra = {1: 4, 3: 12, 14: 4}
element = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
at = 0
while True:
    name, info, _ = struct.unpack_from("<III", types, at)
    kind, vlen = info >> 24 & 0x1f, info & 0xffff
    if strings[name:].startswith(b"in_module\0"):
        break
    at += 12 + extra.get(kind, 0) + vlen * element.get(kind, 0)
cut = strings.index(b"\0", len(strings) // 2) + 1


def write(name, types, strings):
    head = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings))
    open(name, "wb").write(head + types + strings)


write("vmlinux.btf", types[:at], strings[:cut])
write("module.btf", types[at:], strings[cut:])
END

status 1 trim probe.bpf.o --kernels module.btf -o out.btf
one_line module.btf "split BTF"
status 0 trim probe.bpf.o --kernels module.btf --base vmlinux.btf -o out.btf
status 0 trim probe.bpf.o --kernels whole.btf -o expected.btf
same out.btf expected.btf
bpftool gen min_core_btf out.btf min.btf probe.bpf.o || fail "libbpf does not relocate on it"
bpftool btf dump file min.btf >dump
grep -q "'inner' type_id=[0-9]* bits_offset=192" dump || fail "the member is not there"

status 1 trim probe.bpf.o --kernels module.btf --base nowhere.btf -o out2.btf
one_line nowhere.btf ""
cp out.btf before
status 1 trim probe.bpf.o --kernels module.btf --base out.btf -o out.btf
one_line out.btf "it is one of the inputs"
same out.btf before
