# SPDX-License-Identifier: MIT
# Kernels that show BTF of their own are left out of what a program carries, and of nothing else.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
mkdir -p tree/debian/12/x86_64 boot

# Of a kernel in all forms it is known that the BTF is its own. Of a file named like one it is not.
"$WRITE_KERNEL" boot/vmlinuz-6.1.0-13-amd64 bzimage zstd
"$WRITE_KERNEL" vmlinux elf
cp "$KERNELS/$(samples x86_64 | head -1)" tree/debian/12/x86_64/6.1.0-90-amd64.btf.tar.xz
mkdir tree/debian/11
cp -R tree/debian/12/x86_64 tree/debian/11
cp vmlinux tree/debian/11/x86_64/6.1.0-13-amd64.btf
rm tree/debian/11/x86_64/6.1.0-90-amd64.btf.tar.xz
status 0 pack boot -o boot.pack
status 0 pack boot.pack tree/debian/12 -o both.pack # the origin stays through a pack and a merge
says_kernel() { # FILE ORIGIN
	status 0 list "$1"
	grep -q "6.1.0-13-amd64 .* $2 " out || fail "$1: not from $2"
}
says_kernel boot.pack kernel
says_kernel both.pack kernel
for kernels in boot vmlinux boot.pack tree/debian/11; do
	status 1 embed exe --kernels $kernels -o none
	says err "exe: nothing written: all kernels (1) show BTF of their own"
	says err "--kernels-with-btf takes them"
	[ -e none ] && fail "$kernels: it is written"
	status 1 trim flow.bpf.o --kernels $kernels -o none.bundle
	says err "all kernels (1) show BTF of their own"
	status 0 embed exe --kernels-with-btf --kernels $kernels -o with
	says_not err "left out"
done
for kernels in both.pack "boot tree/debian/12" "tree"; do
	# shellcheck disable=SC2086
	status 0 embed exe --kernels $kernels -o one --json
	says err "1 kernel left out that shows BTF of its own (--kernels-with-btf takes it)"
	says out '"with_own_btf": 1'
	status 0 list one
	says out "6.1.0-90-amd64"
	says_not out "6.1.0-13-amd64"
done
status 0 embed exe --kernels both.pack -v -o one
says err "6.1.0-13-amd64: left out: it shows BTF of its own"
status 0 embed exe --kernels-with-btf --kernels both.pack -o two
status 0 list two
says out "2 kernels"
status 2 embed exe --bundle one --kernels-with-btf
says err "--bundle takes finished BTFs"

# What programs carry follows the same rule in all forms. A single BTF is for the kernel that was named.
status 0 trim flow.bpf.o --kernels both.pack -o one.bundle
status 0 embed exe --bundle one.bundle -o from-bundle
status 0 embed exe flow.bpf.o --kernels both.pack -o one
status 0 convert one again.bundle
same one.bundle again.bundle
status 0 btfgen flow.bpf.o --kernels both.pack -o one.tar.gz
says err "1 kernel left out"
[ "$(tar -tzf one.tar.gz | grep -c 'btf$')" -eq 1 ] || fail "btfgen: not one kernel"
status 0 trim flow.bpf.o --kernels vmlinux -o one.btf
status 0 trim flow.bpf.o --kernels boot -o two.btf
same one.btf two.btf

# Older kernels do not show it. A BTF that was added to a vmlinux is not the kernel's own.
status 0 embed exe --as release=5.3.0-1 --kernels vmlinux -o old
status 1 embed exe --as release=5.4.0-1 --kernels vmlinux -o old
status 0 embed exe --as release=odd --kernels vmlinux -o old
if have objcopy; then
	objcopy --dump-section .BTF=types vmlinux
	objcopy --remove-section .BTF vmlinux bare
	objcopy --add-section .BTF=types bare added
	status 0 pack added -o added.pack
	says_kernel added.pack unknown
	status 0 embed exe --kernels added -o with
fi

# Whoever looks at kernels sees all of them.
status 0 verify two --kernels both.pack
says err "the same answers on 2 kernels"
status 0 report flow.bpf.o --kernels both.pack
says err "on 2 kernels"
status 0 list --kernels both.pack
says out "2 kernels"
