# SPDX-License-Identifier: MIT
# corebtf verify: clean where the bundle is right, and not clean where it is not.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_object missing.bpf.o -DWITH_MISSING
make_program exe flow.bpf.o
count=$(samples x86_64 | wc -l)

# Raw and compressed, with the object inside and by name, on one thread and on two.
status 0 embed exe --kernels "$KERNELS" -o with
status 0 verify with --kernels "$KERNELS"
says err "structure and checksums are sound"
says err "the same answers on $count kernels"
says err "1 kernel not in the bundle"
status 0 embed exe --compress xz --all-machines --kernels "$KERNELS" -o packed
status 0 convert packed -o bundle
status 0 verify bundle flow.bpf.o --jobs 1 --kernels "$KERNELS"
says err "the same answers on $((count + 1)) kernels"
status 0 verify bundle flow.bpf.o --jobs 2 --quiet --kernels "$KERNELS"
[ -s err ] && fail "not quiet"

# Relocations that no kernel resolves are named with --verbose, and are no difference.
status 0 embed exe missing.bpf.o --kernels "$KERNELS" -o odd
status 0 verify odd missing.bpf.o --kernels "$KERNELS"
says_not err "not resolved"
status 0 verify odd missing.bpf.o --kernels "$KERNELS" --verbose
[ "$(grep -c 'not resolved: .*this kernel has no struct .*surely_not_there, or' err)" -eq 1 ] ||
	fail "not named"
[ "$(grep -c 'not resolved: the same as with ' err)" -eq $((count - 1)) ] || fail "not each kernel"

# A file without its kernels, and one without objects.
status 1 verify with --kernels "$KERNELS"/debian/*/arm64
says err "nothing verified"
status 1 verify bundle --kernels "$KERNELS"
says err "corebtf: bundle: no BPF object inside"

# An object that asks for more than the bundle was made for.
cat >more.bpf.c <<'END'
struct task_struct { int exit_state; } __attribute__((preserve_access_index));
__attribute__((section("raw_tp/x"), used)) int more(struct task_struct *task)
{
	return task->exit_state;
}
END
clang -target bpf -g -O2 -c more.bpf.c -o more.bpf.o
status 1 verify bundle more.bpf.o --kernels "$KERNELS"
says err "note: it was not made for more.bpf.o"
says err "field byte offset of struct task_struct.exit_state: full BTF: candidate 1 of 1"
says err "trimmed BTF: 0 candidates fit"
says err "$((count + 1)) relocations differ, over $((count + 1)) of $((count + 1)) kernels"

# Of many differences the first 20 are listed; the others are counted, or listed with --verbose.
cat >many.bpf.c <<'END'
struct task_struct {
	int exit_state, exit_code, exit_signal, pdeath_signal, personality;
} __attribute__((preserve_access_index));
__attribute__((section("raw_tp/x"), used)) int many(struct task_struct *task)
{
	return task->exit_state + task->exit_code + task->exit_signal + task->pdeath_signal +
	       (int)task->personality;
}
END
clang -target bpf -g -O2 -c many.bpf.c -o many.bpf.o
differences=$((5 * (count + 1)))
[ $differences -gt 20 ] || fail "too few kernels for this test"
status 1 verify bundle many.bpf.o --kernels "$KERNELS"
[ "$(grep -c 'full BTF: candidate' err)" -eq 20 ] || fail "not 20 are listed"
says err "$((differences - 20)) more differ (--verbose lists them)"
says err "$differences relocations differ, over $((count + 1)) of $((count + 1)) kernels"
status 1 verify bundle many.bpf.o --kernels "$KERNELS" --verbose
[ "$(grep -c 'full BTF: candidate' err)" -eq $differences ] || fail "not all are listed"

# A valid bundle with another kernel's bytes, which no checksum shows.
first=$(samples x86_64 | head -1)
last=$(samples x86_64 | tail -1)
mkdir -p swapped/debian/1/x86_64
cp "$KERNELS/$last" "swapped/debian/1/x86_64/$(basename "$first")"
status 0 embed exe --kernels swapped -o wrong
status 1 verify wrong --kernels "$KERNELS/$first"
says err "full BTF: candidate 1 of 1 gives"

# A damaged bundle is reported before the comparison.
cp bundle damaged
printf '\377' | dd of=damaged bs=1 seek=200 conv=notrunc 2>/dev/null
status 1 verify damaged flow.bpf.o --kernels "$KERNELS"
one_line damaged ""
