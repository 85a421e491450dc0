#!/bin/sh
# SPDX-License-Identifier: MIT
# Types of modules, judged by libbpf: on the BTFs of a Debian kernel and its modules, and on that kernel
# itself, in a virtual machine, where the modules are loaded.
#
#   modules.sh LIBBPF_JUDGE LOAD_JUDGE
. "$(dirname "$0")/lib.sh"
libbpf_judge=$1 load_judge=$2
here=$(cd "$(dirname "$0")" && pwd)

[ "$(uname -m)" = x86_64 ] || skip "the judge is for another machine"
needs clang bpftool python3 objcopy
use_architecture amd64
use_kernel
unpack "linux-image-$release=$version" busybox-static
package "linux-image-$release=$version"
kernel=$root/boot/vmlinuz-$release
modules=$root/lib/modules/$release/kernel

compile() { # SOURCE OBJECT [FLAG...]
	compile_source=$1 compile_object=$2
	shift 2
	quietly clang -target bpf -g -O2 -w -isystem "/usr/include/$multiarch" "$@" \
		-c "$compile_source" -o "$compile_object"
}

# --- on BTFs: all types with names of five modules ------------------------------------------------
mkdir "$work/objects"
quietly "$libbpf_judge" --write "$work/objects" --kernels "$kernel"
vmlinux=$work/objects/vmlinuz-$release.btf
chosen=
for name in xfs nf_conntrack nf_nat overlay kvm; do
	ko=$(find "$modules" -name "$name.ko")
	[ "$ko" ] || continue
	chosen="$chosen $ko"
	bpftool -B "$vmlinux" -j btf dump file "$ko" >"$work/$name.json"
	bpftool -B "$vmlinux" btf dump file "$ko" format c >"$work/$name.h"
	python3 "$here/../judge/module_object.py" "$work/$name.json" "$name.h" >"$work/$name.bpf.c"
	compile "$work/$name.bpf.c" "$work/$name.bpf.o" -I "$work"
	objects="${objects:-} $work/$name.bpf.o"
done
[ "$chosen" ] || fail "no module in $deb"
names=$(for ko in $chosen; do basename "$ko" .ko; done | tr '\n' ',')
# shellcheck disable=SC2086 # lists of files without blanks
quietly "$COREBTF" trim $objects --kernels "$kernel" --modules "${names%,}" -o "$work/all.btf"
# shellcheck disable=SC2086
quietly "$libbpf_judge" --rounds 3 --beside "$work/all.btf" --modules $chosen --kernels "$kernel" \
	--objects $objects
ok "$release: $(tail -n 1 "$work/log")"

# --- on the kernel --------------------------------------------------------------------------------
compile "$here/modules.bpf.c" "$work/modules.bpf.o"
quietly "$COREBTF" trim "$work/modules.bpf.o" --kernels "$kernel" -o "$work/tree.btf" -v
mv "$work/log" "$work/said"
for found in "nf_conntrack (nf_conntrack_net_ecache)" "overlay (ovl_config)" "xfs (xfs_inode)"; do
	says "$work/said" "$found"
done
quietly "$COREBTF" trim "$work/modules.bpf.o" --kernels "$deb" -o "$work/package.btf"
cmp -s "$work/tree.btf" "$work/package.btf" || fail "the package gives another BTF than the tree"

needs "${emulator%% *}" cpio gzip ldd
disk=$work/disk
mkdir -p "$disk/bin"
cp "$root/bin/busybox" "$disk/bin/busybox"
cp "$load_judge" "$disk/load_judge"
cp "$work/modules.bpf.o" "$work/tree.btf" "$disk"
for library in $(ldd "$load_judge" | grep -o '/[^ ]*'); do
	mkdir -p "$disk${library%/*}"
	cp -L "$library" "$disk$library"
done
# insert NAME: the module after those that it needs.
insert() {
	insert_ko=$(find "$modules" -name "$1.ko" -o -name "$(echo "$1" | tr _ -).ko" | head -n 1)
	[ "$insert_ko" ] && [ ! -e "$disk/$1.ko" ] || return 0
	for needed in $(objcopy -O binary --only-section=.modinfo "$insert_ko" /dev/stdout |
		tr '\0' '\n' | sed -n 's/^depends=//p' | tr ',' ' '); do
		(insert "$needed")
	done
	cp "$insert_ko" "$disk/$1.ko"
	echo "$1" >>"$work/order"
}
for name in crc32c_generic nf_conntrack overlay xfs; do
	insert $name
done
cat >"$disk/init" <<END
#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /dev /proc /sys
/bin/busybox --install -s /bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
ulimit -l unlimited
echo "kernel \$(uname -r)"
for name in $(tr '\n' ' ' <"$work/order"); do
	insmod /\$name.ko && echo "module \$name"
done
ls /sys/kernel/btf | tr '\n' ' '; echo
/load_judge --beside /tree.btf /modules.bpf.o 2>&1
echo "judged \$?"
poweroff -f
END
chmod +x "$disk/init"
(cd "$disk" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initrd"
# shellcheck disable=SC2086 # a command with options
timeout 600 $emulator -accel tcg -m 1024 -nodefaults -no-user-config -display none -serial stdio \
	-no-reboot -kernel "$kernel" -initrd "$work/initrd" \
	-append "console=$console quiet panic=-1" </dev/null >"$work/console" 2>"$work/err" ||
	fail "$emulator: $(cat "$work/err")"
tr -d '\r' <"$work/console" >"$work/said"
says "$work/said" "kernel $release"
for name in nf_conntrack overlay xfs; do
	says "$work/said" "module $name"
done
says "$work/said" "3 programs, with /tree.btf, 0 differences"
says "$work/said" "judged 0"
ok "$release, running: libbpf relocates as with the BTFs of the kernel and its modules"
