# SPDX-License-Identifier: MIT
# libbpf's own relocation, by way of bpftool, works with each BTF that is looked up, and finds as
# much in it as in the full one.
. "$FLOW/lib.sh"
bpftool=
for candidate in bpftool /usr/sbin/bpftool; do
	have $candidate && bpftool=$candidate && break
done
[ "$bpftool" ] && $bpftool version >/dev/null 2>&1 || skip "no bpftool"
make_object flow.bpf.o
make_object missing.bpf.o -DWITH_MISSING
make_program exe
kernels=$KERNELS
[ -d "$SHARED_KERNELS/debian" ] && kernels=$SHARED_KERNELS
status 0 embed exe flow.bpf.o missing.bpf.o --kernels "$kernels"
for archive in "$kernels"/*/*/x86_64/*.btf.tar.xz; do
	release=$(release_of "$archive")
	status 0 lookup exe --release "$release" -o small.btf
	$bpftool btf dump file small.btf >dump 2>err || fail "$release: bpftool does not read it"
	for object in flow.bpf.o missing.bpf.o; do
		$bpftool gen min_core_btf small.btf /dev/null $object >out 2>err ||
			fail "$release: $object"
	done
	$bpftool gen min_core_btf small.btf again.btf flow.bpf.o >out 2>err
	$bpftool btf dump file again.btf format raw >dump
	for type in task_struct mm_struct; do
		grep -q "STRUCT '$type' size=" dump || fail "$release: no $type"
	done
done
