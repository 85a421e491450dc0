#!/bin/sh
# SPDX-License-Identifier: MIT
# selftests.sh LIBBPF_JUDGE CLANG FOLDER SYSTEM_INCLUDES KERNELS
#
# The kernel's own CO-RE self-tests, out of Debian's package linux-source-6.1: each program is judged
# on the BTF it is meant for. The pairs, and which of them have to fail, are read from the
# self-test itself (prog_tests/core_reloc.c). Exit status 77 when the package is not installed.
. "$(dirname "$0")/../support/lib.sh"
judge=$1 clang=$2 folder=$3 includes=$4 kernels=$5

archive=/usr/src/linux-source-6.1.tar.xz
[ -r $archive ] || skip "no $archive: linux-source-6.1 is not installed"
bpf=$folder/linux-source-6.1/tools/testing/selftests/bpf
if [ ! "$folder/unpacked" -nt $archive ]; then
	rm -rf "$folder"
	mkdir -p "$folder"
	tar -xJf $archive -C "$folder" --wildcards '*/selftests/bpf/progs/*core_reloc*' \
		'*/selftests/bpf/prog_tests/core_reloc.c'
	touch "$folder/unpacked"
fi

# Before version 15 clang has no builtin for "type matches", and the tests leave types out for it.
# So clang is called with the macros of a newer one, "type exists" stands for "type matches", and the
# judge judges the object as it is, and once more with all of them turned.
major=$(echo __clang_major__ | "$clang" -E -P -x c -)
flags="-target bpf -g -O2 -mcpu=v3 -ffreestanding -w -isystem $includes"
if [ "$major" -lt 16 ]; then
	mkdir -p "$folder/include/bpf"
	printf '#include_next <bpf/bpf_core_read.h>\n#undef bpf_core_type_matches\n%s\n' \
		'#define bpf_core_type_matches bpf_core_type_exists' >"$folder/include/bpf/bpf_core_read.h"
	flags="-D__clang_major__=15 -isystem $folder/include $flags"
fi
for source in "$bpf"/progs/*core_reloc*.c; do
	name=${source##*/}
	# It needs the types of a kernel that has the test's own module.
	[ "$name" != test_core_reloc_module.c ] || continue
	object=$folder/${name%.c}.o
	[ ! "$object" -nt "$folder/unpacked" ] || continue
	"$clang" $flags -c "$source" -o "$object"
done

# A kernel is not of the machine BPF (247): the field e_machine is changed to x86-64 (62).
for btf in "$folder"/btf__core_reloc_*.o; do
	printf '\076' | dd bs=1 seek=18 conv=notrunc status=none of="$btf"
done

# "NAME_CASE(target" and "NAME_ERR_CASE(target" become "object target loads" or "... fails".
# Three cases are not written with such a macro, or with one of another name.
pairs() {
	sed -n '/test_cases\[\] = {/,/^};/p' "$bpf/prog_tests/core_reloc.c" | sed -n '
		s/.*"btf__core_reloc_misc.*/misc misc loads/p
		s/.*FIELD_EXISTS_CASE_COMMON(\([a-z_0-9]*\)).*/existence \1 loads/p
		s/^\tBITFIELDS_ERR_CASE(\([a-z_0-9]*\)[,)].*/bitfields_probed \1 fails\nbitfields_direct \1 fails/p
		s/^\tBITFIELDS_CASE(\([a-z_0-9]*\)[,)].*/bitfields_probed \1 loads\nbitfields_direct \1 loads/p
		s/^\t\([A-Z_0-9]*\)_ERR_CASE(\([a-z_0-9]*\)[,)].*/\1 \2 fails/p
		s/^\t\([A-Z_0-9]*\)_CASE(\([a-z_0-9]*\)[,)].*/\1 \2 loads/p'
}
count=0 failed=0
judge_pair() {
	count=$((count + 1))
	if ! "$judge" "$@" >"$folder/log" 2>&1; then
		failed=$((failed + 1))
		echo "judge $*"
		sed 's/^/  /' "$folder/log"
	fi
}
pairs >"$folder/pairs"
while read -r object target expect; do
	object=$(echo "$object" | tr A-Z a-z)
	program=$folder/test_core_reloc_$object.o btf=$folder/btf__core_reloc_$target.o
	judge_pair --rounds 50 --swapped --outcomes --expect "$expect" --objects "$program" --kernels "$btf"
	judge_pair --rounds 50 --swapped --outcomes --all-match --objects "$program" --kernels "$btf"
done <"$folder/pairs"
pairs=$count
# And every program on all the targets together, and on real kernels.
all=$(printf '%s,' "$folder"/btf__core_reloc_*.o)
judge_pair --rounds 20 --objects "$folder"/test_core_reloc_*.o --kernels "${all%,}"
judge_pair --rounds 5 --objects "$folder"/test_core_reloc_*.o --kernels "$kernels"
echo "$pairs judgements of $(wc -l <"$folder/pairs") pairs, $((count - pairs)) of all, $failed failed"
# As many as the 6.1 kernel's test has, without the two for its module and the one for the kernel.
[ $failed = 0 ] && [ "$(wc -l <"$folder/pairs")" -ge 70 ]
