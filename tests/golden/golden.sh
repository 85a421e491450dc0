#!/bin/sh
# SPDX-License-Identifier: MIT
# golden.sh LIST KERNELS FILE...: embeds the kernel BTFs of the folder KERNELS for each FILE, a BPF
# object or a program with BPF objects in it, and compares the sums of the results with LIST. The FILE
# libbpf-tools stands for all programs of Debian's package. The head of samples.txt says what the sums
# mean. golden.sh --print KERNELS FILE... prints the lines of a new LIST. All paths are absolute.
. "$FLOW/lib.sh"
list=$1
kernels=$2
shift 2
if [ "$1" = libbpf-tools ]; then
	shift
	for tool in $(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/.'); do
		[ -h "$tool" ] || set -- "$@" "$tool"
	done
	[ $# -gt 0 ] || skip "libbpf-tools is not installed"
fi

hash_of() {
	sha256sum | cut -d ' ' -f 1
}

[ -d "$kernels" ] || skip "no folder $kernels"

# The first file gets its kernels from the archives, the others from unpacked BTFs, which is faster.
mkdir raw
(cd "$kernels" && find . -name '*.btf.tar.xz' | sort) >archives
[ -s archives ] || skip "no kernels in $kernels"
while read -r archive; do
	mkdir -p "raw/$(dirname "$archive")"
	tar -xJf "$kernels/$archive" -C "raw/$(dirname "$archive")"
done <archives
kernels_sum=$(cd raw && find . -name '*.btf' | sort | while read -r btf; do
	printf '%s ' "$btf"
	hash_of <"$btf"
done | hash_of)

# A small executable that is checked in, to embed into for an object; a bundle does not depend on it.
carrier=$FLOW/../fuzz/corpus/fuzz_executable/good-elf64-little

# sums FILE: sets $bundle_sum and $trimmed_sum.
sums() {
	rm -rf trimmed
	mkdir trimmed
	# A bundle has the names of the files that its objects were in, so they are always the same here.
	case $1 in
	*.bpf.o) cp "$1" object.bpf.o && set -- "$carrier" object.bpf.o ;;
	*) cp "$1" exe && set -- exe ;;
	esac
	jobs=$((jobs % 4 + 1)) # must not change the bytes
	status 0 embed "$@" --kernels "$source" --all-machines --jobs $jobs -o embedded
	source=raw
	status 0 convert embedded bundle
	status 0 convert bundle trimmed.tar
	tar -xf trimmed.tar -C trimmed
	bundle_sum=$(hash_of <bundle)
	trimmed_sum=$(find trimmed -name '*.btf' | sort | while read -r btf; do cat "$btf"; done | hash_of)
}

jobs=0
source=$kernels
if [ "$list" = --print ]; then
	echo "kernels $kernels_sum"
	for file; do
		sums "$file"
		echo "$(hash_of <"$file") $bundle_sum $trimmed_sum $(basename "$file")"
	done
	exit 0
fi

[ -e "$list" ] || fail "no file $list"
if ! grep -qx "kernels $kernels_sum" "$list"; then
	# Those of samples.txt come out of a pack that is checked in, so they are always the same.
	[ "${list##*/}" != samples.txt ] || fail "'corebtf convert' makes other BTFs of samples/kernels.pack"
	skip "$kernels has other kernels than $list"
fi
compared=0 others=0 wrong=0
for file; do
	line=$(grep "^$(hash_of <"$file") " "$list") || {
		echo "not in the list, another version: $file"
		others=$((others + 1))
		continue
	}
	sums "$file"
	echo "$line" >line
	read -r _ bundle_wanted trimmed_wanted name <line
	if [ "$trimmed_sum" != "$trimmed_wanted" ]; then
		echo "$name: the trimmed BTFs differ: $trimmed_sum, not $trimmed_wanted"
		wrong=$((wrong + 1))
	elif [ "$bundle_sum" != "$bundle_wanted" ]; then
		echo "$name: equal trimmed BTFs, another bundle: $bundle_sum, not $bundle_wanted"
		wrong=$((wrong + 1))
	fi
	compared=$((compared + 1))
done
[ $wrong -eq 0 ] || fail "$wrong of $compared files give other bytes than $list promises"
[ $compared -gt 0 ] || skip "none of $others files is in $list"
echo "$compared files compared, $others of another version"
