#!/bin/sh
# SPDX-License-Identifier: MIT
# A real program, loaded by libbpf into the running kernel with a BTF from each kind of file, as root
# and as a user with CAP_BPF and CAP_PERFMON alone. The kernel's own BTF is hidden.
#
#   test_load.sh COREBTF EXECSNOOP REFUSE
. "$(dirname "$0")/../../support/lib.sh"
corebtf=$1 execsnoop=$2 refuse=$3

[ "$(id -u)" = 0 ] || skip "needs root"
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF to embed"
"$refuse" kernel-btf -- true 2>/dev/null || skip "the kernel's BTF cannot be hidden here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -m 1777 "$work/tmp"
export TMPDIR="$work/tmp"
unset XDG_RUNTIME_DIR
"$corebtf" embed "$execsnoop" -o "$work/execsnoop" --kernels-with-btf --kernels /sys/kernel/btf/vmlinux --quiet
"$corebtf" convert "$work/execsnoop" -o "$work/bundle" --quiet
chmod 755 "$work/execsnoop"
chmod 644 "$work/bundle"

# loads NAME COMMAND...: the program starts and ends by itself, and leaves no files.
loads() {
	name=$1
	shift
	"$@" -t 1 >/dev/null 2>"$work/log" || fail "$name: it was not loaded"
	grep -q tracing "$work/log" || fail "$name: it does not trace"
	[ -z "$(ls -A "$work/tmp")" ] || fail "$name: a file is left"
}
# Without a BTF it cannot be loaded, so that the next tests need ours.
if "$refuse" kernel-btf -- "$execsnoop" -t 1 >/dev/null 2>"$work/log"; then
	fail "it was loaded without any BTF"
fi
if ! "$execsnoop" -t 1 >/dev/null 2>"$work/log"; then
	skip "this kernel loads no program of this kind"
fi

as_user() {
	echo "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all,+bpf,+perfmon
		--ambient-caps -all,+bpf,+perfmon --bounding-set -all,+bpf,+perfmon"
}
can_be_user=1
# shellcheck disable=SC2046 # words
setpriv --help >/dev/null 2>&1 && $(as_user) true 2>/dev/null || can_be_user=0

for refused in "" memfd "memfd tmpfile"; do
	# shellcheck disable=SC2086,SC2046 # lists of words
	loads "root, without $refused" "$refuse" kernel-btf $refused -- "$work/execsnoop"
	# shellcheck disable=SC2086,SC2046
	[ $can_be_user = 0 ] || loads "CAP_BPF, without $refused" \
		"$refuse" kernel-btf $refused -- $(as_user) "$work/execsnoop"
done
if grep -q __asan_init "$execsnoop"; then
	echo "not tried: without /proc, where AddressSanitizer's leak checker ends the program"
else
	loads "root, no /proc" env COREBTF_BUNDLE="$work/bundle" \
		"$refuse" kernel-btf proc -- "$execsnoop"
	# shellcheck disable=SC2046
	[ $can_be_user = 0 ] || loads "CAP_BPF, no /proc" env COREBTF_BUNDLE="$work/bundle" \
		"$refuse" kernel-btf proc -- $(as_user) "$execsnoop"
fi

# With file capabilities the kernel hides the process from others of its user.
if [ $can_be_user = 1 ] && setcap cap_bpf,cap_perfmon+ep "$work/execsnoop" 2>/dev/null; then
	loads "file capabilities" "$refuse" kernel-btf -- \
		setpriv --reuid 65534 --regid 65534 --clear-groups "$work/execsnoop"
else
	echo "not tried: file capabilities (setpriv or setcap cannot be used here)"
fi
[ $can_be_user = 1 ] || echo "not tried: another user (setpriv cannot be used here)"
