# SPDX-License-Identifier: MIT
# All kernels of ../shared/kernels, or else those of samples: packed with all types, and out again.
. "$FLOW/lib.sh"
PATH=$PATH:/usr/sbin
kernels=$KERNELS
[ ! -d "$SHARED_KERNELS/debian" ] || kernels=$SHARED_KERNELS

status 0 pack "$kernels" -o all.pack
status 0 verify all.pack --kernels "$kernels"
(cd "$kernels" && find . -name '*.tar.xz' | sort) >expected
says err "$(wc -l <expected) of $(wc -l <expected) kernels: all types are those of the originals"

# Split, and merged in an order by chance. (Many random splits: test_pack.)
for part in 1 2 3; do
	status 0 pack "$kernels" --slice $part/3 -o part.$part
done
set -- $(ls part.* | sort -R)
status 0 pack "$1" "$2" -o pair.pack
status 0 pack "$3" pair.pack -o merged.pack
same all.pack merged.pack

# Out again: files with the same names, the same number of types of each kind, and the same
# declarations. These come in another order, with forward declarations where that needs them and
# other numbers behind equal names.
status 0 convert all.pack tree/
(cd tree && find . -name '*.btf' | sed 's/$/.tar.xz/' | sort) >found
same expected found
declarations() {
	bpftool btf dump file "$1" format c |
		sed -E 's/___[0-9]+\b//g; /^(struct|union|enum) [A-Za-z0-9_]+;$/d; /^$/d' | sort
}
kinds() {
	bpftool btf dump file "$1" | awk '/^\[/ { print $2 }' | sort | uniq -c
}
while read -r file; do
	tar -xJOf "$kernels/$file" >original.btf
	declarations original.btf >one
	declarations "tree/${file%.tar.xz}" >two
	[ "$(wc -l <one)" -gt 30000 ] || fail "$file: bpftool printed little"
	same one two
	kinds original.btf >one
	kinds "tree/${file%.tar.xz}" >two
	same one two
done <expected

# What is trimmed is the same, for objects with relocations of all kinds: from the kernels, from the pack, and from what came out of it.
for from in "$kernels" all.pack tree; do
	status 0 trim "$FLOW"/../golden/objects/*.bpf.o --kernels "$from" -o trimmed.bundle
	[ -e first.bundle ] || cp trimmed.bundle first.bundle
	same first.bundle trimmed.bundle
done
