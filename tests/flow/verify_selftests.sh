# SPDX-License-Identifier: MIT
# The kernel's own CO-RE self-tests, as tests/judge/selftests.sh has compiled them: all objects,
# trimmed for all of their targets and for real kernels, in one bundle, and corebtf verify is clean.
. "$FLOW/lib.sh"
[ -d "$SELFTESTS" ] || skip "no self-tests (they need the package linux-source-6.1)"
needs objcopy
[ -d "$SHARED_KERNELS" ] && KERNELS=$SHARED_KERNELS
make_program exe

mkdir -p targets/selftest/1/x86_64
for target in "$SELFTESTS"/btf__core_reloc_*.o; do
	name=$(basename "$target" .o)
	objcopy -I elf64-little --dump-section ".BTF=targets/selftest/1/x86_64/$name.btf" "$target" \
		/dev/null
done
targets=$(ls targets/selftest/1/x86_64 | wc -l)
kernels=$(find "$KERNELS" -name '*.btf.tar.xz' | wc -l)
[ "$targets" -ge 50 ] && [ "$kernels" -ge 6 ] || fail "$targets targets, $kernels kernels"

status 0 embed exe "$SELFTESTS"/test_core_reloc_*.o --kernels targets "$KERNELS" --all-machines
status 0 verify exe "$SELFTESTS"/test_core_reloc_*.o --kernels targets "$KERNELS"
says err "the same answers on $((targets + kernels)) kernels"
echo "$targets targets and $kernels kernels"
