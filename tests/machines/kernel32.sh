#!/bin/sh
# SPDX-License-Identifier: MIT
# A kernel without BTF: one of Debian's 32-bit kernels boots in a virtual machine. Programs with a
# trimmed BTF for it must load and read the right fields; without their section the same programs must
# fail and say why.
#
#   kernel32.sh i386|armhf
#
# The BTF is in data/, trimmed from that kernel's debug package (make_data.sh).
. "$(dirname "$0")/lib.sh"
here=$SOURCE/tests/machines

use_architecture "$1"
use_kernel
# shellcheck disable=SC2086 # the first word
needs ${emulator%% *} cpio gzip sha256sum
kernel_btf=$here/data/debian/12/$machine/$release.btf

# The kernel, and the programs: without and with the BTF for it.
unpack "linux-image-$release=$version" busybox-static
configure -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_C_STANDARD_LIBRARIES="-lelf -lz" \
	-DSAMPLES_KERNELS="$here/data"
build execsnoop task_facts refuse
object=$build/tests/machines/task_facts.bpf.o
disk=$work/disk
mkdir -p "$disk/bin"
cp "$root/bin/busybox" "$disk/bin/busybox"
cp "$here/init.sh" "$disk/init"
cp "$build/tests/support/refuse" "$disk/refuse"
cp "$build/tests/machines/task_facts" "$disk/task_facts_bare"
cp "$build/samples/execsnoop/execsnoop" "$disk/execsnoop"
quietly "$COREBTF" embed "$disk/task_facts_bare" -o "$disk/task_facts" --kernels "$here/data"
# The command itself, and a loader that knows nothing of it.
(
	shared=1 build=$work/build-shared
	flags="-Wl,-rpath-link,$root/usr/lib/$multiarch"
	configure
	build corebtf_embedder
) || exit
unpack libc6 bpftool libcap2
for program in "$work/build-shared/embedder/corebtf" "$root/usr/sbin/bpftool"; do
	cp "$program" "$disk/"
	with_libraries "$program" "$disk"
done
cp "$SOURCE/samples/kernels.pack" "$disk/"
cp "$object" "$disk/task_facts.bpf.o"
quietly "$COREBTF" remove "$disk/execsnoop" -o "$disk/execsnoop_bare"
# The same release, built for another machine: must not be used.
quietly "$COREBTF" trim "$object" -o "$disk/wrong.btf" --select arch=x86_64,release=6.1.0-50-cloud-amd64 \
	--kernels "$SOURCE/samples/kernels.pack"
quietly "$COREBTF" trim "$object" --kernels "$kernel_btf" -o "$work/trimmed.btf"
chmod -R a+rX "$disk"
chmod +x "$disk/init"
(cd "$disk" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initrd"

# Software emulation: available on every machine, and fast enough.
# shellcheck disable=SC2086 # a command with options
timeout 300 $emulator -accel tcg -m 512 -nodefaults -no-user-config -display none -serial stdio \
	-no-reboot -kernel "$root/boot/vmlinuz-$release" -initrd "$work/initrd" \
	-append "console=$console quiet panic=-1" </dev/null >"$work/console" 2>"$work/err" ||
	fail "$emulator: $(cat "$work/err")"
tr -d '\r' <"$work/console" >"$work/log"
mkdir "$work/steps"
awk -v folder="$work/steps" '
	/^== status / { print $3 >(folder "/" name ".status"); name = ""; next }
	/^== / { name = $2; next }
	name { print >(folder "/" name) }' "$work/log"

# step NAME STATUS: it ended with that; what it said is in $said.
step() {
	said=$work/steps/$1
	got=$(cat "$said.status" 2>/dev/null || echo "none, it did not get there")
	[ "$got" = "$2" ] && return
	[ ! -e "$said" ] || cp "$said" "$work/log"
	fail "step $1: status $got"
}

facts() { # all of them, and all agree
	cp "$said" "$work/log"
	[ "$(grep -c ', user space ' "$said")" = 24 ] || fail "not all facts were compared"
	! grep -q DIFFERENT "$said" || fail "wrong fields were read"
	says "$said" "size of pointer: kernel 4, user space 4"
}

step kernel 0
says "$said" "$release $uname_machine"
step own-btf 1
ok "the kernel is $(cat "$work/steps/kernel") and has no BTF"

step facts 0
says "$said" "BTF: of debian 12 $machine $release, handed over as /memfd:corebtf (deleted)"
facts
step bytes 0
says "$said" "$(sha256sum <"$work/trimmed.btf" | cut -d ' ' -f 1)"
ok "the program reads the right fields; the BTF is the trimmed one, byte for byte"

step without-memfd 0
grep -q "handed over as /.* (deleted)" "$said" || fail "where was it handed over?"
! grep -q "handed over as /memfd" "$said" || fail "memfd_create was not refused"
facts
ok "without memfd_create as well: $(grep -o 'handed over as .*' "$said")"

step without-section 1
says "$said" "task_facts: no BTF for this kernel: No data available"
says "$said" "no source has any BTFs; run \`corebtf embed\` on the program"
ok "without its section it fails: $(grep -o 'there are no BTFs.*' "$said")"

# The comparison can fail, and the kernel's release alone is not enough.
step wrong-btf 1
says "$said" "BTF: the file /wrong.btf"
says "$said" " facts differ"
ok "with the BTF of the 64-bit kernel of this release: $(grep 'facts differ' "$said")"

step trace 0
says "$said" "execsnoop: tracing, through a ring buffer"
started=$(sed -n 's/^started //p' "$said")
grep -qE "^${started% *} +${started#* } +0 +true +/bin/true$" "$said" ||
	fail "execsnoop did not see process ${started% *} of ${started#* }"
ok "execsnoop: $(grep ' /bin/true$' "$said" | tr -s ' ')"
step trace-without-section 1
says "$said" "execsnoop: the kernel has no BTF of its own, and this program carries no BTFs"
ok "without: $(grep 'has no BTF of its own' "$said")"

# corebtf exec: programs without any BTF of their own.
step exec-without 255
says "$said" "failed to find valid kernel BTF"
step exec-bpftool 0
step exec-facts 0
says "$said" "BTF: the kernel's own"
facts
ok "corebtf exec: Debian's bpftool loads a program that needs BTF, and the right fields are read"
step exec-trace 0
started=$(sed -n 's/^started //p' "$said")
grep -qE "^${started% *} +${started#* } +0 +true +/bin/true$" "$said" ||
	fail "execsnoop did not see process ${started% *} of ${started#* } with corebtf exec"
step exec-outside 0
ok "corebtf exec: execsnoop: $(grep ' /bin/true$' "$work/steps/exec-trace" | tr -s ' '); outside nothing has changed"
