#!/bin/sh
# SPDX-License-Identifier: MIT
# truth.sh COREBTF WALK_JUDGE COMPARE_TYPES GOOD_BTF LIBBPF_JUDGE SELFTESTS KERNELS [OBJECT...]
#
# Kernels with DWARF: all files in the folder KERNELS; if it is not there, it is made, with a kernel of
# Debian's. For each of them:
#   - our pass over the DWARF finds the entries that libdwarf finds (WALK_JUDGE)
#   - the BTF made of it has the types of the kernel's own .BTF, and of pahole's, apart from the
#     differences that the files known.* explain (COMPARE_TYPES)
#   - libbpf and the running kernel take it, and no type is in it twice (GOOD_BTF)
#   - libbpf relocates each object with it as with the kernel's own and with pahole's
#   - trimmed straight from DWARF it has the same results as trimmed from the full BTF
# Objects: those of libbpf-tools where it is installed, the kernel's self-tests where the test
# judge_selftests has compiled them into SELFTESTS, and OBJECT. The last line for a kernel is a row of
# the table in docs/dwarf.md. Needs 2 GB of memory at most, and 15 s of CPU for each kernel.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/hide_btf.sh"
. "$(dirname "$0")/fetch_kernel.sh"
corebtf=$1 walk_judge=$2 compare=$3 good_btf=$4 judge=$5 selftests=$6 kernels=$7
shift 7
known=$(cd "$(dirname "$0")" && pwd)

needs pahole readelf clang
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -d "$kernels" ] || fetch_kernel "$kernels"

for tool in $(dpkg -L libbpf-tools 2>/dev/null | grep '/s\?bin/.'); do
	[ -h "$tool" ] || set -- "$@" "$tool"
done
for object in "$selftests"/test_core_reloc_*.o; do
	[ ! -e "$object" ] || set -- "$@" "$object"
done
[ $# -gt 0 ] || skip "no BPF objects: install libbpf-tools"
# Cut out of their executables.
quietly "$judge" --write "$work/objects" --objects "$@"
set -- "$work"/objects/*.bpf.o
quietly clang -target bpfeb -g -O2 -c "$known/../flow/flow.bpf.c" -o "$work/big-endian.bpf.o"

# The section .BTF, of any machine: false where there is none.
own_btf() { # VMLINUX OUT
	place=$(readelf -SW "$1" 2>/dev/null |
		sed -n 's/.* \.BTF  *PROGBITS *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p')
	[ -n "$place" ] || return 1
	tail -c +$((0x${place% *} + 1)) "$1" | head -c $((0x${place#* })) >"$2"
}

# The flags of the kernel's own build, as far as they change types.
pahole_btf() { # VMLINUX OUT
	quietly pahole --btf_gen_floats --lang_exclude=rust --btf_encode_detached="$2" "$1"
}

# beside NAME BTF KNOWN...: types and relocations, ours beside another. Adds to $row.
beside() {
	name=$1 btf=$2
	shift 2
	files=
	for list; do
		[ ! -e "$known/known.$list" ] || files="$files --known $known/known.$list"
	done
	# shellcheck disable=SC2086 # no spaces
	"$compare" $files "$btf" "$work/ours.btf" >"$work/log" || fail "$release: other types than $name's"
	row="$row $(sed -n 's/^\([0-9]*\) differences, .*/\1/p' "$work/log") |"
	kinds=$(sed -n 's/^types: .* struct [0-9]* \([0-9]*\), union [0-9]* \([0-9]*\), enum [0-9]* \([0-9]*\),.*/\1 + \2 + \3/p' "$work/log")
}

relocates() { # NAME BTF OTHER OBJECT...
	name=$1 btf=$2 other=$3
	shift 3
	"$judge" --rounds 10 --beside "$other" --kernels "$btf" --objects "$@" >"$work/log" ||
		fail "$release: libbpf relocates otherwise than with $name"
	results=$(sed -n 's/.*BTFs ([^)]*): \([0-9]* relocations, [0-9]* questions\).*/\1/p' "$work/log")
}

# Trimmed straight from DWARF, and from the full BTF made of it: the same types.
trimmed() { # OBJECT...
	quietly "$corebtf" trim --quiet "$@" --kernels "$work/vmlinux" -o "$work/direct.btf"
	quietly "$corebtf" trim --quiet "$@" --kernels "$work/ours.btf" -o "$work/trimmed.btf"
	"$compare" "$work/direct.btf" "$work/trimmed.btf" >"$work/log" ||
		fail "$release: trimmed straight from DWARF it has other types"
}

judge_kernel() { # VMLINUX OBJECT...
	vmlinux=$1 release=${1##*/} row=
	shift
	quietly "$walk_judge" "$vmlinux"
	entries=$(sed -n 's/.*, \([0-9]*\) entries, .*/\1/p' "$work/log")
	quietly "$corebtf" dwarf --quiet "$vmlinux" -o "$work/ours.btf"
	"$good_btf" --load "$work/ours.btf" >"$work/log" 2>&1 || [ $? = 77 ] || fail "$release: not good BTF"
	if own_btf "$vmlinux" "$work/own.btf"; then
		beside "the kernel" "$work/own.btf" own "own.${release%%.*}" "own.$release"
		relocates "the kernel's own" "$work/own.btf" "$work/ours.btf" "$@"
	else
		row="$row none |"
	fi
	pahole_btf "$vmlinux" "$work/pahole.btf"
	beside pahole "$work/pahole.btf" pahole "pahole.$release"
	relocates "pahole's" "$work/pahole.btf" "$work/ours.btf" "$@"
	judged=$results
	hide_btf "$vmlinux" "$work/vmlinux"
	if readelf -h "$vmlinux" 2>/dev/null | grep -q 'big endian'; then
		# These objects are little-endian. No judge relocates big-endian ones here.
		trimmed "$work/big-endian.bpf.o"
	else
		trimmed "$@"
		relocates "what is trimmed from DWARF" "$work/direct.btf" "$work/trimmed.btf" "$@"
		relocates "what is trimmed from DWARF" "$work/direct.btf" "$work/pahole.btf" "$@"
	fi
	rm "$work/vmlinux"
	echo "| $release | $entries | $kinds |$row $judged, 0 |"
}

count=0
for vmlinux in "$kernels"/*; do
	[ -f "$vmlinux" ] || continue
	judge_kernel "$vmlinux" "$@"
	count=$((count + 1))
done
[ $count -gt 0 ] || skip "$kernels is empty"
echo "$count kernels"
