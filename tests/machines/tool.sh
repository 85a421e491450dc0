#!/bin/sh
# SPDX-License-Identifier: MIT
# One file of `corebtf tool` on three kernels: two of Debian's 32-bit kernels, which have no BTF, and a
# 64-bit one, which has. The file is for i386, so that all of them run it.
. "$(dirname "$0")/lib.sh"
here=$SOURCE/tests/machines

needs clang cpio gzip qemu-system-i386 qemu-system-x86_64
use_architecture i386
use_kernel
point_release=$version # package() changes the other one
needs "$triplet-gcc" ninja pkg-config dpkg-deb
unpack libbpf-dev libelf-dev zlib1g-dev liblzma-dev
find "$root/usr/lib/$multiarch" -name '*.so' -exec rm {} +
quietly sh "$SOURCE/runner/cross.sh" "$CMAKE" "$SOURCE" "$build" "$root" "$triplet" "$multiarch" "$processor"
runner=$build/share/corebtf/runner-x86
[ -x "$runner" ] || fail "no runner was built"
clang -target bpf -g -O2 -I "$SOURCE/runtime/include" -idirafter "/usr/include/$(cc -print-multiarch)" \
	-c "$SOURCE/tests/flow/tool.bpf.c" -o "$work/execs.bpf.o" >"$work/log" 2>&1 ||
	fail "clang"
disk=$work/disk
mkdir -p "$disk/bin"
"$COREBTF" tool "$work/execs.bpf.o" -o "$disk/execs" --runner "$runner" --kernels "$SOURCE/samples/kernels.pack" \
	>"$work/log" 2>&1 || fail "corebtf tool"
sed 's/^/  /' "$work/log"
unpack busybox-static
cp "$root/bin/busybox" "$disk/bin/busybox"
cp "$here/tool_init.sh" "$disk/init"
chmod -R a+rX "$disk"
chmod +x "$disk/init"
(cd "$disk" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initrd"

# runs RELEASE OWN: on this kernel, which has a BTF of its own or not. Every program that was started is
# among the events, with the right parent.
runs() {
	# shellcheck disable=SC2086 # a command with options
	timeout 300 $emulator -accel tcg -m 512 -nodefaults -no-user-config -display none -serial stdio \
		-no-reboot -kernel "$root/boot/vmlinuz-$1" -initrd "$work/initrd" \
		-append "console=$console quiet panic=-1 no_timer_check" </dev/null >"$work/console" 2>"$work/err" ||
		fail "$emulator: $(cat "$work/err")"
	tr -d '\r' <"$work/console" >"$work/log"
	says "$work/log" "$1 "
	if [ "$2" = own ]; then
		grep -q '^/sys/kernel/btf/vmlinux$' "$work/log" || fail "$1 has no BTF"
	else
		grep -q 'vmlinux: No such file' "$work/log" || fail "$1 has BTF"
	fi
	says "$work/log" "== status 0"
	seen=0
	while read -r _ pid parent; do
		grep -q "^{\"pid\":$pid,\"ppid\":$parent,\"level\":\"LEVEL_LOW\",\"comm\":\"marked\"}\$" \
			"$work/log" && seen=$((seen + 1))
	done <<-END
		$(grep '^started ' "$work/log")
	END
	# The first may be started before the tool is ready.
	[ $seen -ge 3 ] || fail "$1: $seen of the started programs were seen"
	ok "$(sed -n '/^== kernel/{n;p;}' "$work/log"), $2 BTF: $seen programs seen, each with its parent"
}

unpack "linux-image-$release=$point_release"
runs "$release" no
unpack "linux-image-6.1.0-50-686=$point_release"
runs 6.1.0-50-686 no
rm "$work/updated" 2>/dev/null || :
use_architecture amd64
use_kernel
unpack "linux-image-$release=$point_release"
runs "$release" own
