#!/bin/sh
# SPDX-License-Identifier: MIT
# The runtime in a 32-bit process on this 64-bit kernel: size_t and pointers have half the width,
# uname and the BTF are those of the wider kernel. All tests of the runtime are built for i386 and
# run here; then a 32-bit program loads a BPF program with the BTF that it carries for this kernel.
. "$(dirname "$0")/lib.sh"

use_architecture i386
needs ctest
[ "$(uname -m)" = x86_64 ] || skip "needs an x86_64 kernel"
loader=/usr/$triplet/lib/ld-linux.so.2
[ -x "$loader" ] || skip "no $loader, of the cross compiler's C library"
"$loader" --version >/dev/null 2>&1 || skip "this kernel runs no 32-bit programs"

# What is built runs on this machine, so tests may call it while they are built.
shared=1
folders=$root/usr/lib/$multiarch:$root/lib/$multiarch:/usr/$triplet/lib
# RPATH, not RUNPATH, counts for what the libraries need in turn.
flags="-Wl,--dynamic-linker=$loader -Wl,-rpath,$folders -Wl,--disable-new-dtags"
configure -DCMAKE_CROSSCOMPILING_EMULATOR=/usr/bin/env
build tests/runtime/all tests/dropin/all refuse execsnoop task_facts
readelf -h "$build/tests/machines/task_facts" | grep -q 'Class: *ELF32' ||
	fail "not a 32-bit program"

# Scripts among the tests call the embedder and read kernels where this build would have put its own,
# and the linker by its plain name.
mkdir -p "$build/embedder" "$work/tools"
cp "$COREBTF" "$build/embedder/corebtf"
ln -s "${COREBTF%/embedder/*}/tests/kernels" "$build/tests/kernels"
ln -s "$(command -v "$triplet-ld")" "$work/tools/ld"
# tests ROOM [OPTION...]: its tests pass, or say that they were skipped.
tests() {
	room=$1
	shift
	quietly env PATH="$work/tools:$PATH" ctest --test-dir "$build/tests/$room" --no-tests=error \
		--output-on-failure "$@"
	ok "tests/$room in a 32-bit process: $(grep -o '[0-9]* tests failed.*' "$work/log")"
	sed -n 's/.*: \([^ ]*\) \.*\*\*\*Skipped.*/  skipped: \1/p' "$work/log"
}
tests runtime
tests dropin -E dropin_trees # which installs the whole build, and is not about the process

[ "$(id -u)" = 0 ] || skip "the rest needs root"
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF to embed"
refuse=$build/tests/support/refuse
"$refuse" kernel-btf -- true 2>/dev/null || skip "the kernel's BTF cannot be hidden here"
bare=$build/tests/machines/task_facts
object=$build/tests/machines/task_facts.bpf.o
program=$work/task_facts
quietly "$COREBTF" embed "$bare" -o "$program" --kernels-with-btf --kernels /sys/kernel/btf/vmlinux

# With nothing hidden it uses the kernel's own BTF. When that does not load either, skip.
"$program" >"$work/out" 2>"$work/log" || skip "this kernel loads no program of this kind"
says "$work/out" "BTF: the kernel's own"

"$refuse" kernel-btf -- "$program" "$work/handed.btf" >"$work/out" 2>"$work/log" ||
	fail "$(cat "$work/out")"
says "$work/out" " x86_64 $(uname -r), handed over as /memfd:corebtf (deleted)"
says "$work/out" "size of pointer: kernel 8, user space 8"
[ "$(grep -c ', user space ' "$work/out")" = 24 ] || fail "not all facts: $(cat "$work/out")"
quietly "$COREBTF" trim "$object" --kernels /sys/kernel/btf/vmlinux -o "$work/trimmed.btf"
cmp "$work/trimmed.btf" "$work/handed.btf" || fail "other bytes were handed over"
ok "a 32-bit program reads the right fields of a 64-bit kernel"

# The controls: without its section there is no BTF; with another kernel's, other fields are read.
if "$refuse" kernel-btf -- "$bare" >"$work/out" 2>"$work/log"; then
	fail "it was loaded without any BTF"
fi
says "$work/log" "task_facts: no BTF for this kernel: No data available"
ok "without the section: $(grep 'no BTF for' "$work/log")"
