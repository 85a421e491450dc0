#!/bin/sh
# SPDX-License-Identifier: MIT
# bpftool_judge.sh BPFTOOL COREBTF BTF_PAYLOAD FOLDER -- KERNEL... -- OBJECT...
#
# bpftool makes its own smallest BTF of the full one and of our trimmed one. Both work or both fail,
# and the results agree: types, sizes, members, their offsets and what they point to. bpftool
# keeps all enumerators of an enum, so of those ours has some; and of a struct that "type matches"
# compares it keeps all members, so for objects with such a relocation ours has some of its lines.
set -eu
bpftool=$1 corebtf=$2 payload=$3 folder=$4
shift 5
kernels=
while [ "$1" != -- ]; do
	kernels="$kernels $1"
	shift
done
shift

compared=0 failed=0 refused=0
fail() {
	printf '%s, %s: %s\n' "${kernel##*/}" "${object##*/}" "$1"
	failed=$((failed + 1))
}

# The lines of FILE1 that FILE2 does not have.
missing() {
	LC_ALL=C comm -23 "$1" "$2"
}

mkdir -p "$folder"
for kernel in $kernels; do
	for object; do
		compared=$((compared + 1))
		rm -f "$folder"/*.min
		if ! "$corebtf" trim --quiet "$object" --kernels "$kernel" -o "$folder/ours.btf" >"$folder/log" 2>&1; then
			fail "not trimmed: $(cat "$folder/log")"
			continue
		fi
		full=0 trimmed=0
		"$bpftool" gen min_core_btf "$kernel" "$folder/full.min" "$object" >/dev/null 2>&1 || full=$?
		"$bpftool" gen min_core_btf "$folder/ours.btf" "$folder/ours.min" "$object" \
			>/dev/null 2>&1 || trimmed=$?
		if [ $full != $trimmed ]; then
			fail "bpftool's status is $full with the full BTF and $trimmed with ours"
			continue
		fi
		if [ $full != 0 ]; then
			refused=$((refused + 1))
			continue
		fi
		"$payload" "$folder/full.min" | LC_ALL=C sort -u >"$folder/full.txt"
		"$payload" "$folder/ours.min" | LC_ALL=C sort -u >"$folder/ours.txt"
		missing "$folder/ours.txt" "$folder/full.txt" >"$folder/more.txt"
		missing "$folder/full.txt" "$folder/ours.txt" | grep -v '^enumerator ' >"$folder/less.txt" || :
		case $object in
		*matches*) : >"$folder/less.txt" ;;
		esac
		if [ -s "$folder/more.txt" ] || [ -s "$folder/less.txt" ]; then
			fail "not the same payload"
			sed 's/^/  only in ours: /; 5q' "$folder/more.txt"
			sed 's/^/  only in the full one: /; 5q' "$folder/less.txt"
		fi
	done
done
echo "$compared compared, $refused of them refused by bpftool with both, $failed differ"
[ $failed = 0 ] && [ $compared != $refused ]
