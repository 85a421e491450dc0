#!/bin/sh
# SPDX-License-Identifier: MIT
# What the report says of programs, judged by the verifier of another kernel: Debian's, in a virtual
# machine. tests/judge/reach_judge.c runs there, with its own object and those of libbpf-tools.
#
#   reach.sh REACH_JUDGE OBJECT CUT_OBJECTS
. "$(dirname "$0")/lib.sh"
judge=$1 object=$2 cut=$3

[ "$(uname -m)" = x86_64 ] || skip "the judge is for another machine"
use_architecture amd64
use_kernel
needs "${emulator%% *}" cpio gzip ldd
unpack "linux-image-$release=$version" busybox-static

disk=$work/disk
mkdir -p "$disk/bin" "$disk/objects"
cp "$root/bin/busybox" "$disk/bin/busybox"
cp "$judge" "$disk/reach_judge"
cp "$object" "$disk/reach.bpf.o"
for library in $(ldd "$judge" | grep -o '/[^ ]*'); do
	mkdir -p "$disk${library%/*}"
	cp -L "$library" "$disk$library"
done
dpkg -L libbpf-tools 2>/dev/null | grep '/s\?bin/.' | while read -r file; do
	[ -L "$file" ] || "$cut" "$disk/objects" "$file"
done
cat >"$disk/init" <<'END'
#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /dev /proc /sys
/bin/busybox --install -s /bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tracefs none /sys/kernel/tracing
ulimit -l unlimited
echo "kernel $(uname -r)"
/reach_judge 20 --names /reach.bpf.o 2>&1
echo "own $?"
if [ -n "$(ls /objects)" ]; then
	/reach_judge 0 /objects/*.o 2>&1
	echo "tools $?"
fi
poweroff -f
END
chmod +x "$disk/init"
(cd "$disk" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initrd"

# shellcheck disable=SC2086 # a command with options
timeout 1500 $emulator -accel tcg -m 1024 -nodefaults -no-user-config -display none -serial stdio \
	-no-reboot -kernel "$root/boot/vmlinuz-$release" -initrd "$work/initrd" \
	-append "console=$console quiet panic=-1" </dev/null >"$work/console" 2>"$work/err" ||
	fail "$emulator: $(cat "$work/err")"
tr -d '\r' <"$work/console" >"$work/log"
says "$work/log" "kernel $release"
says "$work/log" "own 0"
ok "$release, its own object: $(grep '^all: ' "$work/log" | head -n 1)"
if [ -n "$(ls "$disk/objects")" ]; then
	says "$work/log" "tools 0"
	ok "libbpf-tools: $(grep '^all: ' "$work/log" | tail -n 1)"
fi
