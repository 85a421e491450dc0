# SPDX-License-Identifier: MIT
# The whole flow over the sample kernels: trim, embed, list, lookup, convert, remove.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_object missing.bpf.o -DWITH_MISSING
make_program exe flow.bpf.o
make_program bare
cp exe exe.before

# No OBJ: the one inside the program is found.
status 0 embed exe --kernels "$KERNELS" -o with
same exe exe.before
says err "found BPF object: "
size=$(wc -c <flow.bpf.o)
tr -d , <err >err.plain
says err.plain "found BPF object: $size bytes at offset 0x"
grep -qE 'offset 0x[0-9a-f]+, [1-9][0-9]* relocations' err || fail "no count of relocations"
says err "1 kernel of other machines left out"
says err "in section .corebtf"
says_not err "not resolved"
[ -s out ] && fail "output"
./with || fail "the program does not run any more"

# The same by name, and in place.
cp exe in-place
chmod 751 in-place
status 0 embed --quiet in-place flow.bpf.o --kernels "$KERNELS"
[ -s err ] && fail "not quiet"
[ "$(stat -c %a in-place)" = 751 ] || fail "mode not kept"
./in-place

# list
status 0 list with
cp out table
samples x86_64 >x86_64
first=$(head -1 x86_64)
[ "$(wc -l <x86_64)" -ge 3 ] || fail "sample kernels are missing"
while read -r path; do
	grep -qE "^debian +[0-9]+ +x86_64 +$(release_of "$path" | sed 's/[.+]/\\&/g') " table ||
		fail "$path is not in the table"
done <x86_64
says table "exe+0x"
[ "$(grep -c '^debian ' table)" -eq "$(wc -l <x86_64)" ] || fail "other kernels in the table"
status 0 list with --json
if have python3; then
	python3 -c '
import json, sys
bundle = json.load(open("out"))
kernels = [(k["os_id"], k["version_id"], k["machine"], k["release"]) for k in bundle["kernels"]]
paths = [line.strip().split("/") for line in open("x86_64")]
expected = [(p[0], p[1], p[2], p[3][:-len(".btf.tar.xz")]) for p in paths]
assert sorted(kernels) == sorted(expected), (kernels, expected)
summary = bundle["summary"]
assert summary["kernels"] == len(expected), summary
assert summary["distinct_btfs"] == len(set(k["btf"] for k in bundle["kernels"])), summary
assert summary["objects"] == len(bundle["objects"]) == 1, summary
assert bundle["objects"][0]["relocations"] > 0, bundle["objects"]
assert all(k["btf_size"] > 24 for k in bundle["kernels"])
' || fail "wrong JSON"
fi

# lookup gives for each kernel the same BTF as trim.
while read -r path; do
	release=$(release_of "$path")
	status 0 lookup with --release "$release" -o looked-up
	says out "$release"
	says out "release and machine"
	status 0 trim flow.bpf.o --kernels "$KERNELS/$path" -o trimmed.btf
	same looked-up trimmed.btf
	status 0 lookup in-place --release "$release" --machine amd64 -o looked-up --quiet
	same looked-up trimmed.btf
	[ -s out ] && fail "not quiet"
done <x86_64
status 1 lookup with --release 1.2.3-nothing -o never
one_line with "no BTF for release 1.2.3-nothing"
[ -e never ] && fail "a BTF of no kernel"
status 1 lookup with --release "$(release_of "$first")" --machine s390x
one_line with "s390x"

# convert and embed --bundle give the same file again; remove gives the old one.
status 0 convert with -o bundle
status 0 list bundle
same out table
status 0 embed exe --bundle bundle -o attached
same attached with
status 0 embed bare --bundle bundle
./bare
status 0 list bare
same out table
status 0 convert bare -o bundle-again
same bundle-again bundle
status 0 embed exe --bundle with -o attached
same attached with
status 0 remove with -o without
./without
status 1 list without
one_line without ".corebtf"
status 1 remove without
one_line without "no section .corebtf"
status 0 remove in-place
./in-place
status 1 convert exe -o never
[ -e never ] && fail "an empty bundle"

# Embedding again replaces.
mkdir again
cp with again/exe
status 0 embed again/exe --kernels "$KERNELS"
same again/exe with

# Compressed, with the same results.
status 0 embed exe --kernels "$KERNELS" --compress xz -o packed
status 0 embed exe --kernels "$KERNELS" --compress=none -o plain
same plain with
status 0 list packed
says out "compressed"
while read -r path; do
	release=$(release_of "$path")
	status 0 lookup packed --release "$release" -o from-packed
	status 0 lookup with --release "$release" -o from-plain
	same from-packed from-plain
done <x86_64

# All machines: the arm64 kernel is there, too, by both of its names.
samples arm64 >arm64
status 0 embed exe --kernels "$KERNELS" --all-machines -o all
says_not err "left out"
release=$(release_of "$(head -1 arm64)")
for machine in arm64 aarch64; do
	status 0 lookup all --release "$release" --machine $machine -o arm.btf
	status 0 trim flow.bpf.o --kernels "$KERNELS/$(head -1 arm64)" -o trimmed.btf
	same arm.btf trimmed.btf
done
status 1 lookup all --release "$release"

# A relocation that no kernel resolves is counted and named with --verbose, and not an error.
status 0 embed exe missing.bpf.o --kernels "$KERNELS" -o odd
count=$(wc -l <x86_64)
says_not err "not resolved"
says_not err "lack"
status 0 embed exe missing.bpf.o --kernels "$KERNELS" -o odd --verbose
says err "$count of $count kernels lack something that the objects ask for, $count times in all"
# Once for all kernels that agree.
[ "$(grep -c 'not resolved: .*surely_not_there' err)" -eq 1 ] || fail "not named once"
[ "$(grep -c "not resolved: the same as with .*$first" err)" -eq $((count - 1)) ] || fail "not each kernel"
status 0 trim missing.bpf.o --kernels "$KERNELS/$first" -o trimmed.btf -v
says err "surely_not_there"
status 0 lookup odd --release "$(release_of "$first")" -o looked-up
same looked-up trimmed.btf

# The running kernel's own BTF, with its build-id.
if [ -r /sys/kernel/btf/vmlinux ] && [ "$(uname -m)" = x86_64 ]; then
	status 0 embed exe --kernels-with-btf --kernels "$KERNELS" /sys/kernel/btf/vmlinux -o running
	status 0 lookup running -o looked-up
	says out "$(uname -r)"
	status 0 trim flow.bpf.o --kernels /sys/kernel/btf/vmlinux -o trimmed.btf
	same looked-up trimmed.btf
	status 0 list running --json
	grep -F "$(uname -r)" out | grep -qE '"build_id": "[0-9a-f]{40}"' ||
		[ ! -r /sys/kernel/notes ] || fail "no build-id"
fi
